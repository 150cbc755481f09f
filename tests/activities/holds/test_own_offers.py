"""What a refused driver is offered is theirs: they can book it as it stands, and for what they were told."""

from datetime import timedelta
from typing import Any

import pytest

from activities.holds.activities import HoldActivities
from contracts.alternatives import Alternative
from contracts.holds import ReleaseHolds
from db.documents import policy_to_document
from db.engine import Sessions
from db.tables import Debt, Membership, PolicyVersion
from domain.money.amount import Money
from domain.reservation.release import ReleaseReason
from domain.settlement.agreed import agreed_amount
from domain.terms.debts import DebtRules
from domain.terms.payer import PayerKind
from domain.terms.payments import PaymentModel, PaymentRules, WithoutAccount
from domain.terms.policy import Policy
from tests.activities.holds.hold_desk import NOW, refused_with
from tests.activities.money.account_desk import FLEET_ID, make_account
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, plant

DAY = timedelta(days=1)
NOTHING = Money(0, "EUR")
MEMBERS = make_policy(payments=PaymentRules(members=True), deposit=Money(2000, "EUR"))
ONLY_MEMBERS = make_policy(
    payments=PaymentRules(model=PaymentModel.MEMBERSHIP), deposit=NOTHING, reservation_fee=NOTHING
)
FEE = make_policy(payments=PaymentRules(model=PaymentModel.FEE_AT_BOOKING), deposit=NOTHING)
CARD = make_policy(payments=PaymentRules(without_account=WithoutAccount.CARD), deposit=Money(2000, "EUR"))


async def opened(sessions: Sessions, here: Policy, there: Policy | None = None) -> None:
    """A site with one charger, and another one nearby."""
    near = make_site(site_id="south", latitude=52.53)
    await plant(sessions, make_seed(make_site(chargers=1), near, policy=here))
    if there is not None:
        document = policy_to_document(there)
        await add(
            sessions, PolicyVersion(site_id="south", version=9, valid_from=NOW - DAY, document=document)
        )


async def add(sessions: Sessions, *rows: Any) -> None:
    async with sessions.begin() as session:
        session.add_all(rows)


def member(**over: Any) -> Membership:
    values = {
        "key": "k",
        "driver_id": "me",
        "valid_from": NOW - DAY,
        "given_at": NOW - DAY,
        "given_by": "olga",
    }
    return Membership(**(values | over))


async def offered(holds: HoldActivities, **over: Any) -> list[Alternative]:
    """To `me`, as somebody else has the place; each of them was booked, and came to what was told."""
    mine = {"driver_id": "me", "account": "me", **over}
    await holds.place_hold(make_booking("a", driver_id="somebody"))
    offers = list(await refused_with(holds, make_booking("b", **mine)))
    for number, offer in enumerate(offers):
        place = {"site_id": offer.site_id, "pool_id": offer.pool_id, "slot": offer.slot}
        again = make_booking(f"again-{number}", **(mine | place))
        taken = await holds.place_hold(again)
        assert taken.terms is not None, taken.refusal
        told = (offer.payer, offer.reservation_fee, offer.agreed)
        agreed = agreed_amount(taken.terms, offer.slot)
        assert told == (taken.terms.payer.kind, taken.terms.reservation_fee, agreed)
        assert offer.is_fee is taken.terms.policy.payments.model.takes_fee_at_booking
        await holds.release_holds(ReleaseHolds(code=again.code, reason=ReleaseReason.CANCELLED, now=NOW))
    return offers


async def test_a_member_is_told_that_nothing_is_asked_where_they_are_one(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, MEMBERS)
    await add(sessions, member(site_id="south"))
    offers = await offered(holds)
    by_site = {(o.site_id, o.payer, o.reservation_fee.minor, o.agreed) for o in offers}
    fee = MEMBERS.reservation_fee.minor
    assert by_site == {
        ("north", PayerKind.CARD, fee, Money(2000, "EUR")),
        ("south", PayerKind.MEMBER, 0, NOTHING),
    }


async def test_a_time_after_the_membership_costs_as_it_would_anybody(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, MEMBERS)
    await add(sessions, member(valid_until=make_slot().end))
    offers = await offered(holds)
    until = make_slot().end
    assert {o.payer for o in offers if o.slot.start >= until} == {PayerKind.CARD}
    assert {o.payer for o in offers if o.slot.start < until} == {PayerKind.MEMBER}


@pytest.mark.parametrize(("is_member", "sites"), [(False, {"north"}), (True, {"north", "south"})])
async def test_a_site_for_members_is_offered_to_members(
    holds: HoldActivities, sessions: Sessions, is_member: bool, sites: set[str]
) -> None:
    await opened(sessions, make_policy(), ONLY_MEMBERS)
    if is_member:
        await add(sessions, member())
    assert {o.site_id for o in await offered(holds)} == sites


async def test_a_fee_that_is_taken_at_booking_is_told_with_its_tax(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, make_policy(), FEE)
    (south,) = [o for o in await offered(holds) if o.site_id == "south"]
    assert (south.is_fee, south.reservation_fee, south.agreed) == (True, Money(300, "EUR"), Money(357, "EUR"))


async def test_the_first_booking_of_a_driver_of_an_account_is_offered_on_it(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, CARD)
    await add(sessions, make_account())
    offers = await offered(holds, account=FLEET_ID, fleet_id=FLEET_ID)
    assert {(o.payer, o.agreed) for o in offers} == {(PayerKind.INVOICE, NOTHING)}


async def test_a_site_that_would_refuse_the_driver_is_not_offered(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, make_policy(debts=DebtRules(bars_bookings=False)), make_policy())
    await add(
        sessions,
        Debt(
            reservation_code="7F3K-2QVM-X9TA", driver_id="me", site_id="north", currency="EUR", amount_minor=900,
            outstanding_minor=900, state="open", waits_for="retry", reason="insufficient_funds", decline_code="",
            opened_at=NOW - DAY, changed_at=NOW - DAY,
        ),
    )  # fmt: skip
    assert {o.site_id for o in await offered(holds)} == {"north"}


async def test_times_at_which_the_driver_is_elsewhere_are_not_offered(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, make_policy(overlapping_per_driver=False))
    for minutes in (-60, 60):
        busy = make_booking(
            f"{minutes}", driver_id="me", site_id="south", pool_id="south-dc", slot=make_slot(minutes)
        )
        assert (await holds.place_hold(busy)).held is not None
    times = [o.slot.start for o in await offered(holds) if o.site_id == "north"]
    assert len(times) == 3


async def test_a_guest_is_offered_times_at_which_who_books_is_elsewhere(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """The same time nearby, too."""
    await opened(sessions, make_policy(overlapping_per_driver=False))
    for name, minutes in (("own", 0), ("next", 75)):
        busy = make_booking(
            name, driver_id="me", site_id="south", pool_id="south-dc", slot=make_slot(minutes)
        )
        assert (await holds.place_hold(busy)).held is not None
    times = {(o.site_id, o.slot.start) for o in await offered(holds, for_guest=True)}
    assert times >= {("south", make_slot().start), ("north", make_slot(75).start)}
