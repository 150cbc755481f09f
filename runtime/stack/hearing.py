"""An engineer hears of every reservation: the stack's own receiver of webhooks, as an endpoint of the operator's."""

import json
from pathlib import Path

import httpx

from runtime.stack.stack import Stack
from simulator.receiver.app import PATH

_ENDPOINTS = "/v1/operations/webhook-endpoints"
_OPERATOR = "operator"


async def let_receiver_hear(stack: Stack) -> None:
    """Makes the endpoint, once for the stack's data; its secret, shown this once, goes to the receiver.

    Where the receiver has moved to another port since, the endpoint follows it. Raises httpx.HTTPError.
    """
    headers = {"Authorization": f"Bearer {stack.issuer.operator(_OPERATOR)}"}
    order = {"url": stack.receiver_url + PATH, "kinds": [], "active": True}
    async with httpx.AsyncClient(base_url=stack.api_url, headers=headers, trust_env=False) as http:
        known = await _known(http, stack.plan.receiver_secret)
        if known is None:
            made = await http.post(_ENDPOINTS, json=order)
            made.raise_for_status()
            _keep(stack.plan.receiver_secret, made.json())
        else:
            (await http.put(f"{_ENDPOINTS}/{known}", json=order)).raise_for_status()


async def _known(http: httpx.AsyncClient, file: Path) -> int | None:
    """The endpoint whose secret the receiver has, if the API still knows it."""
    number = _number_in(file)
    if number is None:
        return None
    answer = await http.get(f"{_ENDPOINTS}/{number}")
    return number if answer.status_code == httpx.codes.OK else None


def _number_in(file: Path) -> int | None:
    about = file.with_suffix(".json")
    return int(json.loads(about.read_text())["id"]) if about.exists() and file.exists() else None


def _keep(file: Path, endpoint: dict[str, object]) -> None:
    """Readable by the owner only."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(str(endpoint["secret"]))
    file.with_suffix(".json").write_text(json.dumps({"id": endpoint["id"]}))
