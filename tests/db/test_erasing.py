"""Who was erased is named nowhere any more, but where it is said that and why; what was booked stays as it was."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from activities.erasing.handled_events import forget_handled_events
from db.delivery.inbox import NewEvent, Recipient, record
from db.engine import Sessions, create_engine, create_sessions
from db.personal import sweeping
from db.personal.erase import erase, lock_to_erase
from db.personal.registry import HELD
from db.tables import Document, Erasure, InboxEvent, LedgerTransaction, Source, Target, metadata
from domain.terms.erasing import is_alias
from tests.db.everything import CUSTOMER, FIRM, NAMES, NOON, STREET, WHO, plant_everything

EXCEPTIONS = {("documents", "content"): {FIRM}}
"""What was issued is kept as it was issued."""
_TEXTS = ("VARCHAR", "TEXT", "JSONB", "ARRAY")


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=4)
    yield create_sessions(engine)
    await engine.dispose()


async def erased(sessions: Sessions, driver_id: str = WHO) -> Erasure | None:
    async with sessions.begin() as session:
        found = await lock_to_erase(session, driver_id)
        return await erase(session, found, NOON)


async def swept(sessions: Sessions) -> bool:
    """Was each finished?"""
    async with sessions() as session:
        numbers = await sweeping.unfinished(session)
    done = True
    for number in numbers:
        more = True
        while more:
            async with sessions.begin() as session:
                more = await sweeping.sweep_page(session, number)
        async with sessions.begin() as session:
            done = await sweeping.finish(session, number, NOON) and done
    return done


async def named(session: AsyncSession) -> dict[tuple[str, str], set[str]]:
    """In which columns of all tables who is said how."""
    found: dict[tuple[str, str], set[str]] = {}
    for table in metadata.sorted_tables:
        for column in table.columns:
            if not str(column.type).startswith(_TEXTS) and "[]" not in str(column.type):
                continue
            said = (await session.scalars(text(f"SELECT {column.name}::text FROM {table.name}"))).all()
            if names := {name for name in NAMES for value in said if value and name in value}:
                found[table.name, column.name] = names
    return found


async def count(session: AsyncSession) -> dict[str, int]:
    return {
        held.name: (await session.scalars(text(f"SELECT count(*) FROM {held.name}"))).one() for held in HELD
    }


async def test_nothing_names_who_was_erased(sessions: Sessions) -> None:
    await plant_everything(sessions)
    erasure = await erased(sessions)
    assert erasure is not None
    assert is_alias(erasure.alias)
    assert await swept(sessions)
    async with sessions() as session:
        assert await named(session) == EXCEPTIONS


async def test_what_was_booked_stays_and_is_nobodys(sessions: Sessions) -> None:
    await plant_everything(sessions)
    async with sessions() as session:
        before = await count(session)
    erasure = await erased(sessions)
    assert erasure is not None
    async with sessions() as session:
        after = await count(session)
        booked = (await session.scalars(select(LedgerTransaction.driver_id))).all()
        issued = (await session.execute(select(Document.driver_id, Document.content))).one()
    assert booked == [erasure.alias]
    assert tuple(issued) == (erasure.alias, {"buyer": FIRM})
    for name in (
        "ledger_transactions",
        "ledger_entries",
        "documents",
        "payments",
        "reservations",
        "sessions",
    ):
        assert after[name] == before[name], name


@pytest.mark.parametrize("table", ["ledger_transactions", "documents", "credits"])
@pytest.mark.parametrize("change", ["driver_id = 'somebody'", "driver_id = :alias, {}"])
async def test_the_books_let_nothing_else_be_changed(sessions: Sessions, table: str, change: str) -> None:
    await plant_everything(sessions)
    async with sessions.begin() as session:
        about: dict[str, Any] = {"said": [], "objects": [], "begun_at": NOON}
        session.add(Erasure(alias="erased:1", driver_id=WHO, **about))
        session.add(Erasure(alias="erased:2", driver_id="driver-2", **about))
    other = {"ledger_transactions": "code = 'x'", "documents": "content = '{}'", "credits": "origin = 'x'"}
    for alias in ("erased:1", "erased:2"):
        with pytest.raises(IntegrityError):
            async with sessions.begin() as session:
                await session.execute(
                    text(f"UPDATE {table} SET {change.format(other[table])}").bindparams(
                        **({"alias": alias} if ":alias" in change else {})
                    )
                )
    with pytest.raises(IntegrityError):
        async with sessions.begin() as session:
            await session.execute(text(f"UPDATE {table} SET driver_id = 'erased:2'"))
    async with sessions.begin() as session:
        await session.execute(text(f"UPDATE {table} SET driver_id = 'erased:1'"))


async def test_twice_is_once_and_who_was_never_here_leaves_nothing(sessions: Sessions) -> None:
    await plant_everything(sessions)
    assert await erased(sessions, "stranger") is None
    assert await erased(sessions) is not None
    assert await erased(sessions) is None
    async with sessions() as session:
        assert len((await session.scalars(select(Erasure))).all()) == 1


async def test_what_the_provider_said_and_nobody_has_heard_is_waited_for(sessions: Sessions) -> None:
    await plant_everything(sessions)
    async with sessions.begin() as session:
        number = await session.scalar(text("SELECT id FROM inbox WHERE event_id = 'evt_1'"))
        await session.execute(
            text("INSERT INTO outbox (inbox_id, target, key) VALUES (:inbox, 'movements', 'k')"),
            {"inbox": number},
        )
    await erased(sessions)
    assert not await swept(sessions)
    async with sessions.begin() as session:
        payload = await session.scalar(text("SELECT payload FROM inbox WHERE event_id = 'evt_1'"))
        assert payload != {}
        await session.execute(text("UPDATE outbox SET delivered_at = now()"))
    assert await swept(sessions)
    async with sessions() as session:
        assert await named(session) == EXCEPTIONS


async def test_events_about_nobody_stay_when_somebody_without_a_customer_goes(sessions: Sessions) -> None:
    """The provider's objects without an id, as a balance is."""
    await plant_everything(sessions)
    said = {"data": {"object": {"object": "balance"}}}
    async with sessions.begin() as session:
        await session.execute(text("UPDATE drivers SET stripe_customer = NULL"))
        await session.execute(
            update(InboxEvent)
            .where(InboxEvent.event_id == "evt_2")
            .values(kind="balance.available", subject="", payload=said)
        )
    await erased(sessions)
    assert await swept(sessions)
    async with sessions() as session:
        left = select(InboxEvent.payload).where(InboxEvent.event_id == "evt_2")
        assert await session.scalar(left) == said


