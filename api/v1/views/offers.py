"""What is offered instead of what was refused, as JSON."""

from dataclasses import replace
from datetime import timedelta

from api.desk.instead import Instead
from api.v1.schemas.fields import MoneyOut
from api.v1.schemas.offers import AlternativeOut
from api.v1.views.terms import named_bay_out, reasons_out
from contracts.alternatives import Alternative
from domain.facts import offers
from domain.money.amount import Money, zero
from domain.place.reasons import OfferReason
from domain.place.slots import Slot
from domain.whereabouts import Whereabouts
from texts.reader import Reader


def instead_out(instead: Instead, reader: Reader) -> list[AlternativeOut]:
    there = replace(reader, zone=instead.zone)
    return [alternative_out(one, instead.wanted, there) for one in instead.found]


def alternative_out(alternative: Alternative, wanted: Slot, reader: Reader) -> AlternativeOut:
    """`wanted`: what was asked for instead."""
    fee = alternative.reservation_fee
    nothing = zero(fee.currency)
    agreed = alternative.agreed or nothing
    return AlternativeOut(
        reason=alternative.reason,
        words=_words(alternative, wanted, reader),
        site_id=alternative.site_id,
        site_name=alternative.site_name,
        site_address=alternative.site_address,
        pool_id=alternative.pool_id,
        start=alternative.slot.start,
        end=alternative.slot.end,
        connector_type=alternative.connector_type or None,
        accessible=alternative.accessible,
        named_bay=named_bay_out(alternative.named_bay, reader),
        bookable_from=alternative.bookable_from,
        quote=alternative.quote or None,
        power_w=alternative.power_w,
        distance_m=alternative.distance_m,
        detour_m=alternative.detour_m,
        reservation_fee=_money(fee),
        payer=alternative.payer,
        held=_money(nothing if alternative.is_fee else agreed),
        taken=_money(agreed if alternative.is_fee else nothing),
        energy_per_kwh=_some(alternative.energy_per_kwh),
        time_per_minute=_some(alternative.time_per_minute),
        price_reasons=reasons_out(alternative.price_reasons, alternative.payer, reader),
        price_difference=_some(alternative.price_difference),
        certainty=alternative.certainty,
    )


def _words(alternative: Alternative, wanted: Slot, reader: Reader) -> str:
    return "" if alternative.reason is None else reader.fact(_fact(alternative, alternative.reason, wanted))


def _fact(told: Alternative, reason: OfferReason, wanted: Slot) -> offers.OfferFact:
    power, start, named = told.power_w / 1_000, told.slot.start, told.named_bay
    match reason:
        case OfferReason.NEARBY:
            site = Whereabouts(site_id=told.site_id, name=told.site_name, address=told.site_address)
            return offers.Nearby(site=site, km=max(0.1, round(told.distance_m / 1_000, 1)))
        case OfferReason.OTHER_PLUG_HERE:
            return offers.OtherPlugHere(plug=told.connector_type, power=power)
        case OfferReason.SHORTER_HERE:
            return offers.ShorterHere(until=told.slot.end)
        case OfferReason.RELEASED_HERE if told.bookable_from is not None:
            return offers.ReleasedHere(opens=told.bookable_from)
        case OfferReason.OTHER_BAY_HERE:
            return offers.OtherBayHere()
        case OfferReason.OTHER_TIME_HERE if named is not None and start != wanted.start:
            later, by = start > wanted.start, _minutes(abs(start - wanted.start))
            return (offers.LaterAtBay if later else offers.EarlierAtBay)(by=by, bay=named.bay)
        case OfferReason.OTHER_TIME_HERE if start > wanted.start:
            return offers.LaterHere(by=_minutes(start - wanted.start), accessible=told.accessible)
        case OfferReason.OTHER_TIME_HERE if start < wanted.start:
            return offers.EarlierHere(by=_minutes(wanted.start - start), accessible=told.accessible)
        case _:
            return offers.SameTimeHere(power=power)


def _minutes(by: timedelta) -> timedelta:
    """Who stands at a bay asks from a moment on that lies on no grid."""
    return timedelta(minutes=max(1, round(by.total_seconds() / 60)))


def _some(amount: Money | None) -> MoneyOut | None:
    return None if amount is None else _money(amount)


def _money(amount: Money) -> MoneyOut:
    return MoneyOut(minor=amount.minor, currency=amount.currency)
