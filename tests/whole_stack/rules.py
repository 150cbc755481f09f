"""The rules of the tests' sites: policies in seconds, round prices in EUR cents."""

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar, cast

from domain.money.amount import Money
from domain.money.currencies import currency_of
from domain.terms.payments import PaymentModel, PaymentRules
from domain.terms.policy import CancellationTier, OverstayRules, Policy, SlotRules

DEPOSIT, NO_SHOW_FEE, LATE_FEE = 2000, 500, 400


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def in_seconds(**changes: Any) -> Policy:
    """Locks a minute before the start and lets arrive from then on. Cancelling is free half an hour ahead."""
    values: dict[str, Any] = {
        "currency": "EUR",
        "slots": SlotRules(
            step=seconds(0),
            shortest=seconds(1),
            longest=timedelta(hours=4),
            buffer=seconds(1),
            horizon=timedelta(days=1),
            late_start_tolerance=seconds(10),
        ),
        "overstay": OverstayRules(fee_per_step=euros(50), cap=euros(150)),
        "deposit": euros(DEPOSIT),
        "reservation_fee": euros(300),
        "no_show_fee": euros(NO_SHOW_FEE),
        "compensation": euros(1000),
        "cancellation": (
            CancellationTier(ahead=timedelta(minutes=30), fee=euros(0)),
            CancellationTier(ahead=seconds(0), fee=euros(LATE_FEE)),
        ),
        "payment_ttl": seconds(30),
        "lock_lead": seconds(60),
        "early_start": seconds(60),
        "grace": seconds(60),
        "eta_extension": seconds(60),
        "departure_wait": seconds(0.3),
        "change_until": seconds(0),
        "walk_in_warning": seconds(5),
        "warn_before_end": seconds(0),
        "open_reservations_per_driver": 1000,
        "overlapping_per_driver": True,
        "meter_slack_wh": 100_000,  # these cars take in seconds what others take in an hour
    }
    return Policy(**(values | changes))


def weeks_ahead() -> Policy:
    """All of tomorrow and the week behind it can be booked, whatever the time of the day."""
    return in_seconds(slots=replace(in_seconds().slots, horizon=timedelta(days=30)))


def paid_by(model: PaymentModel) -> Policy:
    return in_seconds(
        payments=PaymentRules(model=model),
        deposit=euros(DEPOSIT if model is PaymentModel.DEPOSIT else 0),
        fee_credited_to_session=model is not PaymentModel.FEE_AT_BOOKING,
    )


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


Rules = TypeVar("Rules")


def worth(minor: int, currency: str) -> Money:
    """What so many cents mean in EUR, in another currency: enough for a card to be charged."""
    each = max(1, currency_of(currency).least // 50)
    step = currency_of(currency).step
    return Money(minor * each // step * step, currency)


def in_currency(rules: Rules, currency: str) -> Rules:
    """Each of its prices in EUR, as `worth` as much in that currency."""

    def changed(value: Any) -> Any:
        if isinstance(value, Money):
            return worth(value.minor, currency)
        if isinstance(value, tuple):
            return tuple(changed(one) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{one.name: changed(getattr(value, one.name)) for one in fields(value)})
        return currency if value == "EUR" else value

    return cast(Rules, changed(rules))
