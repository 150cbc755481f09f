"""Who owes money books nothing new until it is paid, as the site's policy says."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from activities.holds.activities import HoldActivities
from api.desk.people import People
from api.desk.principal import Principal
from db.engine import Sessions
from db.tables import Debt
from domain.money.amount import Money
from domain.terms.debts import DebtRules
from domain.terms.policy import Policy
from tests.activities.holds.hold_desk import NOW
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, plant

DAY = timedelta(days=1)


async def owing(sessions: Sessions, policy: Policy, **over: object) -> None:
    """A site with `policy`, and somebody who owes 23.80 EUR since yesterday."""
    await plant(sessions, make_seed(make_site(chargers=3), policy=policy))
    values = {
        "reservation_code": "7F3K-2QVM-X9TA",
        "driver_id": "me",
        "site_id": "north",
        "currency": "EUR",
        "amount_minor": 2380,
        "outstanding_minor": 2380,
        "state": "open",
        "waits_for": "attempt",
        "reason": "insufficient_funds",
        "decline_code": "insufficient_funds",
        "opened_at": NOW - DAY,
        "changed_at": NOW - DAY,
    }
    async with sessions.begin() as session:
        session.add(Debt(**(values | over)))


async def refusal(holds: HoldActivities, name: str = "a", **over: object) -> str:
    answer = await holds.place_hold(make_booking(name, **({"driver_id": "me", "slot": make_slot()} | over)))
    return answer.refusal.code if answer.refusal else ""


@pytest.mark.parametrize("closed", [{"state": "paid"}, {"state": "written_off", "written_off_minor": 2380}])
async def test_a_debt_bars_the_next_booking_until_it_is_paid_or_written_off(
    holds: HoldActivities, sessions: Sessions, closed: dict[str, object]
) -> None:
    await owing(sessions, make_policy())
    answer = await holds.place_hold(make_booking("a", driver_id="me", slot=make_slot()))
    assert answer.refusal is not None
    assert answer.refusal.code == "debts_open"
    assert answer.refusal.why.parameters()["owed"] == {"minor": 2380, "currency": "EUR"}
    assert await refusal(holds, "b", driver_id="another") == ""
    async with sessions.begin() as session:
        await session.execute(update(Debt).values(outstanding_minor=0, **closed))
    assert await refusal(holds, "c") == ""


async def test_the_policy_says_how_much_and_how_long(holds: HoldActivities, sessions: Sessions) -> None:
    rules = DebtRules(most_open=Money(2_000, "EUR"), bars_after=2 * DAY)
    await owing(sessions, make_policy(debts=rules))
    assert await refusal(holds, "young") == ""
    async with sessions.begin() as session:
        await session.execute(update(Debt).values(opened_at=NOW - 3 * DAY))
    assert await refusal(holds, "old", slot=make_slot(240)) == "debts_open"
    async with sessions.begin() as session:
        await session.execute(update(Debt).values(outstanding_minor=1_999))
    assert await refusal(holds, "small", slot=make_slot(240)) == ""


async def test_what_no_card_can_pay_bars_nobody(holds: HoldActivities, sessions: Sessions) -> None:
    await owing(sessions, make_policy(), reason="too_small", outstanding_minor=15)
    assert await refusal(holds) == ""


async def test_what_one_account_owes_bars_others_of_the_person_until_they_are_parted(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await owing(sessions, make_policy())
    people = People(sessions, lambda: NOW)
    olga = Principal(subject="olga", scopes=frozenset({"operator"}))
    for driver in ("me", "too"):
        await people.join(olga, "p-1", driver)
    assert await refusal(holds, "b", driver_id="too") == "debts_open"
    assert await people.part(olga, "p-1", "too") == ["me"]
    assert await refusal(holds, "b", driver_id="too") == ""
