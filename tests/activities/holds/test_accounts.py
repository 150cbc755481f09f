"""Drivers of an invoice account book without a card, until it is closed or owes as much as it may."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event, func, select

from activities.holds.activities import HoldActivities
from activities.money.ledger import Posting, post
from contracts.holds import ReleaseHolds
from db.engine import Sessions
from db.tables import Driver, Hold, InvoiceAccount, Membership
from domain.facts.ledger import Settlement
from domain.facts.refused_bookings import AccountFull
from domain.money.accounts import FLEET, Stand
from domain.money.amount import Money
from domain.reservation.release import ReleaseReason
from domain.settlement.agreed import agreed_amount
from domain.terms.payer import Payer, PayerKind
from domain.terms.payments import PaymentModel, PaymentRules, WithoutAccount
from domain.terms.policy import Policy
from tests.activities.holds.hold_desk import NOW, move, replacement
from tests.activities.money.account_desk import FLEET_ID, ON_ACCOUNT, make_account
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, plant

MINE = {"driver_id": "me", "account": FLEET_ID, "fleet_id": FLEET_ID}
CARD = WithoutAccount.CARD


async def opened(sessions: Sessions, policy: Policy | None = None, **over: Any) -> None:
    """A site, and an account of the fleet of `me`."""
    await plant(sessions, make_seed(make_site(chargers=4), policy=policy or make_policy()))
    async with sessions.begin() as session:
        session.add(make_account(**over))


async def owes(sessions: Sessions, minor: int) -> None:
    books = {Stand(account=FLEET): Money(minor, "EUR"), Stand(account="bank"): Money(-minor, "EUR")}
    posting = Posting(
        code=f"bill of {minor}", step="settle", cause="driver", fact=Settlement(state="completed"), target=books,
        now=NOW, fleet_id=FLEET_ID,
    )  # fmt: skip
    async with sessions.begin() as session:
        await post(session, posting)


async def booked(holds: HoldActivities, name: str = "a", **over: Any) -> tuple[Payer | None, str]:
    """Who pays, or why it is refused."""
    answer = await holds.place_hold(make_booking(name, **(MINE | {"slot": make_slot()} | over)))
    if answer.refusal is not None:
        return None, f"{answer.refusal.code} {answer.refusal.why.code}"
    assert answer.terms is not None
    assert (
        answer.terms.payer.kind is not PayerKind.INVOICE or agreed_amount(answer.terms, make_slot()).is_zero
    )
    return answer.terms.payer, ""


async def test_a_driver_of_an_account_books_on_it_and_others_by_card(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, make_policy(deposit=Money(2000, "EUR")))
    assert await booked(holds) == (ON_ACCOUNT, "")
    other = {"driver_id": "another", "account": "another", "fleet_id": None}
    assert await booked(holds, "b", **other) == (Payer(), "")
    seen: list[str] = []
    async with sessions() as session:
        engine = (await session.connection()).engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *what: seen.append(what[2]))
    assert await booked(holds, "c", driver_id="third") == (ON_ACCOUNT, "")
    assert len(seen) <= 10


@pytest.mark.parametrize(
    ("account", "why"),
    [
        ({"active": False}, "account_closed"),
        ({"limit_minor": 0}, "account_full"),
        ({"currency": "SEK"}, "account_in_another_currency"),
    ],
)
async def test_one_that_cannot_pay_is_refused_or_books_by_card_as_the_policy_says(
    holds: HoldActivities, sessions: Sessions, account: dict[str, Any], why: str
) -> None:
    await opened(sessions, **account)
    assert await booked(holds) == (None, f"invoice_account_unusable {why}")
    await plant(
        sessions,
        make_seed(
            make_site(site_id="south", chargers=1),
            policy=make_policy(payments=PaymentRules(without_account=CARD)),
        ),
    )
    assert await booked(holds, "b", site_id="south", pool_id="south-dc") == (Payer(), "")


async def test_it_books_until_it_owes_as_much_as_it_may(holds: HoldActivities, sessions: Sessions) -> None:
    await opened(sessions, make_policy(overlapping_per_driver=True), limit_minor=1000)
    await owes(sessions, 999)
    assert await booked(holds) == (ON_ACCOUNT, "")
    await ended(holds)
    await owes(sessions, 1)
    assert await booked(holds, "b") == (None, "invoice_account_unusable account_full")
    await owes(sessions, -500)
    assert await booked(holds, "c") == (ON_ACCOUNT, "")
    async with sessions.begin() as session:
        account = await session.get_one(InvoiceAccount, FLEET_ID)
        account.limit_minor = None
    await owes(sessions, 1_000_000)
    assert await booked(holds, "d") == (ON_ACCOUNT, "")


async def test_a_fleet_pays_for_members_too_and_opens_no_site_of_members_to_others(
    holds: HoldActivities, sessions: Sessions
) -> None:
    rules = PaymentRules(model=PaymentModel.MEMBERSHIP)
    nothing = Money(0, "EUR")
    await opened(sessions, make_policy(payments=rules, deposit=nothing, reservation_fee=nothing))
    assert (await booked(holds))[1].startswith("membership_required")
    async with sessions.begin() as session:
        session.add(Driver(id="member", fleet_id=FLEET_ID, created_at=NOW))
        await session.flush()
        session.add(Membership(key="m", driver_id="member", valid_from=NOW, given_at=NOW, given_by="olga"))
    assert await booked(holds, "b", driver_id="member") == (ON_ACCOUNT, "")


async def test_a_slot_that_was_made_longer_counts_as_long_as_it_is(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, make_policy(overlapping_per_driver=True))
    first = await holds.place_hold(make_booking("a", **(MINE | {"slot": make_slot()})))
    expected = await expected_of(sessions)
    async with sessions.begin() as session:
        (await session.get_one(InvoiceAccount, FLEET_ID)).limit_minor = 2 * expected
    for asked in (
        move(first, make_booking("a"), slot=make_slot(0, 180), terms=first.terms),
        move(first, make_booking("a"), slot=make_slot(0, 240), terms=first.terms, keep_connector=True),
    ):
        assert (await holds.move_hold(asked)).refusal is None
        assert await booked(holds, "b", driver_id="you") == (None, "invoice_account_unusable account_full")
    shorter = move(first, make_booking("a"), slot=make_slot(0, 60), terms=first.terms)
    assert (await holds.move_hold(shorter)).refusal is None
    assert await booked(holds, "c", driver_id="you") == (ON_ACCOUNT, "")


@pytest.mark.parametrize("on_account", [True, False])
async def test_who_pays_stays_whoever_books_between_two_attempts(
    holds: HoldActivities, sessions: Sessions, on_account: bool
) -> None:
    rules = PaymentRules(without_account=CARD)
    policy = make_policy(overlapping_per_driver=True, deposit=Money(2000, "EUR"), payments=rules)
    await opened(sessions, policy, **({} if on_account else {"active": False}))
    payer = ON_ACCOUNT if on_account else Payer()
    assert await booked(holds) == (payer, "")
    async with sessions.begin() as session:
        (await session.get_one(InvoiceAccount, FLEET_ID)).active = not on_account
    assert await booked(holds) == (payer, "")


async def ended(holds: HoldActivities, name: str = "a") -> None:
    reason = ReleaseReason.CANCELLED
    await holds.release_holds(ReleaseHolds(code=make_booking(name).code, reason=reason, now=NOW))


async def expected_of(sessions: Sessions) -> int:
    """What one booking of the hour is expected to come to."""
    async with sessions() as session:
        found = int(await session.scalar(select(func.max(Hold.account_minor))) or 0)
    assert found > 0
    return found


async def test_what_is_booked_ahead_counts_until_it_ends_wherever_it_is_moved(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, make_policy(overlapping_per_driver=True))
    first = await holds.place_hold(make_booking("a", **MINE))
    assert first.held is not None
    expected = await expected_of(sessions)
    async with sessions.begin() as session:
        (await session.get_one(InvoiceAccount, FLEET_ID)).limit_minor = 2 * expected
    assert await booked(holds, "b") == (ON_ACCOUNT, "")
    assert await booked(holds, "b") == (ON_ACCOUNT, "")  # asked again: it does not count itself
    refusal = (await holds.place_hold(make_booking("c", **MINE))).refusal
    assert refusal is not None
    assert (
        refusal.why.parameters()
        == AccountFull(limit=Money(2 * expected, "EUR"), used=Money(2 * expected, "EUR")).parameters()
    )
    assert first.terms is not None
    moving = replacement(
        code=make_booking("a").code,
        driver_id=MINE["driver_id"],
        exclude_connectors=(first.held.assignment.connector_id,),
        terms=first.terms,
    )
    assert (await holds.hold_replacement(moving)).held is not None
    assert await booked(holds, "c") == (
        None,
        "invoice_account_unusable account_full",
    )  # held twice, counted once
    await ended(holds, "a")
    assert await booked(holds, "c") == (ON_ACCOUNT, "")


async def test_of_bookings_that_race_for_the_last_of_the_limit_one_is_made(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, make_policy(overlapping_per_driver=True), limit_minor=1)
    drivers = [{"driver_id": f"driver-{n}", "account": FLEET_ID, "fleet_id": FLEET_ID} for n in range(4)]
    answers = await asyncio.gather(*(booked(holds, f"race-{n}", **who) for n, who in enumerate(drivers)))
    refused = (None, "invoice_account_unusable account_full")
    assert sorted(answers, key=str) == sorted([(ON_ACCOUNT, ""), refused, refused, refused], key=str)
