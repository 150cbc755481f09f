"""For whom a change of a site's policy, tariff or price rules would be one, before it is written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from db.documents import policy_from_document, tariff_from_document
from db.queries.place.opening import hours_of, is_holiday
from db.queries.place.terms import Versions, versions_if_open
from db.queries.place.windows_ahead import Vanishing, demand_ahead, windows_that_vanish
from db.tables import Site
from domain.place.pool_facts import PoolFacts
from domain.settlement.effects import (
    AHEAD,
    EVERYBODY,
    Audience,
    Posted,
    PriceChange,
    SampleChange,
    audiences,
    changed_samples,
    price_changes,
    samples,
)
from domain.terms.accepted import Terms
from domain.terms.policy import Policy
from domain.terms.price_rules import PriceRules

_POLICY = TypeAdapter(Policy)
MOST_SPANS = 200
"""Of one audience that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`before`, `after`: JSON; None: not there."""

    member: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What becomes another for `whom`: figures of the policy as they get it, prices by band, windows that are shown now
    and would not be.
    """

    whom: Audience
    figures: Sequence[Change]
    prices: Sequence[SampleChange]
    windows: Sequence[Vanishing]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPrices:
    pool: PoolFacts
    changes: Sequence[PriceChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceEffect:
    """`pools`: where anything changes, with MOST_SPANS changes in all. `windows`: free ones that were looked at."""

    whom: Audience
    windows: int
    dearer: int
    cheaper: int
    pools: Sequence[PoolPrices]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePreview:
    since: datetime
    until: datetime
    effects: Sequence[PriceEffect]


async def document_effects(
    session: AsyncSession, site: Site, now: datetime, name: str, document: Mapping[str, Any]
) -> list[Effect]:
    """`name`: `policy` or `tariff`, which would be `document`. Only those who are touched; nobody while the site is not
    open for booking.
    """
    found = await versions_if_open(session, site.id, now)
    if found is None:
        return []
    before = _posted(found, found.terms, _rules(found), now)
    after = _posted(found, _with(found.terms, name, dict(document)), _rules(found), now)
    looked_at, effects = samples(before), []
    for whom in audiences(before, after):
        old, new = before.policy(whom), after.policy(whom)
        effect = Effect(
            whom=whom,
            figures=() if whom.group else tuple(_figures(old, new)),
            prices=changed_samples(before, after, whom, looked_at),
            windows=() if whom.group else await windows_that_vanish(session, site, old, new, now),
        )
        if effect.figures or effect.prices or effect.windows:
            effects.append(effect)
    return effects


async def price_effects(
    session: AsyncSession, site: Site, now: datetime, rules: PriceRules | None
) -> PricePreview:
    """Of the windows of the coming fortnight, with the demand that there is now."""
    until = now + AHEAD
    found = await versions_if_open(session, site.id, now)
    if found is None:
        return PricePreview(since=now, until=until, effects=())
    before = _posted(found, found.terms, _rules(found), now)
    after = _posted(found, found.terms, rules, now)
    nothing = replace(before, rules=None).price_of(EVERYBODY)(now, 0)
    demand = await demand_ahead(session, site, found.terms.policy, nothing, now, until)
    return PricePreview(
        since=now,
        until=until,
        effects=[_price_effect(before, after, whom, demand) for whom in audiences(before, after)],
    )


def changes(before: Any, after: Any, path: str = "") -> Iterator[Change]:
    """Of two JSON documents, member by member."""
    if isinstance(before, dict) and isinstance(after, dict) and not _is_money(before):
        for name in sorted({*before, *after}):
            yield from changes(before.get(name), after.get(name), f"{path}.{name}" if path else name)
    elif before != after:
        yield Change(member=path, before=before, after=after)


def _with(terms: Terms, name: str, document: dict[str, Any]) -> Terms:
    if name == "policy":
        return replace(terms, policy=policy_from_document(document))
    return replace(terms, tariff=tariff_from_document(document))


def _figures(before: Policy, after: Policy) -> Iterator[Change]:
    """As one audience has them: the tiers are audiences of their own."""
    old, new = (_POLICY.dump_python(replace(one, tiers=()), mode="json") for one in (before, after))
    return changes(old, new)


def _price_effect(
    before: Posted, after: Posted, whom: Audience, demand: Sequence[tuple[PoolFacts, Mapping[datetime, int]]]
) -> PriceEffect:
    old, new = before.price_of(whom), after.price_of(whom)
    pools: list[PoolPrices] = []
    left, dearer, changed = MOST_SPANS, 0, 0
    complete = True
    for pool, gone in demand:
        found = price_changes(old, new, gone)
        dearer += sum(one.windows for one in found if one.dearer)
        changed += sum(one.windows for one in found)
        complete = complete and len(found) <= left
        if found and left:
            pools.append(PoolPrices(pool=pool, changes=found[:left]))
        left -= min(left, len(found))
    return PriceEffect(
        whom=whom,
        windows=sum(len(gone) for _, gone in demand),
        dearer=dearer,
        cheaper=changed - dearer,
        pools=pools,
        complete=complete,
    )


def _posted(found: Versions, terms: Terms, rules: PriceRules | None, now: datetime) -> Posted:
    holiday: Callable[[datetime], bool] = partial(is_holiday, hours_of(found.site))
    return Posted(terms=terms, rules=rules, now=now, is_holiday=holiday)


def _rules(found: Versions) -> PriceRules | None:
    return None if found.prices is None else found.prices.rules


def _is_money(value: dict[str, Any]) -> bool:
    return value.keys() == {"minor", "currency"}
