"""Quotes: kept, read with the versions that they were made by, and taken by one booking."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Select, Text, bindparam, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.documents import (
    access_rules_from_document,
    certainty_from_document,
    payer_from_document,
    policy_from_document,
    prices_from_document,
    tariff_from_document,
)
from db.queries.place.access import access_in_force
from db.tables import PolicyVersion, Quote, Site, TariffVersion
from domain.terms.accepted import Terms
from domain.terms.access_rules import AccessRules

_KEPT_UNUSED = timedelta(days=7)
"""So long after it has expired nobody asks any more what it said."""
_MOST_UNUSED = 1_000
"""Of one account; who asks for more loses the oldest."""

_quote, _code = bindparam("quote", type_=Text), bindparam("taker", type_=Text)
_account, _driver = bindparam("asker", type_=Text), bindparam("for_whom", type_=Text)
_TAKEN = (
    update(Quote)
    .where(
        Quote.id == _quote,
        Quote.account == _account,
        Quote.driver_id == _driver,
        Quote.reservation_code.is_(None),
    )
    .values(reservation_code=_code)
    .returning(Quote.id)
    .cte("taken")
)


def _with_versions(*more: Any) -> Select[Any]:
    return (
        select(
            Quote,
            Site,
            PolicyVersion.document,
            PolicyVersion.version,
            TariffVersion.document,
            TariffVersion.version,
            *more,
        )
        .join(Site, Site.id == Quote.site_id)
        .join(PolicyVersion, PolicyVersion.id == Quote.policy_id)
        .join(TariffVersion, TariffVersion.id == Quote.tariff_id)
        .where(Quote.id == _quote)
    )


_READ = _with_versions().where(Quote.account.in_(bindparam("askers", expanding=True)))
_TAKE = _with_versions(
    exists(select(_TAKEN.c.id)),
    access_in_force(Quote.site_id, bindparam("at", type_=DateTime(timezone=True))),
).where(Quote.account == _account, Quote.driver_id == _driver)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptQuote:
    """`taken`: by this call; who took it before is `quote.reservation_code`."""

    quote: Quote
    site: Site
    terms: Terms
    taken: bool = False
    access: AccessRules | None = None


async def keep(session: AsyncSession, quote: Quote) -> None:
    """And forget those of the account that nobody used, and that expired long ago or are too many."""
    unused = (Quote.account == quote.account) & Quote.reservation_code.is_(None)
    too_many = select(Quote.id).where(unused).order_by(Quote.valid_until.desc()).offset(_MOST_UNUSED - 1)
    old = Quote.valid_until < quote.asked_at - _KEPT_UNUSED
    await session.execute(delete(Quote).where(unused, old | Quote.id.in_(too_many)))
    session.add(quote)


async def quote_of(session: AsyncSession, accounts: Sequence[str], quote_id: str) -> KeptQuote | None:
    """None: none of the accounts has asked for such a quote."""
    about = {"quote": quote_id, "askers": list(accounts)}
    row = (await session.execute(_READ, about)).one_or_none()
    return None if row is None else _kept(*row)


async def take(
    session: AsyncSession, quote_id: str, *, account: str, driver_id: str, code: str, now: datetime
) -> KeptQuote | None:
    """For the reservation, unless another one has it; who else tries waits until this transaction is over.

    As it was before, with the access rules of `now`. None: there is none for this driver.
    """
    about = {"quote": quote_id, "asker": account, "for_whom": driver_id, "taker": code, "at": now}
    row = (await session.execute(_TAKE, about)).one_or_none()
    return None if row is None else _kept(*row)


async def give_back(session: AsyncSession, code: str) -> None:
    """The booking came to nothing: another one may be made by its quote."""
    await session.execute(update(Quote).where(Quote.reservation_code == code).values(reservation_code=None))


def _kept(
    quote: Quote,
    site: Site,
    policy: Any,
    policy_version: int,
    tariff: Any,
    tariff_version: int,
    taken: bool = False,
    access: Any = None,
) -> KeptQuote:
    terms = Terms(
        policy=policy_from_document(policy),
        tariff=tariff_from_document(tariff),
        site_zone=site.zone,
        policy_version=policy_version,
        tariff_version=tariff_version,
        payer=payer_from_document(quote.payer),
    ).of_tier(quote.tier)
    if quote.priced is not None:
        terms = terms.at(prices_from_document(quote.priced))
    terms = replace(terms, certainty=certainty_from_document(quote.certainty))
    rules = None if access is None else access_rules_from_document(access)
    return KeptQuote(quote=quote, site=site, terms=terms, taken=taken, access=rules)
