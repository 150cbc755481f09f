"""A driver is erased: what names them goes, what has to stay is nobody's; the rest is for `db.personal.sweeping`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.personal.export import codes_of
from db.personal.held import Altered, Gone, Held
from db.personal.registry import HELD
from db.queries.contact_points import forget_addresses
from db.queries.lock_order import lock_drivers
from db.queries.telling import lock_telling
from db.tables import Driver, ErasedId, Erasure, Person
from domain.telling.addressee import Addressee
from domain.terms.erasing import alias_of, digest_of

_AT_THE_END = (Driver, Person)
_TOKENS = text("SELECT value FROM tokens WHERE driver_id = :driver ORDER BY value")
_OBJECTS = text("""
    SELECT payment_intent_id FROM payments WHERE reservation_code = ANY(:codes) AND payment_intent_id IS NOT NULL
    UNION SELECT setup_intent_id FROM card_setups WHERE reservation_code = ANY(:codes) AND setup_intent_id IS NOT NULL
    UNION SELECT charge_id FROM disputes WHERE driver_id = :driver
    UNION SELECT dispute_id FROM disputes WHERE driver_id = :driver
""")
_FIRST = (
    # A seed file's word about a card that was handed on since.
    text("""
        UPDATE tokens SET sown = without_said(sown, :said, :alias)
        WHERE value IN (SELECT value FROM former_cards WHERE driver_id = :driver) AND driver_id <> :driver
    """),
    text("INSERT INTO drivers (id, blocked, blocked_at, created_at) VALUES (:alias, true, :now, :now)"),
    # The keys under which operators granted them credits: `api.desk.idempotency.step_key`.
    text("""
        UPDATE idempotency SET key = replace(key, chr(31) || :driver || chr(31), chr(31) || :alias || chr(31))
        WHERE strpos(key, chr(31) || :driver || chr(31)) > 0 AND account IN (
            SELECT granted_by FROM credits WHERE driver_id = :driver
            UNION SELECT asked_by FROM money_requests WHERE subject = :driver
        )
    """),
    # A start with a card that is gone is nobody's, whoever had it before.
    text("DELETE FROM former_cards f USING tokens t WHERE t.value = f.value AND t.driver_id = :driver"),
)
_NOBODY_ELSES = text(
    "DELETE FROM people p WHERE p.id = :person AND NOT EXISTS (SELECT FROM drivers d WHERE d.person_id = p.id)"
)
_DRIVER_GONE = text("DELETE FROM drivers WHERE id = :driver AND NOT blocked")
# Who is kept out is not let in by being forgotten: that stays known, and nothing else.
_DRIVER_BARRED = text("""
    UPDATE drivers SET fleet_id = NULL, person_id = NULL, stripe_customer = NULL, sown = NULL, parent_tag = DEFAULT,
        created_at = :now
    WHERE id = :driver
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A driver under lock. `row` None: they are in no table of drivers. `codes`: of their reservations."""

    driver_id: str
    row: Driver | None
    codes: list[str]


async def lock_to_erase(session: AsyncSession, driver_id: str) -> Found:
    """Who books for them, has them told something or changes them waits until the end of the transaction."""
    await lock_drivers(session, [driver_id])
    await lock_telling(session, Addressee(driver_id=driver_id))
    row = await session.get(Driver, driver_id)
    return Found(driver_id=driver_id, row=row, codes=list(await codes_of(session, driver_id)))


async def erase(session: AsyncSession, found: Found, now: datetime) -> Erasure | None:
    """The caller commits. None: nothing was known of them, and nothing is written."""
    about = {"driver": found.driver_id, "codes": found.codes}
    customer = found.row.stripe_customer if found.row is not None else None
    tokens: Sequence[str] = (await session.scalars(_TOKENS, about)).all()
    erasure = Erasure(
        alias=alias_of(uuid4()),
        driver_id=found.driver_id,
        begun_at=now,
        said=[found.driver_id, *tokens, *([customer] if customer else [])],
        stripe_customer=customer,
        objects=list((await session.scalars(_OBJECTS, about)).all()),
    )
    session.add(erasure)
    await session.flush()
    values: dict[str, Any] = {**about, "alias": erasure.alias, "said": erasure.said, "now": now}
    for statement in _FIRST:
        await session.execute(statement, values)
    touched = 0
    for held in HELD:
        if change := _statement(held):
            touched += (await session.execute(text(change), values)).rowcount  # type: ignore[attr-defined] # DML
    if not touched and _is_nobody(found.row):
        await session.rollback()
        return None
    await forget_addresses(session, Addressee(driver_id=erasure.alias), now)
    await _end(session, found, values)
    gone = insert(ErasedId).values(digest=digest_of(found.driver_id))
    await session.execute(gone.on_conflict_do_nothing())
    return erasure


def _is_nobody(row: Driver | None) -> bool:
    """Of whom nothing is known, or only that they are kept out (`_DRIVER_BARRED`)."""
    if row is None:
        return True
    return row.blocked and not (row.fleet_id or row.person_id or row.stripe_customer or row.sown)


async def _end(session: AsyncSession, found: Found, values: dict[str, Any]) -> None:
    person = found.row.person_id if found.row is not None else None
    for statement in (_DRIVER_GONE, _DRIVER_BARRED, _NOBODY_ELSES):
        await session.execute(statement, values | {"person": person})


def _statement(held: Held) -> str:
    """Of names and SQL of the registry alone; empty: nothing is done."""
    if held.table in _AT_THE_END:
        return ""
    match held.erasing:
        case Gone():
            return f"DELETE FROM {held.name} AS t WHERE ({held.whose})"  # noqa: S608 - names and SQL of ours
        case Altered(sets=sets):
            changes = ", ".join(f"{name} = {said}" for name, said in sets.items())
            return f"UPDATE {held.name} AS t SET {changes} WHERE ({held.whose})"  # noqa: S608 - as above
        case _:
            return ""
