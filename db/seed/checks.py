"""Does a seed make sense before anything is written: figures, references within it, one currency per site."""

import functools
from collections.abc import Collection, Hashable, Iterable, Iterator
from contextlib import contextmanager
from zoneinfo import available_timezones

from db.queries.place.opening import check_hours
from db.seed.plan import BaySeed, ChargerSeed, DriverSeed, PoolSeed, Seed, SiteSeed
from domain.charging.tokens import card_flaw, normalised_token
from domain.errors import Explained, OpeningHoursInvalid
from domain.place.closures import Hours
from domain.place.fit import LARGEST_CM
from domain.terms.bounds import bound_flaws
from domain.terms.figures import is_currency, policy_flaws, tariff_flaws
from domain.terms.flaw import Flaw
from domain.terms.policy import Policy
from domain.terms.tariff import Tariff
from domain.whereabouts import LONGEST_ADDRESS


class SeedInvalid(ValueError):
    """`problems`: one sentence each, beginning with the JSON path of the wrong value. No secrets in them."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@contextmanager
def told(path: str) -> Iterator[None]:
    """What is refused there makes the seed invalid."""
    try:
        yield
    except Explained as error:
        raise SeedInvalid([f"{path}: {error.message}"]) from error


def check(plan: Seed) -> None:
    """Raises SeedInvalid with everything that is wrong, not only the first."""
    problems = [*_rules("default_", plan.default_policy, plan.default_tariff)]
    for index, site in enumerate(plan.sites):
        problems += _site(f"sites[{index}]", site, plan)
    for index, driver in enumerate(plan.drivers):
        problems += _driver(f"drivers[{index}]", driver)
    problems += _unique_names(plan)
    if problems:
        raise SeedInvalid(problems)


def _rules(path: str, policy: Policy | None, tariff: Tariff | None) -> Iterator[str]:
    for flaw in bound_flaws(policy) or policy_flaws(policy) if policy else ():
        yield f"{path}policy.{flaw.path}: {flaw.problem}"
    for flaw in bound_flaws(tariff) or tariff_flaws(tariff) if tariff else ():
        yield f"{path}tariff.{flaw.path}: {flaw.problem}"
    if policy and tariff and policy.currency != tariff.currency:
        yield f"{path}tariff.currency: {tariff.currency}, but the policy is in {policy.currency}"


@functools.cache
def _zones() -> frozenset[str]:
    """The folders of the time zones take a fiftieth of a second to walk through."""
    return frozenset(available_timezones())


def _at(path: str, flaws: Iterable[Flaw]) -> Iterator[str]:
    for flaw in flaws:
        yield f"{path}.{flaw.path}: {flaw.problem}"


def _site(path: str, site: SiteSeed, plan: Seed) -> Iterator[str]:
    yield from _rules(f"{path}.", site.policy, site.tariff)
    yield from _walk_ins(path, site)
    yield from _at(path, site_flaws(site))
    policy, tariff = site.policy or plan.default_policy, site.tariff or plan.default_tariff
    for name, rules in (("policy", policy), ("tariff", tariff)):
        if rules is not None and rules.currency != site.currency:
            yield f"{path}.currency: {site.currency}, but the {name} that applies is in {rules.currency}"
    yield from _hours(path, site)
    for index, pool in enumerate(site.pools):
        yield from _at(f"{path}.pools[{index}]", pool_flaws(pool))
    for index, own in enumerate(site.policy.slots.pools if site.policy else ()):
        if own.pool_id not in {pool.id for pool in site.pools}:
            yield f"{path}.policy.slots.pools[{index}].pool_id: the site has no pool {own.pool_id!r}"
    for index, bay in enumerate(site.bays):
        yield from _bay(f"{path}.bays[{index}]", bay)
    for index in _repeated(bay.label for bay in site.bays):
        yield f"{path}.bays[{index}].label: is there twice"
    for index, charger in enumerate(site.chargers):
        pools = {pool.id for pool in site.pools}
        yield from _at(f"{path}.chargers[{index}]", charger_flaws(charger, pools))


def site_flaws(site: SiteSeed) -> Iterator[Flaw]:
    """Of its own figures, without hours, rules and what stands there."""
    if not site.id.strip():
        yield Flaw("id", "must not be empty")
    if site.zone not in _zones():
        yield Flaw("zone", f"{site.zone!r} is no IANA time zone, such as Europe/Berlin")
    if not is_currency(site.currency):
        yield Flaw("currency", "must be three capital letters (ISO 4217), e.g. EUR")
    if not -90 <= site.latitude <= 90:
        yield Flaw("latitude", "must be -90 to 90")
    if not -180 <= site.longitude <= 180:
        yield Flaw("longitude", "must be -180 to 180")
    if site.latitude == site.longitude == 0:
        yield Flaw("latitude", "0, 0 is open sea, and what is written for a place nobody has measured")
    if len(site.address or "") > LONGEST_ADDRESS:
        yield Flaw("address", f"must be at most {LONGEST_ADDRESS} characters")
    if not (site.address or "").isprintable():
        yield Flaw("address", "must be one line of printable characters")


def _walk_ins(path: str, site: SiteSeed) -> Iterator[str]:
    tariff = site.walk_in_tariff
    if tariff is None or tariff == "none":
        return
    for flaw in tariff_flaws(tariff):
        yield f"{path}.walk_in_tariff.{flaw.path}: {flaw.problem}"
    if tariff.currency != site.currency:
        yield f"{path}.walk_in_tariff.currency: {tariff.currency}, but the site is in {site.currency}"


def _hours(path: str, site: SiteSeed) -> Iterator[str]:
    text = (site.opening_hours or "").strip()
    try:
        check_hours(Hours(text=text, zone=site.zone, country=site.country or ""))
    except OpeningHoursInvalid as error:
        yield f"{path}.opening_hours: {error.message}"


def pool_flaws(pool: PoolSeed) -> Iterator[Flaw]:
    if not pool.id.strip():
        yield Flaw("id", "must not be empty")
    if pool.power_w <= 0:
        yield Flaw("power_w", "must be more than 0 (watts of each connector)")
    if pool.walk_in_connectors < 0:
        yield Flaw("walk_in_connectors", "must not be negative")


def _bay(path: str, bay: BaySeed) -> Iterator[str]:
    for name, size in zip(("length_cm", "width_cm", "height_cm"), bay.sizes, strict=True):
        if size is not None and not 0 < size <= LARGEST_CM:
            yield f"{path}.{name}: must be 1 to {LARGEST_CM} (centimetres)"


def charger_flaws(
    charger: ChargerSeed, pools: Collection[str], known: Collection[int] = ()
) -> Iterator[Flaw]:
    """`pools`: ids of those of its site. `known`: numbers of connectors that it has already."""
    if not charger.id.strip():
        yield Flaw("id", "must not be empty")
    if charger.password is not None and not charger.password:
        yield Flaw("password", "must not be empty; leave it out for a charger without one")
    for index, connector in enumerate(charger.connectors):
        if connector.number < 1:
            yield Flaw(f"connectors[{index}].number", "OCPP counts connectors from 1")
        if connector.pool_id not in pools:
            yield Flaw(f"connectors[{index}].pool_id", f"the site has no pool {connector.pool_id!r}")
    numbers = {*known, *(connector.number for connector in charger.connectors)}
    for index, group in enumerate(charger.one_at_a_time):
        for number in sorted({*group} - numbers):
            yield Flaw(f"one_at_a_time[{index}]", f"the charger has no connector {number}")
        if len({*group}) < 2:
            yield Flaw(f"one_at_a_time[{index}]", "must name two connectors or more")
    for index in _repeated(connector.number for connector in charger.connectors):
        yield Flaw(f"connectors[{index}].number", "is there twice")


def _driver(path: str, driver: DriverSeed) -> Iterator[str]:
    if not driver.id.strip():
        yield f"{path}.id: must not be empty"
    for index, value in enumerate(driver.rfid):
        if flaw := card_flaw(normalised_token(value)):
            yield f"{path}.rfid[{index}]: {flaw}"


def _unique_names(plan: Seed) -> Iterator[str]:
    """Ids are unique everywhere, not only at one site; a card belongs to one driver."""
    sites = list(enumerate(plan.sites))
    named = {f"sites[{i}].id": site.id for i, site in sites}
    pools = {f"sites[{i}].pools[{j}].id": pool.id for i, site in sites for j, pool in enumerate(site.pools)}
    chargers = {
        f"sites[{i}].chargers[{j}].id": charger.id
        for i, site in sites
        for j, charger in enumerate(site.chargers)
    }
    drivers = {f"drivers[{i}].id": driver.id for i, driver in enumerate(plan.drivers)}
    cards = {
        f"drivers[{i}].rfid[{j}]": normalised_token(value)
        for i, driver in enumerate(plan.drivers)
        for j, value in enumerate(driver.rfid)
    }
    for group in (named, pools, chargers, drivers, cards):
        paths = list(group)
        for index in _repeated(group.values()):
            yield f"{paths[index]}: {group[paths[index]]!r} is there twice"


def _repeated(values: Iterable[Hashable]) -> Iterator[int]:
    seen: set[Hashable] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield index
        seen.add(value)
