"""Who has money back from us by a dispute books nothing new, as the site's policy says."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import update

from activities.holds.activities import HoldActivities
from db.engine import Sessions
from db.tables import Dispute
from domain.terms.disputes import DisputeRules
from tests.activities.holds.hold_desk import NOW
from tests.activities.holds.test_debts import refusal
from tests.factories import make_policy, make_seed, make_site, make_slot, plant


async def disputing(sessions: Sessions, rules: DisputeRules) -> None:
    """A site of these rules, and a dispute of `me` by which their bank has 23.80 EUR."""
    await plant(
        sessions,
        make_seed(make_site(chargers=3), policy=make_policy(disputes=rules, open_reservations_per_driver=99)),
    )
    values: dict[str, Any] = {
        "dispute_id": "du_1", "charge_id": "ch_1", "reservation_code": "7F3K-2QVM-X9TA", "driver_id": "me",
        "currency": "EUR", "amount_minor": 2380, "taken_minor": 2380, "fee_minor": 0, "reason": "fraudulent",
        "status": "needs_response", "state": "open", "opened_at": NOW, "changed_at": NOW,
    }  # fmt: skip
    async with sessions.begin() as session:
        session.add(Dispute(**values))


async def becomes(sessions: Sessions, **values: Any) -> None:
    async with sessions.begin() as session:
        await session.execute(update(Dispute).values(**values))


@pytest.mark.parametrize("lost_bars", [True, False])
async def test_it_bars_while_it_is_open_and_once_lost_by_policy_until_it_is_lifted(
    holds: HoldActivities, sessions: Sessions, lost_bars: bool
) -> None:
    await disputing(sessions, DisputeRules(lost_bars=lost_bars))
    assert await refusal(holds, "open") == "dispute_open"
    assert await refusal(holds, "other", driver_id="another") == ""
    await becomes(sessions, state="lost", closed_at=NOW)
    assert await refusal(holds, "lost") == ("dispute_open" if lost_bars else "")
    await becomes(sessions, lifted_at=NOW, lifted_by="olga")
    assert (await refusal(holds, "lifted") == "") is lost_bars  # or was booked at that time already


async def test_only_one_by_which_a_bank_has_money_bars_anybody(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """What is lost but took nothing, or of which all came back, as little as an inquiry."""
    await disputing(sessions, DisputeRules())
    cases = product(("open", "won", "lost", "ended"), (0, 1, 2380), (None, NOW))
    for number, (state, taken, lifted) in enumerate(cases):
        closed = None if state == "open" else NOW
        await becomes(sessions, state=state, taken_minor=taken, lifted_at=lifted, closed_at=closed)
        bars = taken > 0 and (state == "open" or (state == "lost" and lifted is None))
        told = await refusal(holds, f"case-{number}", slot=make_slot(120 * number))
        assert told == ("dispute_open" if bars else ""), (state, taken, lifted)


async def test_the_policy_may_let_them_book(holds: HoldActivities, sessions: Sessions) -> None:
    await disputing(sessions, DisputeRules(bars_bookings=False))
    assert await refusal(holds) == ""
