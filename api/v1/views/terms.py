"""Terms as JSON."""

from collections.abc import Iterable
from datetime import timedelta

from api.v1.schemas.fields import MoneyOut
from api.v1.schemas.terms import (
    CancellationTierOut,
    CertaintyOut,
    CreditTermsOut,
    DebtTermsOut,
    FairUseOut,
    NamedBayOut,
    OverstayOut,
    PayerOut,
    PaymentTermsOut,
    PriceReasonOut,
    TermsOut,
    TierOut,
    TrustTermsOut,
)
from domain.errors import Explanation
from domain.facts.offers import BayKept
from domain.money.amount import Money
from domain.money.price import Price
from domain.place.slots import Slot
from domain.terms.accepted import Terms
from domain.terms.certainty import Certainty
from domain.terms.credits import CreditRules
from domain.terms.debts import DebtRules
from domain.terms.fair_use import FairUse
from domain.terms.named_bay import NamedBay
from domain.terms.payer import PayerKind
from domain.terms.payments import PaymentRules, TrustRules
from domain.terms.policy import CancellationTier, OverstayRules
from domain.terms.tiers import Tier
from texts.reader import Reader


def terms_out(terms: Terms | None, reader: Reader, slot: Slot | None = None) -> TermsOut | None:
    """None for none: a site that cannot be booked, a booking that was declined before it had any.

    `slot`: that is booked or asked about, so that sentences name its instants.
    """
    return None if terms is None else told_terms(terms, reader, slot)


def told_terms(terms: Terms, reader: Reader, slot: Slot | None = None) -> TermsOut:
    policy, tariff = terms.policy, terms.tariff
    return TermsOut(
        words=list(reader.terms(terms, slot)),
        currency=policy.currency,
        tier=terms.tier,
        tiers=[_tier(tier) for tier in policy.tiers],
        horizon_seconds=_seconds(policy.slots.horizon),
        open_reservations=policy.open_reservations_per_driver,
        fair_use=_fair_use(policy.fair_use),
        deposit=_money(terms.deposit),
        reservation_fee=_money(terms.reservation_fee),
        fee_credited_to_session=policy.fee_credited_to_session,
        cancellation=_cancellation(policy.cancellation),
        late_change_costs=policy.late_change_costs,
        no_show_fee=_money(policy.no_show_fee),
        late_arrival_waives_no_show_fee=policy.late_arrival_waives_no_show_fee,
        overstay=_overstay(policy.overstay),
        compensation=_money(policy.compensation),
        certainty=_certainty(terms.certainty, reader),
        named_bay=named_bay_out(terms.named_bay, reader),
        price_rules_version=None if terms.prices is None else terms.prices.version,
        price_reasons=price_reasons_out(terms, reader),
        energy_per_kwh=_money(tariff.energy_per_kwh),
        time_per_minute=_money(tariff.time_per_minute),
        session_fee=_money(tariff.session_fee),
        tax_basis_points=tariff.tax_basis_points,
        slot_step_seconds=_seconds(policy.slots.step),
        slot_shortest_seconds=_seconds(policy.slots.shortest),
        slot_longest_seconds=_seconds(policy.slots.longest),
        accessible_kept_until_seconds=_seconds(policy.slots.accessible_kept_until),
        grace_seconds=_seconds(policy.grace),
        eta_extension_seconds=_seconds(policy.eta_extension),
        early_start_seconds=_seconds(policy.early_start),
        payment_seconds=_seconds(policy.payment_ttl),
        change_until_seconds=_seconds(policy.change_until),
        at_slot_end=policy.at_slot_end,
        debts=_debts(policy.debts),
        credits=_credits(policy.credits),
        payments=_payments(policy.payments),
        payer=PayerOut(kind=terms.payer.kind, account=terms.payer.account, until=terms.payer.until),
    )


def price_reasons_out(terms: Terms, reader: Reader) -> list[PriceReasonOut]:
    """Why the prices of its slot are what they are."""
    return reasons_out(() if terms.prices is None else terms.prices.reasons, terms.payer.kind, reader)


def reasons_out(told: Iterable[Explanation], payer: PayerKind, reader: Reader) -> list[PriceReasonOut]:
    """Members pay no fee, so that nothing is told of how it came about."""
    member = payer is PayerKind.MEMBER
    return [_reason(one, reader) for one in told if not (member and one.parameters()["price"] == Price.FEE)]


def _reason(reason: Explanation, reader: Reader) -> PriceReasonOut:
    said = reason.parameters()
    return PriceReasonOut(
        price=said["price"], amount=MoneyOut(**said["amount"]), text=reader.price_reason(reason)
    )


