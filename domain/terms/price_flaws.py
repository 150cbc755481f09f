"""Do price rules make sense together? What contradicts itself is refused when it is written, with the lines named."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from itertools import combinations, pairwise

from domain.money.amount import Money
from domain.money.price import Price
from domain.terms.figures import is_currency
from domain.terms.flaw import Flaw
from domain.terms.price_rules import Band, Bounds, NamedFactor, PriceRules

MOST_BANDS = 100
MOST_STEPS = 20
MOST_NAMES = 100
LONGEST_NAME = 60
_FACTORS = range(1, 1_001)
_WEEKDAYS = range(7)
_PERCENT = range(101)


def price_flaws(rules: PriceRules, groups: Collection[str] = ()) -> tuple[Flaw, ...]:
    """Everything that is wrong; empty: each instant has one price. `groups`: ids of those of drivers that there are."""
    found: list[Flaw] = []
    if not is_currency(rules.currency):
        found.append(Flaw("currency", "must be three capital letters (ISO 4217), e.g. EUR"))
    for name, most in (("bands", MOST_BANDS), ("occupancy", MOST_STEPS), ("lead", MOST_STEPS)):
        if len(getattr(rules, name)) > most:
            return (*found, Flaw(name, f"must be at most {most}"))
    found += [*_band_flaws(rules), *_contradictions(rules.bands), *_step_flaws(rules)]
    found += [
        *_name_flaws("tiers", rules.tiers),
        *_name_flaws("groups", rules.groups, groups),
        *_bound_flaws(rules),
    ]
    if len(set(rules.varies)) < len(rules.varies):
        found.append(Flaw("varies", "names a price twice"))
    return tuple(found)


def _band_flaws(rules: PriceRules) -> Iterator[Flaw]:
    for index, band in enumerate(rules.bands):
        path = f"bands[{index}]"
        yield from _named(f"{path}.name", band.name)
        if all(band.price(which) is None for which in Price):
            yield Flaw(path, "sets no price; name one of energy_per_kwh, time_per_minute, reservation_fee")
        for which in Price:
            yield from _amount(f"{path}.{which}", band.price(which), rules, which)
        for number, span in enumerate(band.weekly):
            if not set(span.weekdays) <= set(_WEEKDAYS):
                yield Flaw(f"{path}.weekly[{number}].weekdays", "must be 0 (Monday) to 6 (Sunday)")
            if span.start.tzinfo or span.end.tzinfo:
                yield Flaw(f"{path}.weekly[{number}]", "must be on the site's clock, without a UTC offset")
        for number, days in enumerate(band.dates):
            if days.last < days.first:
                yield Flaw(f"{path}.dates[{number}]", "ends before it begins")


def _contradictions(bands: tuple[Band, ...]) -> Iterator[Flaw]:
    for (one, first), (other, second) in combinations(enumerate(bands), 2):
        both = [which.value for which in Price if None not in (first.price(which), second.price(which))]
        if first.name == second.name:
            yield Flaw(
                f"bands[{other}].name", f"is that of bands[{one}] too; drivers could not tell them apart"
            )
        if both and first.priority == second.priority and first.meets(second):
            yield Flaw(
                f"bands[{other}]",
                f"and bands[{one}] both set {', '.join(both)} at the same time with priority {first.priority};"
                " give one of them a higher priority",
            )


def _step_flaws(rules: PriceRules) -> Iterator[Flaw]:
    for index, step in enumerate(rules.occupancy):
        if step.from_percent not in _PERCENT:
            yield Flaw(f"occupancy[{index}].from_percent", "must be 0 to 100")
        yield from _factor(f"occupancy[{index}]", step.factor_percent)
    for index, (lower, higher) in enumerate(pairwise(rules.occupancy)):
        if lower.from_percent >= higher.from_percent:
            yield Flaw(f"occupancy[{index + 1}].from_percent", "must be more than that of the step before")
    for index, late in enumerate(rules.lead):
        if late.within < timedelta(0):
            yield Flaw(f"lead[{index}].within", "must not be negative")
        yield from _factor(f"lead[{index}]", late.factor_percent)
    for index, (nearer, further) in enumerate(pairwise(rules.lead)):
        if nearer.within >= further.within:
            yield Flaw(f"lead[{index + 1}].within", "must be longer than that of the step before")


def _name_flaws(
    path: str, factors: tuple[NamedFactor, ...], known: Collection[str] | None = None
) -> Iterator[Flaw]:
    if len(factors) > MOST_NAMES:
        yield Flaw(path, f"must be at most {MOST_NAMES}")
    seen: dict[str, int] = {}
    for index, one in enumerate(factors):
        if known is None:
            yield from _named(f"{path}[{index}].name", one.name)
        elif one.name not in known:
            yield Flaw(f"{path}[{index}].name", f"there is no group of drivers {one.name!r}")
        if one.told:
            yield from _named(f"{path}[{index}].told", one.told)
        yield from _factor(f"{path}[{index}]", one.factor_percent)
        if one.name in seen:
            yield Flaw(f"{path}[{index}].name", f"is that of {path}[{seen[one.name]}] too")
        seen.setdefault(one.name, index)


def _bound_flaws(rules: PriceRules) -> Iterator[Flaw]:
    seen: dict[Price, int] = {}
    for index, bound in enumerate(rules.bounds):
        path = f"bounds[{index}]"
        yield from _bound(path, bound, rules)
        if bound.price in seen:
            yield Flaw(f"{path}.price", f"is bounded by bounds[{seen[bound.price]}] already")
        seen.setdefault(bound.price, index)


def _bound(path: str, bound: Bounds, rules: PriceRules) -> Iterator[Flaw]:
    yield from _amount(f"{path}.floor", bound.floor, rules, bound.price)
    yield from _amount(f"{path}.cap", bound.cap, rules, bound.price)
    if bound.price not in rules.varies:
        yield Flaw(f"{path}.price", "does not vary; name it in varies, or leave the bound out")
    if bound.floor is None or bound.cap is None or bound.floor.currency != bound.cap.currency:
        return
    if bound.floor > bound.cap:
        yield Flaw(path, "has a floor above its cap")


def _amount(path: str, amount: Money | None, rules: PriceRules, which: Price) -> Iterator[Flaw]:
    if amount is None:
        return
    if amount.currency != rules.currency:
        yield Flaw(path, f"is in {amount.currency}, but everything else is in {rules.currency}")
    if amount.minor < 0 and which is not Price.ENERGY:
        yield Flaw(path, "must not be negative")


def _factor(path: str, percent: int) -> Iterator[Flaw]:
    if percent not in _FACTORS:
        yield Flaw(f"{path}.factor_percent", "must be 1 to 1000 (100 changes nothing)")


def _named(path: str, name: str) -> Iterator[Flaw]:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        yield Flaw(path, f"must be 1 to {LONGEST_NAME} printable characters")
