"""Who has money back from us by a dispute books nothing new, as the site's policy says."""

from typing import Any

import pytest
from sqlalchemy import update

from activities.holds.activities import HoldActivities
from db.engine import Sessions
from db.tables import Dispute
from domain.terms.disputes import DisputeRules
from tests.activities.holds.hold_desk import NOW
from tests.activities.holds.test_debts import refusal
from tests.factories import make_policy, make_seed, make_site, plant


async def disputing(sessions: Sessions, rules: DisputeRules) -> None:
    """A site of these rules, and a dispute of `me` by which their bank has 23.80 EUR."""
    await plant(sessions, make_seed(make_site(chargers=3), policy=make_policy(disputes=rules)))
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


async def test_one_that_we_won_or_that_took_nothing_or_a_policy_that_does_not_mind_bars_nobody(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await disputing(sessions, DisputeRules())
    await becomes(sessions, taken_minor=0)
    assert await refusal(holds, "inquiry") == ""
    await becomes(sessions, state="won", closed_at=NOW)
    assert await refusal(holds, "won", driver_id="me") in ("", "driver_booked_already")


async def test_the_policy_may_let_them_book(holds: HoldActivities, sessions: Sessions) -> None:
    await disputing(sessions, DisputeRules(bars_bookings=False))
    assert await refusal(holds) == ""
