"""Quotes: kept, read with the versions that they were made by, and taken by one booking."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Select, Text, bindparam, delete, exists, inspect, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.documents import (
    access_rules_from_document,
    certainty_from_document,
    named_bay_from_document,
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
"""Of one driver on one account; who asks for more loses the oldest."""

_FORGOTTEN_AT_ONCE = 100
"""When others are kept instead of a refused booking, which is waited for."""
_KEEP_OFFERED = text(
    """
    WITH offered AS (
        SELECT * FROM jsonb_populate_recordset(NULL::quotes, CAST(:offered AS jsonb))
    ), whose AS (
        SELECT account, driver_id, count(*) AS new FROM offered GROUP BY account, driver_id
    ), too_many AS (
        SELECT older.id FROM whose CROSS JOIN LATERAL (
            SELECT id FROM quotes
            WHERE account = whose.account AND driver_id = whose.driver_id AND reservation_code IS NULL
                AND id NOT IN (SELECT id FROM offered)
            ORDER BY valid_until DESC OFFSET greatest(:most_unused - whose.new, 0)
        ) AS older
    ), gone AS (
        DELETE FROM quotes WHERE id IN (
            SELECT id FROM quotes
            WHERE account IN (SELECT account FROM whose) AND reservation_code IS NULL
                AND (valid_until < :long_ago OR id IN (SELECT id FROM too_many))
            ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
        )
    )
    INSERT INTO quotes (
        id, account, driver_id, site_id, pool_id, connector_type, slot_start, slot_end, policy_id, tariff_id, tier,
        payer, priced, certainty, bay, named_bay, asked_at, valid_until
    )
    SELECT
        id, account, driver_id, site_id, pool_id, connector_type, slot_start, slot_end, policy_id, tariff_id, tier,
        payer, priced, certainty, bay, named_bay, asked_at, valid_until
    FROM offered
    ON CONFLICT (id) DO NOTHING
    """
)

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
    """And forget those of the account that nobody used, and that expired long ago or are too many of this driver's."""
    unused = (Quote.account == quote.account) & Quote.reservation_code.is_(None)
    theirs = unused & (Quote.driver_id == quote.driver_id)
    too_many = select(Quote.id).where(theirs).order_by(Quote.valid_until.desc()).offset(_MOST_UNUSED - 1)
    old = Quote.valid_until < quote.asked_at - _KEPT_UNUSED
    await session.execute(delete(Quote).where(unused, old | Quote.id.in_(too_many)))
    session.add(quote)


async def keep_offered(session: AsyncSession, offered: Sequence[Quote]) -> None:
    """Of what is offered instead of a refused booking, in one statement. One that is there already is the same."""
    if not offered:
        return
    about = {
        "offered": json.dumps([_as_json(one) for one in offered]),
        "long_ago": offered[0].asked_at - _KEPT_UNUSED,
        "most": _FORGOTTEN_AT_ONCE,
        "most_unused": _MOST_UNUSED,
    }
    connection = await session.connection()
    await connection.execute(_KEEP_OFFERED, about)


def _as_json(quote: Quote) -> dict[str, Any]:
    values = {column.key: getattr(quote, column.key) for column in inspect(Quote).column_attrs}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


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
    terms = replace(
        terms,
        certainty=certainty_from_document(quote.certainty),
        named_bay=named_bay_from_document(quote.named_bay),
    )
    rules = None if access is None else access_rules_from_document(access)
    return KeptQuote(quote=quote, site=site, terms=terms, taken=taken, access=rules)
