"""Where somebody's money is: what is held on their card or was taken, since when, until when, and what comes of it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from contracts.publication import ReservationView
from domain.reservation.lifecycle import DepositState
from texts.reader import Reader


def hold_told(view: ReservationView, reader: Reader, now: datetime) -> str:
    """A sentence; empty: nothing is held, nor was, nor will be. `reader`: on the site's clock."""
    say = _SAY.get(DepositState(view.payment_status)) if view.payment_status else None
    return "" if say is None else say(view, reader, now)


def _amount(view: ReservationView, reader: Reader) -> str:
    held = view.deposit or view.fee
    return "" if held is None else reader.money(held)


def _held(view: ReservationView, reader: Reader, _now: datetime) -> str:
    return reader.page("hold.authorised", amount=_amount(view, reader))


def _asked(view: ReservationView, reader: Reader, _now: datetime) -> str:
    return reader.page("hold.asked", amount=_amount(view, reader))


def _later(view: ReservationView, reader: Reader, now: datetime) -> str:
    if view.authorised_from is None:
        return _asked(view, reader, now)
    from_ = reader.clock(view.authorised_from, now)
    return reader.page("hold.later", amount=_amount(view, reader), at=from_)


def _wanted(view: ReservationView, reader: Reader, now: datetime) -> str:
    if view.payment_due_at is None:
        return _asked(view, reader, now)
    due = reader.clock(view.payment_due_at, now)
    return reader.page("hold.wanted", amount=_amount(view, reader), at=due)


def _declined(_view: ReservationView, reader: Reader, _now: datetime) -> str:
    return reader.page("hold.declined")


def _taken(view: ReservationView, reader: Reader, _now: datetime) -> str:
    fee = view.fee or view.deposit
    return "" if fee is None else reader.page("hold.taken", amount=reader.money(fee))


def _captured(view: ReservationView, reader: Reader, now: datetime) -> str:
    if view.receipt is None:
        return _held(view, reader, now)
    return reader.page("hold.captured", amount=reader.money(view.receipt.payments.captured))


def _released(view: ReservationView, reader: Reader, _now: datetime) -> str:
    return reader.page("hold.released", amount=_amount(view, reader))


_Say = Callable[[ReservationView, Reader, datetime], str]
_SAY: Mapping[DepositState, _Say] = {
    DepositState.ASKED: _asked,
    DepositState.DEFERRED: _asked,
    DepositState.ACTION_REQUIRED: _wanted,
    DepositState.AUTHORISED: _held,
    DepositState.CARD_SAVED: _later,
    DepositState.LAPSED: _later,
    DepositState.DECLINED: _declined,
    DepositState.TAKEN: _taken,
    DepositState.CAPTURED: _captured,
    DepositState.RELEASED: _released,
}
