"""What a slot costs once it was moved, where prices vary: what a booking of the new one would cost at that moment.

Without this a cheap night would be booked and moved to the dear evening. Energy and time are priced anew; the
reservation fee was for booking and stays, and so does everything else that was accepted. What is dearer has to be
accepted by the driver (`Reschedule.accepted_energy_per_kwh`, `accepted_time_per_minute`); what is cheaper is theirs.
"""

from dataclasses import dataclass, replace

from domain.errors import Explanation, PriceNotAccepted
from domain.facts.price_reasons import PriceCap, PriceReason
from domain.facts.refused_actions import SlotPriceRises
from domain.money.amount import Money
from domain.money.price import Price
from domain.terms.accepted import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedPrices:
    """As high as the driver agrees to; None: no higher than what was accepted before."""

    energy_per_kwh: Money | None = None
    time_per_minute: Money | None = None


AS_BEFORE = AcceptedPrices()


def priced_anew(accepted: Terms, today: Terms) -> Terms:
    """`accepted` with the prices of energy and time in `today`, which are those of the new slot."""
    if accepted.prices is None and today.prices is None:
        return accepted
    if accepted.tariff.currency != today.tariff.currency:
        return accepted  # another currency is other terms, not another price
    tariff = replace(
        accepted.tariff,
        energy_per_kwh=today.tariff.energy_per_kwh,
        time_per_minute=today.tariff.time_per_minute,
    )
    if today.prices is None:
        return replace(accepted, tariff=tariff, prices=None)
    fee = accepted.prices.reasons if accepted.prices else ()
    prices = replace(
        today.prices,
        reservation_fee=accepted.policy.reservation_fee,
        reasons=(*_of_fee(today.prices.reasons, wanted=False), *_of_fee(fee, wanted=True)),
    )
    return replace(accepted, tariff=tariff, prices=prices)


def check_prices(former: Terms, moved: Terms, accepted: AcceptedPrices) -> None:
    """Raises PriceNotAccepted, with the new prices, where one is above what the driver has agreed to."""
    if capped(former, moved, accepted) is not moved:
        raise PriceNotAccepted(
            SlotPriceRises(
                energy_per_kwh=moved.tariff.energy_per_kwh, time_per_minute=moved.tariff.time_per_minute
            )
        )


def capped(former: Terms, moved: Terms, accepted: AcceptedPrices) -> Terms:
    """No dearer than agreed to: of a change that is made already, and asked for again by an attempt that was lost."""
    energy = _least(moved.tariff.energy_per_kwh, former.tariff.energy_per_kwh, accepted.energy_per_kwh)
    time = _least(moved.tariff.time_per_minute, former.tariff.time_per_minute, accepted.time_per_minute)
    if (energy, time) == (moved.tariff.energy_per_kwh, moved.tariff.time_per_minute):
        return moved
    if moved.prices is None:
        return replace(moved, tariff=replace(moved.tariff, energy_per_kwh=energy, time_per_minute=time))
    bounds = [
        PriceCap(price=which, amount=amount)
        for which, amount, asked in (
            (Price.ENERGY, energy, moved.tariff.energy_per_kwh),
            (Price.TIME, time, moved.tariff.time_per_minute),
        )
        if amount != asked
    ]
    reasons = (*moved.prices.reasons, *(Explanation.of(bound) for bound in bounds))
    return moved.at(replace(moved.prices, energy_per_kwh=energy, time_per_minute=time, reasons=reasons))


def _least(moved: Money, former: Money, accepted: Money | None) -> Money:
    agreed = former
    if accepted is not None and accepted.currency == former.currency:
        agreed = max(former, accepted)
    return min(moved, agreed)


def _of_fee(reasons: tuple[Explanation, ...], *, wanted: bool) -> tuple[Explanation, ...]:
    return tuple(one for one in reasons if (_price_of(one) is Price.FEE) is wanted)


def _price_of(reason: Explanation) -> Price:
    return PriceReason.read(reason.code, reason.parameters()).price
