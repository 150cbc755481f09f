"""An engineer's receiver believes what is signed as the specification says, and shows the rest for what it is."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook as StandardWebhook

from simulator.receiver.app import PATH, create_app
from simulator.receiver.events import Receiver, Verdict

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = json.dumps({"type": "reservation.confirmed", "data": {"reservation": "<b>A</b>"}})


def signed(
    event_id: str, *, at: datetime | None = None, secret: str = SECRET, body: str = BODY
) -> dict[str, str]:
    when = at or datetime.now(UTC)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(when.timestamp())),
        "webhook-signature": StandardWebhook(secret).sign(event_id, when, body),
    }


def opened(secret: str = SECRET) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(Receiver(lambda: secret)))
    return httpx.AsyncClient(transport=transport, base_url="http://receiver")


async def taken(
    http: httpx.AsyncClient, headers: dict[str, str], body: str = BODY
) -> tuple[int, dict[str, Any]]:
    status = (await http.post(PATH, content=body, headers=headers)).status_code
    return status, (await http.get("/received")).json()[-1]


async def test_what_is_signed_by_the_specifications_own_library_is_verified() -> None:
    async with opened() as http:
        status, event = await taken(http, signed("change_1"))
        assert (status, event["verdict"], event["kind"]) == (204, Verdict.VERIFIED, "reservation.confirmed")
        page = (await http.get("/")).text
        assert "reservation.confirmed" in page
        assert "<b>A</b>" not in page


async def test_one_of_several_signatures_is_enough_while_a_secret_is_changed() -> None:
    headers = signed("change_1")
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']}"
    async with opened() as http:
        assert (await taken(http, headers))[0] == 204


@pytest.mark.parametrize(
    ("headers", "body", "verdict"),
    [
        (dict, BODY, Verdict.UNSIGNED),
        (lambda: signed("a") | {"webhook-timestamp": "soon"}, BODY, Verdict.UNSIGNED),
        (lambda: signed("a"), BODY + " ", Verdict.FORGED),
        (lambda: signed("a") | {"webhook-id": "b"}, BODY, Verdict.FORGED),
        (lambda: signed("a", secret="whsec_" + "A" * 32), BODY, Verdict.FORGED),
        (lambda: signed("a", at=datetime.now(UTC) - timedelta(hours=1)), BODY, Verdict.STALE),
    ],
    ids=["unsigned", "no_time", "another_body", "another_id", "another_secret", "stale"],
)
async def test_what_is_not_is_refused(
    headers: Callable[[], dict[str, str]], body: str, verdict: Verdict
) -> None:
    async with opened() as http:
        status, event = await taken(http, headers(), body)
        assert (status, event["verdict"]) == (401, verdict)


async def test_before_the_endpoint_is_made_nothing_can_be_verified() -> None:
    async with opened(secret="") as http:
        assert (await taken(http, signed("a")))[1]["verdict"] == Verdict.NO_SECRET


async def test_it_plays_a_receiver_that_is_down_and_counts_how_often_an_event_came() -> None:
    async with opened() as http:
        assert (await http.post("/answers/503")).status_code == 303
        assert (await taken(http, signed("a")))[0] == 503
        assert (await http.post("/answers/204", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
        assert (await http.post("/answers/302")).status_code == 404
        await http.post("/answers/204")
        status, event = await taken(http, signed("a"))
        assert (status, event["times"]) == (204, 2)