async def test_who_is_kept_out_stays_out(sessions: Sessions) -> None:
    await plant_everything(sessions)
    async with sessions.begin() as session:
        await session.execute(text("UPDATE drivers SET blocked = true WHERE id = :who"), {"who": WHO})
    assert await erased(sessions) is not None
    await swept(sessions)
    assert await erased(sessions) is None
    async with sessions() as session:
        assert await named(session) == EXCEPTIONS | {("drivers", "id"): {WHO}}


async def test_what_the_provider_says_after_an_erasure_names_nobody_once_it_was_handled(
    sessions: Sessions,
) -> None:
    """A dispute of long ago, say: the erasure is over, and knows nobody any more whom it would look for."""
    await plant_everything(sessions)
    await erased(sessions)
    assert await swept(sessions)
    paid = {"customer": CUSTOMER, "billing_details": {"name": FIRM, "address": {"line1": STREET}}}
    late = [
        NewEvent(
            event_id=f"evt_late_{number}",
            kind=kind,
            subject=f"dp_{number}",
            at=NOON,
            received_at=NOON,
            payload=json.dumps({"data": {"object": paid}}).encode(),
            recipients=heard,
        )
        for number, (kind, heard) in enumerate(
            [
                ("invoice.paid", []),
                ("charge.dispute.updated", [Recipient(target=Target.MOVEMENTS, key="dp_1")]),
            ]
        )
    ]
    async with sessions.begin() as session:
        await record(await session.connection(), Source.STRIPE, late)
    await forget_handled_events(sessions, page=1)
    async with sessions() as session:
        assert set(await named(session)) == set(EXCEPTIONS) | {("inbox", "payload")}
        waits = await session.scalars(select(InboxEvent.event_id).where(InboxEvent.payload != {}))
        assert "evt_late_0" not in (still := waits.all())
        assert "evt_late_1" in still
    async with sessions.begin() as session:
        await session.execute(text("UPDATE outbox SET delivered_at = now() WHERE delivered_at IS NULL"))
    await forget_handled_events(sessions, page=1)
    async with sessions() as session:
        assert await named(session) == EXCEPTIONS
        came = await session.scalars(select(InboxEvent.subject).where(InboxEvent.event_id.like("evt_late_%")))
        assert sorted(came) == ["dp_0", "dp_1"]


async def test_what_others_said_is_left_as_it_is(sessions: Sessions) -> None:
    await plant_everything(sessions)
    said = select(InboxEvent.payload).where(InboxEvent.source != "stripe").order_by(InboxEvent.id)
    async with sessions() as session:
        before = (await session.scalars(said)).all()
    await forget_handled_events(sessions)
    async with sessions() as session:
        assert (await session.scalars(said)).all() == before
    assert any(before)
