"""Who is trusted books without a deposit: by what the database knows of them when they book."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from activities.holds.activities import HoldActivities
from api.desk.principal import Principal
from api.desk.quotes import QuoteOrder, Quotes
from db.engine import Sessions
from db.tables import Debt, Dispute, Membership, Settlement, SettlementLine
from domain.money.amount import Money
from domain.terms.accepted import Terms
from domain.terms.debts import DebtRules
from domain.terms.disputes import DisputeRules
from domain.terms.payer import PayerKind
from domain.terms.payments import PaymentModel, PaymentRules, TrustRules
from tests.activities.holds.hold_desk import NOW, refusal_of
from tests.api.stage import publish, view_of
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, make_terms, plant

DAY = timedelta(days=1)
TRUSTED, CARD, MEMBER = PayerKind.TRUSTED, PayerKind.CARD, PayerKind.MEMBER
POLICY = make_policy(
    payments=PaymentRules(trusted=TrustRules(visits=2, within=30 * DAY, most_open=2)),
    overlapping_per_driver=True,
)


async def was(sessions: Sessions, state: str, began: datetime, name: str = "", **over: Any) -> str:
    """A reservation of `me` that ended so."""
    code = name or f"{state}-{began:%d%H}"
    view = view_of(
        code,
        state=state,
        driver_id="me",
        slot_start=began,
        slot_end=began + timedelta(hours=1),
        terms=make_terms(policy=over.pop("policy", POLICY)),
    )
    await publish(sessions, view, closed=True)
    return code


async def opened(sessions: Sessions, visits: int = 2) -> None:
    """A site that trusts who came twice in 30 days, and so many visits of `me`."""
    await plant(sessions, make_seed(make_site(chargers=4), policy=POLICY))
    for days in range(1, visits + 1):
        await was(sessions, "COMPLETED", NOW - days * DAY)


async def booked(holds: HoldActivities, name: str = "a", **over: Any) -> Terms:
    ask = make_booking(name, **({"driver_id": "me", "account": "me", "slot": make_slot()} | over))
    answer = await holds.place_hold(ask)
    assert answer.held is not None, answer.refusal
    assert answer.terms is not None
    return answer.terms


HERE = make_policy(payments=PaymentRules(members=True))
START = make_slot().start


async def member(sessions: Sessions, **over: Any) -> None:
    values: dict[str, Any] = {
        "key": "k", "driver_id": "me", "valid_from": NOW - DAY, "given_at": NOW - DAY, "given_by": "olga"
    }  # fmt: skip
    await add(sessions, Membership(**(values | over)))


@pytest.mark.parametrize(
    ("over", "kind"),
    [
        ({}, MEMBER),
        ({"site_id": "north", "valid_until": NOW + DAY}, MEMBER),
        ({"site_id": "south"}, CARD),
        ({"driver_id": "another"}, CARD),
        ({"valid_from": START}, MEMBER),
        ({"valid_from": START + timedelta(seconds=1)}, CARD),
        ({"valid_until": START}, CARD),
        ({"valid_until": START + timedelta(seconds=1)}, MEMBER),
    ],
)
async def test_a_member_is_who_is_one_there_when_the_slot_begins(
    holds: HoldActivities, sessions: Sessions, over: dict[str, Any], kind: PayerKind
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3), make_site(site_id="south"), policy=HERE))
    await member(sessions, **over)
    payer = (await booked(holds)).payer
    assert (payer.kind, payer.until) == (kind, over.get("valid_until") if kind is MEMBER else None)


async def test_of_several_memberships_the_longest_counts(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=3), policy=HERE))
    for days in (3, 9, 5):
        await member(sessions, key=f"k{days}", valid_until=NOW + days * DAY)
    assert (await booked(holds)).payer.until == NOW + 9 * DAY
    await member(sessions, key="endless")
    assert (await booked(holds)).payer.until is None


async def test_where_only_members_book_others_are_refused_and_keep_nothing(
    holds: HoldActivities, sessions: Sessions
) -> None:
    nothing = Money(0, "EUR")
    only = PaymentRules(model=PaymentModel.MEMBERSHIP)
    policy = make_policy(payments=only, deposit=nothing, reservation_fee=nothing)
    await plant(sessions, make_seed(make_site(chargers=3), policy=policy))
    ask = make_booking("a", driver_id="me", account="me", slot=make_slot())
    assert refusal_of(await holds.place_hold(ask)) == "membership_required"
    await member(sessions)
    assert (await booked(holds)).payer.kind is MEMBER
    async with sessions.begin() as session:
        await session.execute(update(Membership).values(valid_until=NOW, ended_at=NOW, ended_by="olga"))
    assert (await holds.place_hold(ask)).held is not None  # the hold it has


async def test_who_was_quoted_as_a_member_books_as_one_though_it_has_ended(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3), policy=HERE))
    await member(sessions)
    me = Principal(subject="me", scopes=frozenset({"driver"}))
    slot = make_slot()
    order = QuoteOrder(site_id="north", pool_id="north-dc", start=slot.start, end=slot.end)
    quote = (await Quotes(sessions, lambda: NOW).make(me, order)).quote.id
    async with sessions.begin() as session:
        await session.execute(update(Membership).values(valid_until=NOW, ended_at=NOW, ended_by="olga"))
    assert (await booked(holds, quote=quote)).payer.kind is MEMBER
    assert (await booked(holds, "b", slot=make_slot(120))).payer.kind is CARD


async def add(sessions: Sessions, *rows: Any) -> None:
    async with sessions.begin() as session:
        session.add_all(rows)


async def test_who_came_often_enough_in_time_is_trusted_for_so_many_bookings_at_once(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, visits=1)
    await was(sessions, "COMPLETED", NOW - 31 * DAY)
    await was(sessions, "CANCELLED", NOW - 2 * DAY)
    assert (await booked(holds)).payer.kind is CARD
    await was(sessions, "COMPLETED", NOW - 29 * DAY)
    assert (await booked(holds, "other", driver_id="another")).payer.kind is CARD
    assert (await booked(holds, "b")).payer.kind is TRUSTED
    assert (await booked(holds, "b")).payer.kind is TRUSTED  # asked again: its own hold is none beside it
    assert (await booked(holds, "c")).payer.kind is CARD  # two are open


async def test_it_costs_the_booking_no_statement_more(holds: HoldActivities, sessions: Sessions) -> None:
    await opened(sessions)
    seen: list[str] = []
    async with sessions() as session:
        engine = (await session.connection()).engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *what: seen.append(what[2]))
    assert (await booked(holds)).payer.kind is TRUSTED
    assert len(seen) <= 10


@pytest.mark.parametrize(
    ("state", "ago", "kind"),
    [("NO_SHOW", 1, CARD), ("NO_SHOW", 31, TRUSTED), ("CANCELLED", 1, TRUSTED), ("UNFULFILLED", 1, TRUSTED)],
)
async def test_a_no_show_costs_the_trust_until_it_is_long_ago(
    holds: HoldActivities, sessions: Sessions, state: str, ago: int, kind: PayerKind
) -> None:
    await opened(sessions)
    await was(sessions, state, NOW - ago * DAY - timedelta(hours=5))
    assert (await booked(holds)).payer.kind is kind


@pytest.mark.parametrize(
    ("lines", "fee", "kind"), [(["no_show"], 500, CARD), ([], 500, TRUSTED), ([], 0, CARD)]
)
async def test_a_no_show_whose_fee_was_waived_or_was_never_due_is_not_held_against_them(
    holds: HoldActivities, sessions: Sessions, lines: list[str], fee: int, kind: PayerKind
) -> None:
    """By the newest settlement; where it costs nothing there is no line to tell by."""
    await opened(sessions)
    policy = make_policy(no_show_fee=Money(fee, "EUR"))
    code = await was(sessions, "NO_SHOW", NOW - DAY - timedelta(hours=5), policy=policy)
    for step, billed in (("settle", ["no_show"]), ("settle-2", lines)):
        await settled(sessions, code, step, billed)
    assert (await booked(holds)).payer.kind is kind


async def settled(sessions: Sessions, code: str, step: str, kinds: list[str]) -> None:
    row = Settlement(
        reservation_code=code, step=step, outcome="NO_SHOW", currency="EUR", charge_minor=0, credit_minor=0,
        energy_wh=0, somebody_waits=False, occupancy_percent=0, priced_at=NOW,
    )  # fmt: skip
    async with sessions.begin() as session:
        session.add(row)
        await session.flush()
        session.add_all(
            SettlementLine(settlement_id=row.id, position=n, kind=kind, cause="driver", amount_minor=500)
            for n, kind in enumerate(kinds)
        )


@pytest.mark.parametrize(
    ("over", "kind"),
    [
        ({"state": "open", "taken_minor": 0}, CARD),
        ({"state": "lost", "closed_at": NOW}, CARD),
        ({"state": "lost", "closed_at": NOW, "taken_minor": 0}, TRUSTED),
        ({"state": "lost", "closed_at": NOW, "lifted_at": NOW}, TRUSTED),
        ({"state": "won", "closed_at": NOW}, TRUSTED),
    ],
)
async def test_a_dispute_costs_the_trust_until_it_is_won_or_lifted(
    holds: HoldActivities, sessions: Sessions, over: dict[str, Any], kind: PayerKind
) -> None:
    await plant(
        sessions,
        make_seed(
            make_site(chargers=4),
            policy=make_policy(payments=POLICY.payments, disputes=DisputeRules(lost_bars=False)),
        ),
    )
    for days in (1, 2):
        await was(sessions, "COMPLETED", NOW - days * DAY)
    values: dict[str, Any] = {
        "dispute_id": "du_1", "charge_id": "ch_1", "driver_id": "me", "currency": "EUR", "amount_minor": 2380,
        "taken_minor": 2380, "fee_minor": 0, "reason": "fraudulent", "status": "needs_response",
        "opened_at": NOW, "changed_at": NOW,
    }  # fmt: skip
    await add(sessions, Dispute(**(values | over)))
    assert (await booked(holds)).payer.kind is kind


@pytest.mark.parametrize(("reason", "kind"), [("insufficient_funds", CARD), ("too_small", TRUSTED)])
async def test_what_is_owed_costs_the_trust_but_for_what_nobody_can_pay_by_card(
    holds: HoldActivities, sessions: Sessions, reason: str, kind: PayerKind
) -> None:
    rich = make_policy(payments=POLICY.payments, debts=DebtRules(bars_bookings=False))
    await plant(sessions, make_seed(make_site(chargers=4), policy=rich))
    for days in (1, 2):
        await was(sessions, "COMPLETED", NOW - days * DAY)
    debt = Debt(
        reservation_code="7F3K-2QVM-X9TA", driver_id="me", site_id="north", currency="EUR", amount_minor=20,
        outstanding_minor=20, state="open", waits_for="person", reason=reason, decline_code="",
        opened_at=NOW, changed_at=NOW,
    )  # fmt: skip
    await add(sessions, debt)
    assert (await booked(holds)).payer.kind is kind