def _certainty(told: Certainty | None, reader: Reader) -> CertaintyOut | None:
    if told is None:
        return None
    return CertaintyOut(
        kept=told.kept,
        enforcement=told.level,
        fault=told.fault,
        overrun=told.overrun,
        taken=told.taken,
        withdrawn=told.withdrawn,
        overbooked=told.overbooked,
        words=list(reader.certainty(told)),
    )


def named_bay_out(told: NamedBay | None, reader: Reader) -> NamedBayOut | None:
    if told is None:
        return None
    words = reader.fact(BayKept(bay=told.bay, lost=told.lost, starts=told.starts))
    return NamedBayOut(bay=told.bay, lost=told.lost, starts=told.starts, words=words)


def _fair_use(rules: FairUse) -> FairUseOut:
    missed = rules.no_shows
    return FairUseOut(
        weekly_seconds=_some_seconds(rules.weekly),
        longest_stay_seconds=_some_seconds(rules.longest_stay),
        pause_seconds=_seconds(rules.pause),
        no_shows=None if missed is None else missed.most,
        no_shows_within_seconds=None if missed is None else _seconds(missed.within),
        cooling_off_seconds=None if missed is None else _seconds(missed.cooling_off),
    )


def _tier(tier: Tier) -> TierOut:
    return TierOut(
        name=tier.name,
        horizon_seconds=_some_seconds(tier.horizon),
        concurrent=tier.concurrent,
        weekly_seconds=_some_seconds(tier.weekly_hours),
        free_cancellation_ahead_seconds=_some_seconds(tier.free_cancellation_ahead),
        fee_percent=tier.fee_percent,
        reservation_fee=_some(tier.reservation_fee),
        grace_seconds=_some_seconds(tier.grace),
        queue_weight=tier.queue_weight,
        products=list(tier.products),
    )


def _payments(rules: PaymentRules) -> PaymentTermsOut:
    return PaymentTermsOut(
        model=rules.model,
        expected_power_w=rules.expected_power_w,
        most_authorised=_some(rules.most_authorised),
        authorised_ahead_seconds=_seconds(rules.authorise_ahead),
        answer_within_seconds=_seconds(rules.answer_within),
        when_unpaid=rules.when_unpaid,
        accepted_while_away=_some(rules.accept_while_away),
        members=rules.admit_members,
        without_account=rules.without_account,
        trusted=None if rules.trusted is None else _trust(rules.trusted),
    )


def _trust(rules: TrustRules) -> TrustTermsOut:
    return TrustTermsOut(
        visits=rules.visits, within_seconds=_seconds(rules.within), most_open=rules.most_open
    )


def _credits(rules: CreditRules) -> CreditTermsOut:
    return CreditTermsOut(
        moved=_some(rules.moved),
        moved_away=_some(rules.moved_away),
        waited=_some(rules.waited),
        waited_step_seconds=_seconds(rules.waited_step),
        waited_tolerance_seconds=_seconds(rules.waited_tolerance),
        cap=_some(rules.cap),
        expire_after_seconds=None if rules.expire_after is None else _seconds(rules.expire_after),
        warn_before_seconds=_seconds(rules.warn_before),
    )


def _debts(rules: DebtRules) -> DebtTermsOut:
    return DebtTermsOut(
        retried_after_seconds=[_seconds(wait) for wait in rules.backoff],
        bars_bookings=rules.bars_bookings,
        most_open=_some(rules.most_open),
        bars_after_seconds=_seconds(rules.bars_after),
    )


def _cancellation(tiers: tuple[CancellationTier, ...]) -> list[CancellationTierOut]:
    """The earliest first."""
    ranked = sorted(tiers, key=lambda tier: tier.ahead, reverse=True)
    return [CancellationTierOut(ahead_seconds=_seconds(tier.ahead), fee=_money(tier.fee)) for tier in ranked]


def _overstay(rules: OverstayRules) -> OverstayOut:
    return OverstayOut(
        grace_seconds=_seconds(rules.grace),
        step_seconds=_seconds(rules.step),
        fee_per_step=_money(rules.fee_per_step),
        cap=_some(rules.cap),
        idle_grace_seconds=None if rules.idle_grace is None else _seconds(rules.idle_grace),
        exempt_from=rules.exempt_from,
        exempt_until=rules.exempt_until,
        busy_from_percent=rules.busy_from_percent,
        busy_multiplier=rules.busy_multiplier,
        waived_when_nobody_waits=rules.waived_when_nobody_waits,
    )


def _some(money: Money | None) -> MoneyOut | None:
    return None if money is None else _money(money)


def _money(money: Money) -> MoneyOut:
    return MoneyOut(minor=money.minor, currency=money.currency)


def _some_seconds(span: timedelta | None) -> int | None:
    return None if span is None else _seconds(span)


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
