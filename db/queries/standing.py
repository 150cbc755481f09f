"""What a driver has done so far, for `domain.terms.payer` to decide by; of a statement that asks more, or by itself."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Label,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    exists,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.disputes import lost_for_us
from db.queries.people import drivers_of_one
from db.queries.place.access import caller_in, groups_of, is_member, tiers_of
from db.tables import (
    Debt,
    Dispute,
    Driver,
    Hold,
    InvoiceAccount,
    Membership,
    Pool,
    ReservationRow,
    Settlement,
    SettlementLine,
)
from domain.money.declines import NOT_BY_CARD
from domain.money.lines import LineKind
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason
from domain.terms.accepted import Terms
from domain.terms.account import Account
from domain.terms.fair_use import FairUse, Used
from domain.terms.payer import Standing
from domain.terms.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A booking by a driver. `start`: of its slot; None: of any, from now on. `code`: it does not count itself."""

    driver_id: str
    site_id: str
    start: datetime | None = None
    code: str = ""


_driver, _code = bindparam("driver", type_=Text), bindparam("code", type_=Text)
_now = bindparam("now", type_=DateTime(timezone=True))
_site = bindparam("site", type_=Text)
_start = bindparam("starts", type_=DateTime(timezone=True))
_since = bindparam("since", type_=DateTime(timezone=True))
_misses_since = bindparam("misses_since", type_=DateTime(timezone=True))
_counts_since = bindparam("counts_since", type_=DateTime(timezone=True))
PEOPLE = cast(
    select(drivers_of_one(_driver).label("ids")).cte("people").select().scalar_subquery(), ARRAY(Text)
)
"""As `drivers_of_one` of `driver`, read once in a statement, however often it asks for it."""
_KEPT = (ReleaseReason.COMPLETED, ReleaseReason.NO_SHOW)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def _visits() -> ColumnElement[int]:
    return _reservations(ReservationRow.state == State.COMPLETED)


def _no_shows() -> ColumnElement[int]:
    return _reservations(_was_missed())


def _missed() -> ColumnElement[Any]:
    """When they began."""
    row = ReservationRow
    mine = (row.driver_id == any_(PEOPLE), row.slot_start >= _misses_since)
    return func.array(select(row.slot_start).where(*mine, _was_missed()).scalar_subquery())


def _was_missed() -> ColumnElement[bool]:
    """A fee that was waived, or was not due as the failure was ours, says that it is not held against them."""
    newest = (
        select(Settlement.id)
        .where(Settlement.reservation_code == ReservationRow.code)
        .order_by(Settlement.id.desc())
        .limit(1)
        .correlate(ReservationRow)  # also where another statement stands between them
        .scalar_subquery()
    )
    charged = exists().where(SettlementLine.settlement_id == newest, SettlementLine.kind == LineKind.NO_SHOW)
    fee = ReservationRow.snapshot["terms", "policy", "no_show_fee", "minor"].astext
    free = func.coalesce(cast(fee, BigInteger), 0) == 0
    return and_(ReservationRow.state == State.NO_SHOW, or_(newest.is_(None), charged, free))


def _reservations(*such: ColumnElement[bool]) -> ColumnElement[int]:
    row = ReservationRow
    mine = (row.driver_id == any_(PEOPLE), row.slot_start >= _since)
    return select(func.count()).where(*mine, *such).scalar_subquery()


def _owes() -> ColumnElement[bool]:
    return exists().where(
        Debt.driver_id == any_(PEOPLE), Debt.state == "open", Debt.reason.not_in([*NOT_BY_CARD])
    )


def _disputed() -> ColumnElement[bool]:
    """Also where the bank only asks so far."""
    return exists().where(Dispute.driver_id == any_(PEOPLE), (Dispute.state == "open") | lost_for_us())


def _ends() -> ColumnElement[Any]:
    """Of the slots of open reservations, of one that holds two places once."""
    mine = (Hold.driver_id == any_(PEOPLE), Hold.reservation_code != _code, Hold.released_at.is_(None))
    ends = select(func.max(Hold.slot_end)).where(*mine, Hold.slot_end > _now)
    return func.array(ends.group_by(Hold.reservation_code).scalar_subquery())


