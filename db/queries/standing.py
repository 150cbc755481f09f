"""What a driver has done so far, for `domain.terms.payer` to decide by; of a statement that asks more, or by itself."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Label,
    Text,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Debt, Dispute, Hold, ReservationRow, Settlement, SettlementLine
from domain.money.declines import NOT_BY_CARD
from domain.money.lines import LineKind
from domain.reservation.lifecycle import State
from domain.terms.accepted import Terms
from domain.terms.payer import Standing, payer_of
from domain.terms.payments import PaymentRules

_driver, _code = bindparam("driver", type_=Text), bindparam("code", type_=Text)
_now = bindparam("now", type_=DateTime(timezone=True))
_since = bindparam("since", type_=DateTime(timezone=True))


def _visits() -> ColumnElement[int]:
    return _reservations(ReservationRow.state == State.COMPLETED)


def _no_shows() -> ColumnElement[int]:
    """A fee that was waived, or was not due as the failure was ours, says that it is not held against them."""
    newest = (
        select(Settlement.id)
        .where(Settlement.reservation_code == ReservationRow.code)
        .order_by(Settlement.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    charged = exists().where(SettlementLine.settlement_id == newest, SettlementLine.kind == LineKind.NO_SHOW)
    fee = ReservationRow.snapshot["terms", "policy", "no_show_fee", "minor"].astext
    free = func.coalesce(cast(fee, BigInteger), 0) == 0
    missed = ReservationRow.state == State.NO_SHOW
    return _reservations(missed, or_(newest.is_(None), charged, free))


def _reservations(*such: ColumnElement[bool]) -> ColumnElement[int]:
    row = ReservationRow
    mine = select(func.count()).where(row.driver_id == _driver, row.slot_start >= _since, *such)
    return mine.scalar_subquery()


def _owes() -> ColumnElement[bool]:
    return exists().where(Debt.driver_id == _driver, Debt.state == "open", Debt.reason.not_in([*NOT_BY_CARD]))


def _disputed() -> ColumnElement[bool]:
    """Also where the bank only asks so far."""
    lost = (Dispute.state == "lost") & Dispute.lifted_at.is_(None)
    return exists().where(Dispute.driver_id == _driver, (Dispute.state == "open") | lost)


def _open() -> ColumnElement[int]:
    counted = select(func.count(func.distinct(Hold.reservation_code)))
    mine = (Hold.driver_id == _driver, Hold.reservation_code != _code, Hold.released_at.is_(None))
    return counted.where(*mine, Hold.slot_end > _now).scalar_subquery()


STANDING: tuple[Label[Any], ...] = (
    _visits().label("visits"),
    _no_shows().label("no_shows"),
    _owes().label("owes_by_card"),
    _disputed().label("disputes"),
    _open().label("open"),
)
"""Takes what `asking` gives."""


def asking(driver_id: str, rules: PaymentRules, now: datetime, *, code: str = "") -> dict[str, Any]:
    """`code`: the reservation that is being made, which does not count."""
    since = now if rules.trusted is None else now - rules.trusted.within
    return {"driver": driver_id, "code": code, "now": now, "since": since}


def standing_in(row: Any) -> Standing:
    """`row` has STANDING."""
    return Standing(
        visits=row.visits,
        no_shows=row.no_shows,
        owes=row.owes_by_card,
        disputed=row.disputes,
        open=row.open,
    )


_STANDING = select(*STANDING)


async def told_to(session: AsyncSession, driver_id: str | None, terms: Terms, now: datetime) -> Terms:
    """The terms as this driver would get them now. None: nobody in particular."""
    rules = terms.policy.payments
    if driver_id is None or rules.trusted is None:
        return terms
    row = (await session.execute(_STANDING, asking(driver_id, rules, now))).one()
    return replace(terms, payer=payer_of(standing_in(row), rules))
