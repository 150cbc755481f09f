"""The pages of operators: what they see by role and site, what they resolve, and that nobody else finds them."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from db.tables import BayReport, Hold, InboxEvent, Message, OutboxDelivery, ReservationRow, TroubleRow
from domain.facts.attention import Attention, Problem
from domain.place.slots import Slot
from tests.api.served import serving
from tests.api.stage import NOW, Stage
from tests.api.v1.test_sites import hold
from tests.api.v1.test_telling import add, told
from tests.api.web.test_live import cookies_of, following, soon
from tests.api.web.visits import ANA, OLGA, UNREADABLE, Browser, form_token_in, opened, signed_in

ALL, SITE = "/operations", "/operations/s/north"
FAILED = Attention(problem=Problem.SETTLEMENT_FAILED)
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def confined(sites: dict[str, str]) -> dict[str, Any]:
    return {"sub": "carl", "scope": "operator", "sites": sites}


@pytest.fixture(autouse=True)
async def a_quiet_place(stage: Stage) -> AsyncIterator[None]:
    yield
    async with stage.sessions.begin() as session:
        for rows in (BayReport, TroubleRow, Hold, ReservationRow):
            await session.execute(delete(rows))


async def reported(stage: Stage, text: str = "") -> int:
    """By Ana, of a bay at north; its number."""
    ana = await signed_in(stage, ANA)
    async with ana.http:
        page = await ana.get("/b/NORTH-1/1/report")
        await ana.send(page, "/b/NORTH-1/1/report", kind="blocked", text=text)
    async with stage.sessions() as session:
        return (await session.scalars(select(BayReport.id).order_by(BayReport.id.desc()))).first() or 0


async def troubled(stage: Stage) -> None:
    values = {"charger_id": "NORTH-1", "cause": "fault", "began_at": NOW, "noticed_at": NOW, "detail": EVIL}
    async with stage.sessions.begin() as session:
        await session.execute(insert(TroubleRow).values(**values))


async def resolve(browser: Browser, number: int, answer: str) -> int:
    page = await browser.get(f"{ALL}/reports/{number}")
    return (await browser.send(page, f"{ALL}/reports/{number}", answer=answer)).status_code


async def of_report(stage: Stage, number: int) -> BayReport:
    async with stage.sessions() as session:
        return await session.get_one(BayReport, number)


async def test_an_operator_sees_each_bay_the_day_and_what_needs_somebody(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code, attention=(FAILED,))
    number = await reported(stage, text=EVIL)
    await troubled(stage)
    olga = await signed_in(stage, OLGA, **{"Accept-Language": "en"})
    for address in (ALL, SITE):
        page = (await olga.get(address)).text
        assert page.count('class="state ') >= 3, "the bays"
        assert f'href="{ALL}/reports/{number}"' in page
        assert re.search(rf'href="/r/{code}".*settlement failed', page, re.DOTALL), page
        assert "NORTH-1</strong> · fault" in page
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "driver-1" not in page, "whose it is stands on the reservation's page"
    assert f'<li id="one-{code}" class="state confirmed"><a href="/r/{code}"' in (await olga.get(SITE)).text
    assert (await olga.get(f"/r/{code}")).status_code == 200
    assert "&lt;script&gt;" in (await olga.get(f"{ALL}/reports/{number}")).text


async def test_who_comes_next_is_masked(stage: Stage) -> None:
    await hold(stage, Slot(NOW + timedelta(hours=1), NOW + timedelta(hours=2)), code="KABCDE7")
    olga = await signed_in(stage, OLGA, **{"Accept-Language": "en"})
    for address in (ALL, SITE):
        page = (await olga.get(address)).text
        assert "Reserved for K…7 from 14:00 until 15:00" in page
        assert "KABCDE7" not in page


async def test_the_day_is_the_one_at_the_site_with_what_began_before_it(stage: Stage) -> None:
    midnight = NOW.replace(hour=23, minute=0) - timedelta(days=1)  # in Berlin
    for code, start in (("KOVER", -1), ("KBEFORE", -2), ("KTODAY", 23), ("KAFTER", 24)):
        begins = midnight + timedelta(hours=start)
        ends = begins + timedelta(hours=2 if code == "KOVER" else 1)
        await stage.publish(code, slot_start=begins, slot_end=ends)
    olga = await signed_in(stage, OLGA)
    page = (await olga.get(SITE)).text
    assert re.findall(r"/r/(K[A-Z]+)", page) == ["KOVER", "KTODAY"]


async def test_a_day_of_more_than_is_shown_shows_what_is_near(stage: Stage) -> None:
    for number in range(60):
        for code, hours in (("EARLY", -6), ("LATE", 6)):
            start = NOW + timedelta(hours=hours, minutes=number)
            await stage.publish(f"K{code}{number}", slot_start=start, slot_end=start + timedelta(hours=1))
    await stage.publish("KNOW", slot_start=NOW, slot_end=NOW + timedelta(hours=1))
    olga = await signed_in(stage, OLGA, **{"Accept-Language": "en"})
    page = (await olga.get(SITE)).text
    assert "There are more reservations today." in page
    assert "/r/KNOW" in page
    assert "/r/KLATE" not in page


async def test_another_sites_operator_sees_nothing_of_this_one(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code, attention=(FAILED,))
    number = await reported(stage, text="secretly blocked")
    await troubled(stage)
    carl = await signed_in(stage, confined({"south": "owner"}))
    page = await carl.get(ALL)
    assert page.status_code == 200
    for word in ("north", "NORTH", code, "secretly"):
        assert word not in page.text, word
    unseen = await carl.get(SITE)
    assert unseen.status_code == 404
    nowhere = await carl.get(f"{ALL}/s/nowhere")
    assert nowhere.status_code == 404
    for address in (f"{SITE}/live", f"{ALL}/reports/{number}", f"/r/{code}", f"{ALL}/messages"):
        assert (await carl.get(address)).status_code == 404, address
    said = {"form_token": form_token_in(page), "edition": "x", "answer": "mine now"}
    assert (await carl.post(f"{ALL}/reports/{number}", said)).status_code == 404
    assert (await of_report(stage, number)).resolved_at is None


@pytest.mark.parametrize("address", [ALL, SITE, f"{SITE}/live", f"{ALL}/reports/1", f"{ALL}/messages"])
async def test_there_is_no_such_page_for_drivers_and_strangers_sign_in(stage: Stage, address: str) -> None:
    for claims in (ANA, {"sub": "dora", "scope": "fleet", "fleet_id": "fleet-1"}):
        assert (await (await signed_in(stage, claims)).get(address)).status_code == 404
    stranger = await opened(stage).get(address)
    assert stranger.status_code == 303
    assert stranger.headers["location"].startswith("/sign-in?back=")
    assert f'href="{ALL}"' not in (await (await signed_in(stage, ANA)).get("/sites")).text


async def test_a_driver_resolves_nothing(stage: Stage) -> None:
    number = await reported(stage)
    ana = await signed_in(stage, ANA)
    said = {"form_token": form_token_in(await ana.get("/sites")), "edition": "x", "answer": "gone"}
    assert (await ana.post(f"{ALL}/reports/{number}", said)).status_code == 404
    assert (await of_report(stage, number)).resolved_at is None


async def test_a_report_is_resolved_as_it_was_seen_and_once(stage: Stage) -> None:
    number = await reported(stage)
    olga, carl = await signed_in(stage, OLGA), await signed_in(stage, confined({"north": "support"}))
    seen = await olga.get(f"{ALL}/reports/{number}")
    assert await resolve(carl, number, "  ") == UNREADABLE
    assert await resolve(carl, number, "towed <b>away</b>") == 303
    late = await olga.send(seen, f"{ALL}/reports/{number}", answer="me too")
    assert late.status_code == 412
    row = await of_report(stage, number)
    assert (row.resolved_by, row.answer) == ("carl", "towed <b>away</b>")
    shown = (await olga.get(f"{ALL}/reports/{number}")).text
    assert "towed &lt;b&gt;away" in shown
    assert 'name="answer"' not in shown
    assert f"{ALL}/reports/" not in (await olga.get(SITE)).text


async def test_who_may_only_look_resolves_nothing(stage: Stage) -> None:
    number = await reported(stage)
    auditor = await signed_in(stage, confined({"*": "auditor"}))
    page = await auditor.get(f"{ALL}/reports/{number}")
    assert page.status_code == 200
    assert 'name="answer"' not in page.text
    said = {"form_token": form_token_in(page), "edition": "x", "answer": "gone"}
    assert (await auditor.post(f"{ALL}/reports/{number}", said)).status_code == 403
    assert (await of_report(stage, number)).resolved_at is None


async def test_the_form_is_ours_only(stage: Stage) -> None:
    number = await reported(stage)
    olga = await signed_in(stage, OLGA)
    page = await olga.get(f"{ALL}/reports/{number}")
    edition = re.search(r'name="edition" value="([^"]+)"', page.text)
    assert edition is not None
    said = {"edition": edition[1], "answer": "gone"}
    assert (await olga.post(f"{ALL}/reports/{number}", said)).status_code == 403
    stolen = said | {"form_token": form_token_in(await (await signed_in(stage, ANA)).get("/sites"))}
    assert (await olga.post(f"{ALL}/reports/{number}", stolen)).status_code == 403
    assert (await of_report(stage, number)).resolved_at is None


async def test_who_looks_at_a_site_is_told_what_is_reported(stage: Stage) -> None:
    cookies = await cookies_of(stage, confined({"north": "auditor"}))
    async with serving(stage.app) as address, following(address, f"{SITE}/live", cookies) as heard:
        assert "/operations/reports/" not in await soon(heard)
        number = await reported(stage)
        assert f"/operations/reports/{number}" in await soon(heard)


async def test_messages_that_did_not_arrive_and_what_waits(stage: Stage) -> None:
    who = "told-page"
    await add(stage, stage.driver(who, email=f"{who}@drivers.example"), f"{who}@drivers.example")
    for key in ("bounced", "waits"):
        await told(stage, who, f"{who}-{key}")
    async with stage.sessions.begin() as session:
        of_them = select(Message.id).where(Message.driver_id == who).order_by(Message.id)
        first, second = await session.scalars(of_them)
        event = select(InboxEvent.id).where(InboxEvent.event_id == f"message_{first}_1").scalar_subquery()
        over = update(OutboxDelivery).where(OutboxDelivery.inbox_id == event)
        await session.execute(over.values(outcome="bounced", delivered_at=NOW))
    olga = await signed_in(stage, OLGA, **{"Accept-Language": "en"})
    page = (await olga.get(f"{ALL}/messages")).text
    assert f"(message {first})" in page
    assert f"(message {second})" not in page
    assert re.search(r"E-mail</dt>\s*<dd>[1-9]", page), page
    assert "@drivers.example" not in page
