"""How a driver is told: by mail, in few of them, and by a text what cannot wait, where they have confirmed it."""

import asyncio
import re
from typing import Any

import httpx

from simulator.scenarios.expectation import Unmet, expect, expect_equal
from simulator.scenarios.place import ChargerPlan, Place, rules
from simulator.scenarios.stage import Scenario, Stage

_ADDRESS = "mia@drivers.example"
_NUMBER = "+4930555019"
_CODE = re.compile(r"^ {4}(\S+)$", re.MULTILINE)
_POLL_S = 0.3
_PATIENCE_S = 30.0


async def by_mail_and_text(s: Stage) -> None:
    s.say("mia wants to be told by mail, and types in the code that was sent there")
    await _by_mail(s)
    s.say("what cannot wait is to come to her phone, too")
    await _by_text(s)

    trip = await s.book("mia")
    await trip.reaches("LOCKED")
    (booked,) = await trip.notices(1, "confirmed")
    (locked,) = await trip.notices(1, "locked")
    first = await _mail(s, booked["text"])
    expect(f"/r/{trip.code}" in first["text"], "where her reservation is seen", first["text"])
    await _mail(s, locked["text"])
    s.say(f"she gets a mail: {first['subject']}")
    text = await _text(s, f"/r/{trip.code}")
    s.say(f"and a text, of what cannot wait: {text}")

    await s.bay.accepts(s.card("mia"))
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.charger.stop_by_card(1, s.card("mia"))
    await s.bay.unplug()
    await trip.ends("COMPLETED")
    (receipt,) = await trip.notices(1, "receipt")
    last = await _mail(s, receipt["text"])
    s.say(f"and another mail: {last['subject']}")
    told = [mail["text"] for mail in await _mails(s)]
    for notice in (booked, locked, receipt):
        expect_equal("how often she was told it", sum(notice["text"] in text for text in told), 1)
    texts = [one for one in await _texts(s) if trip.code in one]
    expect_equal("how many texts came to her phone", len(texts), 1)


async def _by_mail(s: Stage) -> None:
    app = s.app("mia")
    added = await app.post("/v1/contact-points", {"channel": "mail", "address": _ADDRESS})
    expect_equal("an address that nobody confirmed", added["confirmed_at"], None)
    code = _CODE.search((await _mail(s, "to confirm this address"))["text"])
    expect(code is not None, "a code in the mail", code)
    confirmed = await app.post(
        f"/v1/contact-points/{added['id']}/confirm", {"code": "" if code is None else code[1]}
    )
    expect(confirmed["confirmed_at"] is not None, "the address to count", confirmed)


async def _by_text(s: Stage) -> None:
    app = s.app("mia")
    added = await app.post("/v1/contact-points", {"channel": "sms", "address": "+49 30 555 019"})
    code = (await _text(s, "confirms")).split()[0]
    confirmed = await app.post(f"/v1/contact-points/{added['id']}/confirm", {"code": code})
    expect(confirmed["confirmed_at"] is not None, "the number to count", confirmed)


async def _mail(s: Stage, saying: str) -> dict[str, Any]:
    """Wait for one to her that says so, anywhere in it."""
    found: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(_PATIENCE_S * s.scenario.pace):
            while True:
                for mail in (found := await _mails(s)):
                    if saying in f"{mail['subject']}\n{mail['text']}":
                        return mail
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise Unmet(f"a mail that says “{saying}”", [mail["subject"] for mail in found]) from None


async def _text(s: Stage, saying: str) -> str:
    """Wait for one to her phone that says so."""
    found: list[str] = []
    try:
        async with asyncio.timeout(_PATIENCE_S * s.scenario.pace):
            while True:
                for text in (found := await _texts(s)):
                    if saying in text:
                        return text
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise Unmet(f"a text that says “{saying}”", found) from None


async def _texts(s: Stage) -> list[str]:
    async with httpx.AsyncClient(base_url=s.world.mailbox_url, trust_env=False) as http:
        return [one["text"] for one in (await http.get("/texts", params={"to": _NUMBER})).json()]


async def _mails(s: Stage) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=s.world.mailbox_url, trust_env=False) as http:
        found: list[dict[str, Any]] = (await http.get("/mails", params={"to": _ADDRESS})).json()
    return found


SCENARIOS = (
    Scenario(
        id="mail",
        title="Told by mail: booked, reserved, and the receipt, each once; what cannot wait by a text, too",
        places=(
            Place(
                id="post",
                name="Post Office",
                chargers=(ChargerPlan(id="post-1", version="1.6"),),
                policy=rules(),
                latitude=58.5,
            ),
        ),
        cards={"mia": "CARD-MIA"},
        tell=by_mail_and_text,
    ),
)
