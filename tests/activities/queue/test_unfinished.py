"""An offer that was accepted, and whose reservation ended before it was paid as nobody carried it out any more."""

from datetime import timedelta
from typing import Any

import pytest

from activities.queue.rounds import LEFT_ALONE
from api.desk.waiting_answers import Acceptance
from db.queries.left_open import open_codes
from domain.causes import Cause
from domain.queue.offers import EntryState
from domain.terms.waiting import WaitingRules
from tests.activities.queue.full_site import frees, full
from tests.activities.queue.list_desk import HOUR, Town, person
from tests.api.stage import publish, view_of
from tests.factories import make_policy, make_slot


async def unpaid(town: Town, **rules: Any) -> str:
    """Code of what anna has accepted; a deposit is awaited."""
    await full(town, policy=make_policy(waiting=WaitingRules(**rules)))
    anna = await town.waits("anna")
    await frees(town, "b0")
    await town.round()
    code = (await town.entry(anna)).row.offer_code or ""
    town.booking.unpaid = True
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=code))
    await publish(town.sessions, view_of(code, state="AWAITING_PAYMENT"))
    return code


async def test_the_reconciler_looks_whether_it_still_lives(town: Town) -> None:
    """Else what it holds would be nobody's for ever: the list waits for what it says, and it says nothing."""
    code = await unpaid(town)
    async with town.sessions() as session:
        assert code in await open_codes(session, before=town.now + 9 * HOUR, after="", page=50)


async def ended(town: Town, code: str, by: Cause) -> None:
    """Before it was paid."""
    view = view_of(code, state="CANCELLED", ended_by=by.value, never_confirmed=True)
    await publish(town.sessions, view, closed=True)


@pytest.mark.parametrize("by", [Cause.SYSTEM, Cause.OPERATOR])
async def test_who_lost_it_by_us_keeps_their_place_and_is_told(town: Town, by: Cause) -> None:
    code = await unpaid(town, most_snoozes=0)
    town.now += LEFT_ALONE
    await town.round()
    await ended(town, code, by)
    await town.round()
    (anna,) = await town.desk.page(person("anna"), None, 9, only_open=True)
    assert (anna.state, anna.row.passed_over) == (EntryState.WAITING, "booking_failed")
    assert await town.told("anna") == ["place_offered", "offer_not_booked"]
    assert await town.held() == []
    town.now += timedelta(minutes=10)
    await town.round()
    assert (await town.entry(anna)).offer is not None, "it counts against nobody"


async def test_who_cancels_it_themselves_has_declined_it_and_kept_it_from_others(town: Town) -> None:
    code = await unpaid(town, most_snoozes=0)
    town.now += LEFT_ALONE
    await ended(town, code, Cause.DRIVER)
    await town.round()
    ((anna,), listed) = [
        await town.desk.page(person("anna"), None, 9, only_open=only_open) for only_open in (False, True)
    ]
    assert (anna.state, listed) == (EntryState.DECLINED, [])
    assert await town.held() == []
    again = await town.waits("anna", make_slot(0, 75))
    await town.round()
    assert (await town.entry(again)).row.passed_over == "no_snooze_left"


async def test_what_is_cancelled_after_it_was_paid_was_booked(town: Town) -> None:
    code = await unpaid(town)
    town.now += LEFT_ALONE
    await publish(town.sessions, view_of(code, state="CANCELLED", ended_by=Cause.DRIVER.value), closed=True)
    await town.round()
    (anna,) = await town.desk.page(person("anna"), None, 9, only_open=False)
    assert anna.state == EntryState.BOOKED
