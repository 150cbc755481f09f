"""The knobs of the stand-in under `/_simulator/`, for tests and the demo. JSON in and out, loopback only."""

import asyncio

from pydantic import Field
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from simulator.stripe_api.account import Account
from simulator.stripe_api.control_request import ControlBody, Handler, guarded
from simulator.stripe_api.dashboard import dashboard_routes
from simulator.stripe_api.errors import StripeObject, no_such
from simulator.stripe_api.faults import Fault, FaultKind
from simulator.stripe_api.outside import outside_routes
from simulator.stripe_api.webhooks import Misbehaviour

SETTLE_TIMEOUT_SECONDS = 30.0


class WebhookTarget(ControlBody):
    """Where webhooks go from now on; None stops them."""

    url: str | None
    secret: str = Field(min_length=1)


class WebhookMisbehaviour(ControlBody):
    """See Misbehaviour in `simulator.stripe_api`."""

    duplicate: int = Field(0, ge=0, le=100)
    delay_seconds: float = Field(0.0, ge=0, le=3600)
    reorder: int = Field(1, ge=1, le=1000)
    drop: int = Field(0, ge=0)
    hold: bool = False


class NewFault(ControlBody):
    """See `faults.Fault`."""

    kind: FaultKind
    path: str = "*"
    about: str = ""
    method: str = "POST"
    times: int = Field(1, ge=1)
    status: int = Field(500, ge=400, le=599)
    seconds: float = Field(0.0, ge=0, le=60)


class HeldCount(ControlBody):
    """How many requests to wait for."""

    count: int = Field(1, ge=1)


def control_routes(account: Account) -> list[BaseRoute]:
    """The routes of the control surface."""
    control = Control(account)
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/health", control.health),
        ("PUT", "/webhook", control.set_webhook),
        ("PUT", "/webhook/misbehaviour", control.set_misbehaviour),
        ("GET", "/webhook/attempts", control.attempts),
        ("POST", "/webhook/flush", control.flush),
        ("POST", "/webhook/settle", control.settle),
        ("POST", "/events/{id}/redeliver", control.redeliver),
        ("POST", "/faults", control.add_fault),
        ("DELETE", "/faults", control.clear_faults),
        ("POST", "/holds/wait", control.wait_held),
        ("POST", "/holds/release", control.release),
        ("GET", "/calls", control.calls),
        ("GET", "/dump", control.dump),
        ("POST", "/reset", control.reset),
        *outside_routes(account),
        *dashboard_routes(account),
    ]
    return [Route(f"/_simulator{path}", guarded(handler), methods=[verb]) for verb, path, handler in table]


class Control:
    """One method a route; each returns the JSON to answer with."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def health(self, request: Request) -> StripeObject:
        """Up."""
        return {"status": "ok"}

    async def set_webhook(self, request: Request) -> StripeObject:
        """Change the endpoint."""
        target = WebhookTarget.model_validate_json(await request.body())
        self._account.webhooks.url = target.url
        self._account.webhooks.secret = target.secret
        return {"url": target.url}

    async def set_misbehaviour(self, request: Request) -> StripeObject:
        """Change how deliveries go wrong."""
        how = WebhookMisbehaviour.model_validate_json(await request.body())
        self._account.webhooks.misbehave(Misbehaviour(**how.model_dump()))
        return how.model_dump()

    async def attempts(self, request: Request) -> list[StripeObject]:
        """The last deliveries attempted, oldest first."""
        return list(self._account.webhooks.attempts)

    async def flush(self, request: Request) -> StripeObject:
        """Send what was collected for reordering."""
        self._account.webhooks.flush()
        return {}

    async def settle(self, request: Request) -> StripeObject:
        """Answer once nothing is left to deliver; `settled` is false when that took too long."""
        try:
            await asyncio.wait_for(self._account.webhooks.settled(), SETTLE_TIMEOUT_SECONDS)
        except TimeoutError:
            return {"settled": False}
        return {"settled": True}

    async def redeliver(self, request: Request) -> StripeObject:
        """Send one event again."""
        event = self._account.store.get("events", request.path_params["id"])
        if event is None:
            raise no_such("event", request.path_params["id"], "id")
        self._account.webhooks.redeliver(event)
        return event

    async def add_fault(self, request: Request) -> StripeObject:
        """Arm a fault."""
        fault = NewFault.model_validate_json(await request.body())
        self._account.faults.add(Fault(**fault.model_dump()))
        return fault.model_dump()

    async def clear_faults(self, request: Request) -> StripeObject:
        """Disarm all faults and release what is held."""
        self._account.faults.clear()
        return {}

    async def wait_held(self, request: Request) -> StripeObject:
        """Answer once that many requests are held."""
        wanted = HeldCount.model_validate_json(await request.body())
        await self._account.faults.wait_until_held(wanted.count)
        return {}

    async def release(self, request: Request) -> StripeObject:
        """Let held requests go on."""
        self._account.faults.release()
        return {}

    async def calls(self, request: Request) -> StripeObject:
        """How often each route was asked, `POST /v1/payment_intents/*/capture` → 3, since the last reset."""
        return dict(self._account.calls)

    async def dump(self, request: Request) -> StripeObject:
        """Every object by collection, oldest first, with the totals a ledger is compared to."""
        objects = self._account.store.dump()
        return {**objects, "totals": totals(objects)}

    async def reset(self, request: Request) -> StripeObject:
        """Forget objects, keys, faults and misbehaviour; the endpoint stays."""
        self._account.webhooks.misbehave(Misbehaviour())
        self._account.webhooks.attempts.clear()
        self._account.faults.clear()
        self._account.calls.clear()
        self._account.store.clear()
        return {}


def totals(objects: dict[str, list[StripeObject]]) -> dict[str, dict[str, int]]:
    """Minor units by currency: `captured`, `refunded` (of captured money) and `authorized` (still held)."""
    sums: dict[str, dict[str, int]] = {}

    def of(currency: str) -> dict[str, int]:
        return sums.setdefault(currency, {"captured": 0, "refunded": 0, "authorized": 0})

    for intent in objects["payment_intents"]:
        of(intent["currency"])["captured"] += intent["amount_received"]
        of(intent["currency"])["authorized"] += intent["amount_capturable"]
    for refund in objects["refunds"]:
        if refund["status"] != "failed":
            of(refund["currency"])["refunded"] += refund["amount"]
    return sums
