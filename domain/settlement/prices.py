"""Everything that can cost money by the terms, and what is credited: one fact a rule, from the figures that charge it.

In the order in which a reservation meets them. Rules that cost nothing are left out, but for what people ask about:
whether cancelling is free.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta

from domain.facts import prices as told
from domain.facts.prices import PriceFact
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.settlement.agreed import agreed_amount, fee_at_booking
from domain.terms.accepted import Terms
from domain.terms.credits import CreditRules
from domain.terms.payer import PayerKind
from domain.terms.payments import PaymentModel
from domain.terms.policy import OverstayRules, Policy
from domain.terms.tariff import Tariff

_NOTHING = timedelta(0)


def prices_of(terms: Terms, slot: Slot | None = None) -> tuple[PriceFact, ...]:
    """Of a booking of `slot`, with its instants; None: of any."""
    policy = terms.policy
    return (
        *if_all_goes_well(terms, slot),
        *_cancelling(policy, slot),
        *_not_coming(policy, slot),
        *_staying(policy.overstay, slot),
        *_kept_badly(terms),
        *([told.Owing(most=policy.debts.most_open)] if policy.debts.bars_bookings else ()),
    )


def if_all_goes_well(terms: Terms, slot: Slot | None = None) -> tuple[PriceFact, ...]:
    """The first of `prices_of`: what whoever comes, charges and leaves in time pays."""
    return (
        *([told.OfTier(tier=terms.tier)] if terms.tier else ()),
        *_booking(terms, slot),
        *_charging(terms.tariff),
        *([told.PricesVary()] if terms.prices_vary else ()),
    )


def _kept_badly(terms: Terms) -> tuple[PriceFact, ...]:
    rules = terms.policy.credits
    if terms.payer.kind is not PayerKind.INVOICE:
        return tuple(_credited(terms.policy.compensation, rules))
    credited = tuple(_credited(terms.policy.compensation, replace(rules, expire_after=None)))
    return (*credited, told.CreditedToAccount()) if credited else ()


def _booking(terms: Terms, slot: Slot | None) -> Iterator[PriceFact]:
    policy = terms.policy
    if policy.payments.model.takes_fee_at_booking and terms.payer.kind is PayerKind.CARD:
        yield from _fee_at_booking(terms)
        return
    match terms.payer.kind:
        case PayerKind.TRUSTED:
            yield told.BookedOnTrust()
        case PayerKind.MEMBER:
            yield told.BookedAsMember()
        case PayerKind.INVOICE:
            yield told.BookedOnAccount()
        case _:
            yield from _by_card(terms, slot)
    if not terms.reservation_fee.is_zero:
        yield told.BookingFee(amount=terms.reservation_fee, credited=policy.fee_credited_to_session)


def _by_card(terms: Terms, slot: Slot | None) -> Iterator[PriceFact]:
    rules = terms.policy.payments
    if rules.model is PaymentModel.MEMBERSHIP:
        yield told.MembersOnly()
    yield from _held(terms, slot)
    if rules.trusted is not None:
        trust = rules.trusted
        yield told.TrustedDrivers(visits=trust.visits, days=trust.within.days, most=trust.most_open)
    if rules.members:
        yield told.MembersFree()


def _held(terms: Terms, slot: Slot | None) -> Iterator[PriceFact]:
    policy = terms.policy
    if not terms.deposit.is_zero:
        yield told.Deposit(amount=terms.deposit)
    if policy.payments.model is PaymentModel.PREAUTHORISATION:
        yield told.Preauthorised(
            amount=None if slot is None else agreed_amount(terms, slot),
            power=policy.payments.expected_power_w / 1000,
        )
        if policy.payments.most_authorised is not None:
            yield told.PreauthorisedAtMost(most=policy.payments.most_authorised)
    if policy.payments.accept_while_away is not None:
        yield told.DepositLater(most=policy.payments.accept_while_away)


def _fee_at_booking(terms: Terms) -> Iterator[PriceFact]:
    if (most := terms.policy.payments.accept_while_away) is not None:
        yield told.FeeLater(most=most)
    yield told.FeeAtBooking(amount=fee_at_booking(terms), credited=terms.policy.fee_credited_to_session)
    if terms.policy.payments.members:
        yield told.MembersFree()


def _charging(tariff: Tariff) -> Iterator[PriceFact]:
    if not tariff.session_fee.is_zero:
        yield told.SessionPrice(price=tariff.session_fee)
    yield told.EnergyPrice(price=tariff.energy_per_kwh)
    if not tariff.time_per_minute.is_zero:
        yield told.MinutePrice(price=tariff.time_per_minute)
    if tariff.tax_basis_points:
        yield told.TaxAdded(percent=tariff.tax_basis_points / 100)


def _cancelling(policy: Policy, slot: Slot | None) -> Iterator[PriceFact]:
    """The tiers that differ from the next one, then what is due when none is met."""
    dearest = max((tier.fee for tier in policy.cancellation), default=None)
    if dearest is None or dearest.is_zero:
        yield told.CancellingFree()
        return
    tiers = sorted(policy.cancellation, key=lambda tier: tier.ahead, reverse=True)
    next_fees = [*(tier.fee for tier in tiers[1:]), dearest]
    differing = [tier for tier, following in zip(tiers, next_fees, strict=True) if tier.fee != following]
    for tier in differing:
        until = None if slot is None else slot.start - tier.ahead
        yield told.Cancelling(fee=tier.fee, ahead=tier.ahead, until=until)
    yield told.CancellingLater(fee=dearest) if differing else told.CancellingOnly(fee=dearest)
    yield told.LateChange(
        free=not policy.late_change_costs,
        change_until=policy.change_until,
        until=None if slot is None else slot.start - policy.change_until,
    )


def _not_coming(policy: Policy, slot: Slot | None) -> Iterator[PriceFact]:
    if not policy.no_show_fee.is_zero:
        yield told.NotComing(
            fee=policy.no_show_fee,
            grace=policy.grace,
            by=None if slot is None else min(slot.start + policy.grace, slot.end),
            unless_late=policy.late_arrival_waives_no_show_fee,
        )


def _staying(rules: OverstayRules, slot: Slot | None) -> Iterator[PriceFact]:
    if rules.fee_per_step.is_zero:
        return
    since = None if slot is None else rules.chargeable_from(slot.end, None)
    yield told.Staying(fee=rules.fee_per_step, step=rules.step, grace=rules.grace, since=since)
    if rules.idle_grace is not None:
        yield told.StayingIdle(grace=rules.idle_grace)
    if rules.busy_from_percent is not None and rules.busy_multiplier > 1:
        busy = rules.fee_per_step.times(rules.busy_multiplier)
        yield told.StayingBusy(fee=busy, percent=rules.busy_from_percent)
    if rules.exempt_from is not None and rules.exempt_until is not None:
        yield told.StayingExempt(start=_clock(rules.exempt_from), end=_clock(rules.exempt_until))
    if rules.waived_when_nobody_waits:
        yield told.StayingUnlessAlone()
    if rules.cap is not None:
        yield told.StayingCapped(cap=rules.cap)


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _credited(compensation: Money, rules: CreditRules) -> Iterator[PriceFact]:
    given = [
        *([] if compensation.is_zero else [told.CreditUnkept(amount=compensation)]),
        *(told.CreditMoved(amount=one, away=away) for one, away in _moves(rules)),
    ]
    if rules.waited is not None:
        tolerance = rules.waited_tolerance
        given.append(told.CreditWaited(amount=rules.waited, step=rules.waited_step, tolerance=tolerance))
    yield from given
    if given and rules.cap is not None:
        yield told.CreditCapped(cap=rules.cap)
    if given and rules.expire_after is not None:
        yield told.CreditExpires(after=rules.expire_after)


def _moves(rules: CreditRules) -> Iterator[tuple[Money, bool]]:
    if rules.moved is not None:
        yield rules.moved, False
    if rules.moved_away is not None:
        yield rules.moved_away, True
