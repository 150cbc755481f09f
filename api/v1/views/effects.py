"""What a change of rules comes to, and for whom, as JSON."""

from api.desk.effects import Change, Effect, PriceEffect, PricePreview
from api.desk.policies import DocumentPreview
from api.v1.schemas.fields import MoneyOut
from api.v1.schemas.policies import (
    BandPricesOut,
    ChangedMemberOut,
    DocumentPreviewOut,
    EffectOut,
    PreviewedPricesOut,
    VanishingWindowsOut,
)
from api.v1.schemas.price_rules import PoolPriceChangesOut, PriceChangeOut, PriceEffectOut, PricePreviewOut
from api.v1.views.terms import reasons_out
from domain.money.amount import Money
from domain.settlement.effects import PriceChange
from domain.terms.payer import PayerKind
from domain.terms.priced import Prices
from texts.reader import Reader


def preview_out(found: DocumentPreview) -> DocumentPreviewOut:
    return DocumentPreviewOut(
        rules=found.document,
        changes=[_member(one) for one in found.changes],
        bookings=found.bookings,
        effects=[_effect(one) for one in found.effects],
    )


def price_preview_out(found: PricePreview, reader: Reader) -> PricePreviewOut:
    return PricePreviewOut(
        since=found.since, until=found.until, items=[_price_effect(one, reader) for one in found.effects]
    )


def _effect(effect: Effect) -> EffectOut:
    return EffectOut(
        tier=effect.whom.tier or None,
        group_id=effect.whom.group or None,
        figures=[_member(one) for one in effect.figures],
        prices=[
            BandPricesOut(
                band=one.sample.band,
                start=one.sample.start,
                before=_prices(one.before),
                after=_prices(one.after),
            )
            for one in effect.prices
        ],
        windows=[
            VanishingWindowsOut(
                pool_id=one.pool.id,
                connector_type=one.pool.connector_type,
                duration_seconds=int(one.length.total_seconds()),
                windows=one.windows,
                first=one.first,
                last=one.last,
                complete=one.complete,
            )
            for one in effect.windows
        ],
    )


def _price_effect(effect: PriceEffect, reader: Reader) -> PriceEffectOut:
    return PriceEffectOut(
        tier=effect.whom.tier or None,
        group_id=effect.whom.group or None,
        windows=effect.windows,
        dearer=effect.dearer,
        cheaper=effect.cheaper,
        pools=[
            PoolPriceChangesOut(
                pool_id=one.pool.id,
                connector_type=one.pool.connector_type,
                changes=[_change(change, reader) for change in one.changes],
            )
            for one in effect.pools
        ],
        complete=effect.complete,
    )


def _change(change: PriceChange, reader: Reader) -> PriceChangeOut:
    return PriceChangeOut(
        first=change.first,
        last=change.last,
        windows=change.windows,
        before=_prices(change.before),
        after=_prices(change.after),
        reasons=reasons_out(change.after.reasons, PayerKind.CARD, reader),
    )


def _prices(prices: Prices) -> PreviewedPricesOut:
    return PreviewedPricesOut(
        energy_per_kwh=_money(prices.energy_per_kwh),
        time_per_minute=_money(prices.time_per_minute),
        reservation_fee=_money(prices.reservation_fee),
    )


def _money(money: Money) -> MoneyOut:
    return MoneyOut(minor=money.minor, currency=money.currency)


def _member(one: Change) -> ChangedMemberOut:
    return ChangedMemberOut(member=one.member, before=one.before, after=one.after)