def _used() -> ColumnElement[Any]:
    """Site, start and end of slots that were not given back; of a reservation the last place that it had."""
    kept = or_(Hold.released_at.is_(None), Hold.release_reason.in_([*_KEPT]))
    last = (
        select(Hold.pool_id, Hold.slot_start, Hold.slot_end)
        .where(Hold.driver_id == any_(PEOPLE), Hold.reservation_code != _code)
        .where(Hold.slot_end > _counts_since, kept)
        .ext(distinct_on(Hold.reservation_code))
        .order_by(Hold.reservation_code, Hold.id.desc())
        .subquery()
    )
    slot = func.jsonb_build_array(Pool.site_id, last.c.slot_start, last.c.slot_end)
    return select(func.jsonb_agg(slot)).join_from(last, Pool, Pool.id == last.c.pool_id).scalar_subquery()


def _member_until() -> ColumnElement[datetime | None]:
    """Of several, as long as any of them lasts."""
    endless = func.bool_or(Membership.valid_until.is_(None))
    last = case((endless, null()), else_=func.max(Membership.valid_until))
    return select(last).where(is_member(_driver, _site, _start)).scalar_subquery()


def _booked_ahead() -> ColumnElement[int]:
    """What open reservations on the account are expected to come to; of one that holds two places once."""
    mine = (Hold.account_fleet == InvoiceAccount.fleet_id, Hold.released_at.is_(None))
    expected = func.max(Hold.account_minor).label("expected")
    each = select(expected).where(*mine, Hold.reservation_code != _code).group_by(Hold.reservation_code)
    sums = each.correlate(InvoiceAccount).lateral()
    return select(func.coalesce(func.sum(sums.c.expected), 0)).scalar_subquery()


def _account() -> ColumnElement[Any]:
    """Of their fleet: id, currency, is it active, its limit, what of that is used; null: there is none."""
    row = InvoiceAccount
    used = row.open_minor + _booked_ahead()
    facts = func.jsonb_build_array(row.fleet_id, row.currency, row.active, row.limit_minor, used)
    return (
        select(facts)
        .join(Driver, Driver.fleet_id == row.fleet_id)
        .where(Driver.id == _driver)
        .scalar_subquery()
    )


STANDING: tuple[Label[Any], ...] = (
    _visits().label("visits"),
    _no_shows().label("no_shows"),
    _owes().label("owes_by_card"),
    _disputed().label("disputes"),
    _ends().label("ends"),
    _used().label("used"),
    _missed().label("missed"),
    exists().where(is_member(_driver, _site, _start)).label("member"),
    _member_until().label("member_until"),
    _account().label("account"),
    groups_of(_driver, _start),
    tiers_of(_driver, _site, _start),
    select(Driver.fleet_id).where(Driver.id == _driver).scalar_subquery().label("fleet"),
)
"""Takes what `asking` gives."""


def asking(wanted: Wanted, policy: Policy, now: datetime) -> dict[str, Any]:
    """`policy`: of the site, as everybody has it."""
    trusted, start = policy.payments.trusted, wanted.start or now
    about = {"driver": wanted.driver_id, "code": wanted.code, "site": wanted.site_id, "starts": start}
    return about | {
        "now": now,
        "since": now if trusted is None else now - trusted.within,
        "misses_since": policy.fair_use.misses_since(now) or _NEVER,
        "counts_since": _any_tiers(policy).counts_since(start) or _NEVER,
    }


def _any_tiers(policy: Policy) -> FairUse:
    """With the limits that members of some tier have alone."""
    weekly = next((tier.weekly_hours for tier in policy.tiers if tier.weekly_hours is not None), None)
    return policy.fair_use if weekly is None else replace(policy.fair_use, weekly=weekly)


def standing_in(row: Any) -> Standing:
    """`row` has STANDING."""
    return Standing(
        visits=row.visits,
        no_shows=row.no_shows,
        owes=row.owes_by_card,
        disputed=row.disputes,
        ends=tuple(row.ends),
        used=tuple(_used_in(one) for one in row.used or ()),
        missed=tuple(row.missed),
        member=row.member,
        member_until=row.member_until,
        account=None if row.account is None else _account_in(row.account),
        caller=caller_in(row.fleet, row.groups, row.tiers),
    )


def _used_in(facts: list[Any]) -> Used:
    site_id, start, end = facts
    return Used(site_id=site_id, start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))


def _account_in(facts: list[Any]) -> Account:
    fleet, currency, active, limit, used = facts
    return Account(fleet=fleet, currency=currency, active=active, limit=limit, used=int(used))


_STANDING = select(*STANDING)


async def standing_of(session: AsyncSession, wanted: Wanted, policy: Policy, now: datetime) -> Standing:
    return standing_in((await session.execute(_STANDING, asking(wanted, policy, now))).one())


async def told_to(session: AsyncSession, wanted: Wanted, terms: Terms, now: datetime) -> Terms:
    """The terms as this driver would get them now."""
    return terms.theirs(await standing_of(session, wanted, terms.policy, now))
