"""Do the figures of a policy or a tariff make sense? What types cannot say: signs, limits, one currency."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any

from domain.money.amount import Money
from domain.money.currencies import currency_of
from domain.terms.credits import SHORTEST_CREDIT, CreditRules
from domain.terms.debts import MOST_ATTEMPTS, SHORTEST_WAIT, DebtRules
from domain.terms.flaw import Flaw
from domain.terms.payment_flaws import payment_flaws
from domain.terms.payments import LONGEST_TRUST
from domain.terms.policy import LONGEST_BUFFER, LONGEST_LEAD, OverstayRules, Policy, SlotRules
from domain.terms.tariff import Tariff
from domain.terms.tiered import applied
from domain.terms.tiers import (
    LONGEST_GRACE,
    LONGEST_PRODUCT,
    LONGEST_TIER,
    MOST_PRODUCTS,
    MOST_TIERS,
    Tier,
)
from domain.terms.waiting import LONGEST_PATIENCE, MOST_ENTRIES, MOST_SNOOZES, MOST_WEIGHT, WaitingRules

_NOTHING = timedelta(0)
_PRODUCT = re.compile(r"(prod|price|plan)_[A-Za-z0-9]+")

_BY_ITSELF = frozenset({"deposit", "no_show_fee", "payments.most_authorised"})
"""A card is asked for them alone and untaxed, as for the fees of `cancellation` (`domain.settlement.pricing`)."""
_PRICES = frozenset(
    {"reservation_fee", "overstay.fee_per_step", "session_fee", "energy_per_kwh", "time_per_minute"}
)


def policy_flaws(policy: Policy) -> tuple[Flaw, ...]:
    """Everything that is wrong with the figures; empty when they can be booked and billed by."""
    found = [*_currency_flaws(policy.currency), *_figure_flaws(policy, policy.currency)]
    found += [*_lead_flaws(policy), *_charge_flaws(policy)]
    found += [*_slot_flaws(policy.slots), *_overstay_flaws(policy.overstay)]
    found += [*_debt_flaws(policy.debts), *_credit_flaws(policy.credits), *_ladder_flaws(policy)]
    if policy.quote_ttl <= _NOTHING:
        found.append(Flaw("quote_ttl", "must be longer than zero, or no quote can be booked by"))
    found += payment_flaws(policy)
    if policy.meter_slack_wh < 0:
        found.append(Flaw("meter_slack_wh", "must not be negative"))
    if policy.open_reservations_per_driver < 1:
        found.append(Flaw("open_reservations_per_driver", "must be at least 1, or nobody can book"))
    if policy.largest_group < 1:
        found.append(Flaw("largest_group", "must be at least 1, which is no group"))
    if policy.most_starts_lost is not None and policy.most_starts_lost < 0:
        found.append(Flaw("most_starts_lost", "must not be negative"))
    found += [*_fair_use_flaws(policy), *_waiting_flaws(policy.waiting), *_tier_flaws(policy)]
    return tuple(found)


def _fair_use_flaws(policy: Policy) -> Iterator[Flaw]:
    rules, misses = policy.fair_use, policy.fair_use.no_shows
    everywhere = policy.slots.anywhere()
    if rules.weekly is not None and rules.weekly < max(one.shortest for one in everywhere):
        yield Flaw(
            "fair_use.weekly", "must not be shorter than slots.shortest of any pool, or nobody can book there"
        )
    if rules.longest_stay is not None and rules.longest_stay < max(one.longest for one in everywhere):
        yield Flaw("fair_use.longest_stay", "must not be shorter than slots.longest of any pool")
    if rules.pause <= _NOTHING:
        yield Flaw("fair_use.pause", "must be longer than zero")
    if misses is None:
        return
    if misses.most < 1:
        yield Flaw("fair_use.no_shows.most", "must be at least 1")
    for path in ("within", "cooling_off"):
        if not _NOTHING < getattr(misses, path) <= LONGEST_TRUST:
            yield Flaw(f"fair_use.no_shows.{path}", "must be longer than zero and at most two years")


def _waiting_flaws(rules: WaitingRules) -> Iterator[Flaw]:
    for path in ("patience", "snooze"):
        if not _NOTHING < getattr(rules, path) <= LONGEST_PATIENCE:
            yield Flaw(f"waiting.{path}", "must be longer than zero and at most a day")
    if not 0 <= rules.most_snoozes <= MOST_SNOOZES:
        yield Flaw("waiting.most_snoozes", f"must be 0 to {MOST_SNOOZES}")
    if not 1 <= rules.most_entries <= MOST_ENTRIES:
        yield Flaw("waiting.most_entries", f"must be 1 to {MOST_ENTRIES}, or nobody can wait")


def _tier_flaws(policy: Policy) -> Iterator[Flaw]:
    """What members of a tier get has to make sense, too, and to differ where the tier says that it does."""
    names = [tier.name for tier in policy.tiers]
    if len(names) > MOST_TIERS:
        yield Flaw("tiers", f"must be at most {MOST_TIERS}")
        return
    everybody = replace(policy, tiers=())
    known = {flaw.path for flaw in policy_flaws(everybody)} if policy.tiers else set()
    for index, tier in enumerate(policy.tiers):
        path = f"tiers[{index}]"
        if not tier.name.strip() or len(tier.name) > LONGEST_TIER or not tier.name.isprintable():
            yield Flaw(f"{path}.name", f"must be 1 to {LONGEST_TIER} printable characters")
        if tier.name in names[:index]:
            yield Flaw(f"{path}.name", "is that of another tier, too")
        yield from _ignored(policy, tier, path)
        yield from _product_flaws(policy, tier, path)
        for flaw in policy_flaws(applied(everybody, tier)):
            if flaw.path not in known:
                yield Flaw(path, f"makes {flaw.path} one that {flaw.problem}")


def _ignored(policy: Policy, tier: Tier, path: str) -> Iterator[Flaw]:
    if tier.concurrent is not None and tier.concurrent < 1:
        yield Flaw(f"{path}.concurrent", "must be at least 1, or its members cannot book")
    if tier.fee_percent < 0:
        yield Flaw(f"{path}.fee_percent", "must not be negative")
    if not 1 <= tier.queue_weight <= MOST_WEIGHT:
        yield Flaw(f"{path}.queue_weight", f"must be 1 to {MOST_WEIGHT}")
    if tier.reservation_fee is not None and policy.payments.admit_members:
        yield Flaw(f"{path}.reservation_fee", "is for sites where members pay one (payments.members)")
    ahead = tier.free_cancellation_ahead
    if ahead is not None and _cancels_free(policy, ahead):
        yield Flaw(f"{path}.free_cancellation_ahead", "is free to everybody so late already")


def _product_flaws(policy: Policy, tier: Tier, path: str) -> Iterator[Flaw]:
    if len(tier.products) > MOST_PRODUCTS:
        yield Flaw(f"{path}.products", f"must be at most {MOST_PRODUCTS}")
    if any(not _PRODUCT.fullmatch(one) or len(one) > LONGEST_PRODUCT for one in tier.products):
        yield Flaw(
            f"{path}.products", "must be ids of the payment provider's products (prod_…) or prices (price_…)"
        )
    others = [one for other in policy.tiers if other is not tier for one in other.products]
    if len(set(tier.products)) < len(tier.products) or set(tier.products) & set(others):
        yield Flaw(f"{path}.products", "names one that a tier has already")
    if tier.unpaid_grace > LONGEST_GRACE:
        yield Flaw(f"{path}.unpaid_grace", f"must be at most {LONGEST_GRACE.days} days")


def _cancels_free(policy: Policy, ahead: timedelta) -> bool:
    """Does everybody who cancels so long before the start, or earlier?"""
    if not policy.cancellation:
        return True
    met = [one for one in policy.cancellation if one.ahead <= ahead]
    dearest = max(one.fee for one in policy.cancellation)
    then = max(met, key=lambda one: one.ahead).fee if met else dearest
    return all(fee.is_zero for fee in (then, *(one.fee for one in policy.cancellation if one.ahead > ahead)))


def tariff_flaws(tariff: Tariff) -> tuple[Flaw, ...]:
    """The same for prices. Energy alone may be priced below zero, as markets do."""
    found = [
        *_currency_flaws(tariff.currency),
        *_figure_flaws(tariff, tariff.currency, free=("energy_per_kwh",)),
        *_charge_flaws(tariff),
    ]
    if not 0 <= tariff.tax_basis_points <= 10_000:
        found.append(Flaw("tax_basis_points", "must be 0 to 10000 (1900 is 19 %)"))
    return tuple(found)


def is_currency(code: str) -> bool:
    """Does it look like ISO 4217? Money is compared by this text, so its case matters."""
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()


def _currency_flaws(code: str) -> Iterator[Flaw]:
    if not is_currency(code):
        yield Flaw("currency", "must be three capital letters (ISO 4217), e.g. EUR")
    elif not currency_of(code).chargeable:
        yield Flaw("currency", "is none that cards can be charged in")


def _figure_flaws(rules: Policy | Tariff, currency: str, free: tuple[str, ...] = ()) -> Iterator[Flaw]:
    for path, figure in _figures(rules):
        if isinstance(figure, timedelta) and figure < _NOTHING:
            yield Flaw(path, "must not be negative")
        if isinstance(figure, Money) and figure.currency != currency:
            yield Flaw(path, f"is in {figure.currency}, but everything else is in {currency}")
        if isinstance(figure, Money) and figure.minor < 0 and path not in free:
            yield Flaw(path, "must not be negative")


def _figures(value: Any, path: str = "") -> Iterator[tuple[str, Money | timedelta]]:
    if isinstance(value, Money | timedelta):
        yield path, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _figures(item, f"{path}[{index}]")
    elif is_dataclass(value):
        for each in fields(value):
            yield from _figures(getattr(value, each.name), f"{path}.{each.name}".lstrip("."))


def _lead_flaws(policy: Policy) -> Iterator[Flaw]:
    for path in ("lock_lead", "early_start"):
        if getattr(policy, path) > LONGEST_LEAD:
            yield Flaw(path, "must be at most a day")


def _charge_flaws(rules: Policy | Tariff) -> Iterator[Flaw]:
    """What is charged by itself has to be what a card can be charged, exactly; no price may be more than that.

    What becomes part of a longer bill may be as small as it likes: the sum is charged, and rounded by a line.
    """
    currency = currency_of(rules.currency)
    for path, figure in _figures(rules):
        if not isinstance(figure, Money) or figure.currency != rules.currency:
            continue
        alone = path in _BY_ITSELF or path.startswith("cancellation[")
        if alone and 0 < figure.minor < currency.least:
            least = Money(currency.least, rules.currency)
            yield Flaw(path, f"must be zero or at least {least}, the least that a card can be charged")
        if alone and figure.minor % currency.step:
            step = Money(currency.step, rules.currency)
            yield Flaw(path, f"must be a multiple of {step}, in which cards are charged")
        if (alone or path in _PRICES) and figure.minor > currency.most:
            most = Money(currency.most, rules.currency)
            yield Flaw(path, f"must be at most {most}, the most that a card can be charged")


def _slot_flaws(rules: SlotRules) -> Iterator[Flaw]:
    yield from _length_flaws("slots", rules)
    for index, own in enumerate(rules.pools):
        path = f"slots.pools[{index}]"
        yield from _length_flaws(path, rules.of(own.pool_id))
        if own.pool_id in {other.pool_id for other in rules.pools[:index]}:
            yield Flaw(f"{path}.pool_id", "is there twice")
    if rules.buffer > LONGEST_BUFFER:
        yield Flaw("slots.buffer", "must be at most a day")
    if rules.horizon <= rules.lead:
        yield Flaw("slots.horizon", "must be longer than slots.lead, or nothing can be booked")


def _length_flaws(path: str, rules: SlotRules) -> Iterator[Flaw]:
    if rules.shortest <= _NOTHING:
        yield Flaw(f"{path}.shortest", "must be longer than zero")
    if rules.longest < rules.shortest:
        yield Flaw(f"{path}.longest", f"must not be shorter than {path}.shortest")
    if rules.step > _NOTHING and rules.longest < rules.step:
        yield Flaw(f"{path}.step", f"must not be longer than {path}.longest, or no slot fits the grid")


def _debt_flaws(rules: DebtRules) -> Iterator[Flaw]:
    if len(rules.backoff) > MOST_ATTEMPTS:
        yield Flaw("debts.backoff", f"must be at most {MOST_ATTEMPTS} waits")
    if any(wait < SHORTEST_WAIT for wait in rules.backoff):
        yield Flaw("debts.backoff", "must be waits of an hour or longer")


def _credit_flaws(rules: CreditRules) -> Iterator[Flaw]:
    if rules.waited_step <= _NOTHING:
        yield Flaw("credits.waited_step", "must be longer than zero")
    if rules.expire_after is not None and rules.expire_after < SHORTEST_CREDIT:
        yield Flaw("credits.expire_after", "must be a day or longer")
    if not all(cause.is_operators for cause in rules.not_for):
        yield Flaw("credits.not_for", "must name causes on the operator's side; no other is ever credited")


def _ladder_flaws(policy: Policy) -> Iterator[Flaw]:
    """Who is served worse is credited no less, and what the terms promise is given."""
    rules = policy.credits
    moved, away = _minor(rules.moved), _minor(rules.moved_away)
    if away < moved:
        yield Flaw("credits.moved_away", "must not be less than credits.moved")
    if policy.compensation.minor < max(moved, away):
        yield Flaw("compensation", "must not be less than what credits give to who was moved")
    if rules.cap is not None and rules.cap.minor < policy.compensation.minor:
        yield Flaw("credits.cap", "must not be less than compensation, which counts towards it")


def _minor(amount: Money | None) -> int:
    return 0 if amount is None else amount.minor


def _overstay_flaws(rules: OverstayRules) -> Iterator[Flaw]:
    if rules.step <= _NOTHING:
        yield Flaw("overstay.step", "must be longer than zero")
    if (rules.exempt_from is None) != (rules.exempt_until is None):
        yield Flaw("overstay.exempt_until", "and exempt_from belong together: give both or neither")
    if rules.busy_from_percent is not None and not 0 <= rules.busy_from_percent <= 100:
        yield Flaw("overstay.busy_from_percent", "must be 0 to 100")
    if rules.busy_multiplier < 1:
        yield Flaw("overstay.busy_multiplier", "must be at least 1")
