"""What has happened before somebody looks: rows as the workflows, the gateway and the relays write them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncSession

from activities.queue.offering import offer_at
from activities.telling.gatherer import Gatherer
from db.notifications import record_notice
from db.queries.money.documents import Subject, issue_document
from db.tables import (
    BayReport,
    ChargingSession,
    Connector,
    ContactPoint,
    Driver,
    Hold,
    InboxEvent,
    Message,
    OutboxDelivery,
    Settlement,
)
from domain.causes import Cause
from domain.documents.content import Content
from domain.documents.statement import Statement, entry_of
from domain.facts.notices import Rerouted
from domain.settlement.so_far import Point
from domain.telling.channels import Channel
from tests.api.stage import publish, view_of
from tests.factories.bookings import NOON
from tests.factories.documents import ISSUER, make_content
from tests.factories.policies import make_terms
from tests.whole_stack.answers import accepted, bearer, fresh_key
from tests.whole_stack.place import Place

HOUR = timedelta(hours=1)
_CONTENT = TypeAdapter(Content)
_COURSE = tuple(Point(at=NOON + timedelta(minutes=n), energy_wh=10 * n * (140 - n)) for n in range(0, 60, 2))


async def known(session: AsyncSession, who: str) -> None:
    made = insert(Driver).values(id=who, blocked=False, created_at=datetime.now(UTC))
    await session.execute(made.on_conflict_do_nothing())


async def connector_of(session: AsyncSession, place: Place) -> Connector:
    """The first of the place."""
    here = select(Connector).where(
        Connector.charger_id == f"{place.site_id.upper()}-1", Connector.number == 1
    )
    return (await session.scalars(here)).one()


async def is_reserved(place: Place, code: str, who: str, **over: Any) -> None:
    """By `who` at the place, as far as its rows tell; no workflow knows of it."""
    about = {"site_id": place.site_id, "site_name": f"Site {place.site_id}", "site_zone": "Europe/Berlin"}
    view = view_of(code, driver_id=who, account=who, **about, **over)
    await publish(place.stack.sessions, view, closed=True)


async def has_charged(place: Place, who: str, codes: list[str]) -> None:
    """A visit that was booked and billed for each code, the later the earlier, over some months."""
    now = datetime.now(UTC)
    for n, code in enumerate(codes):
        at = now - timedelta(days=1 + 4 * n * n, hours=2)
        times = {"slot_start": at, "slot_end": at + 2 * HOUR}
        await is_reserved(place, code, who, state="COMPLETED", **times)
        async with place.stack.sessions.begin() as session:
            here = await connector_of(session, place)
            session.add(
                ChargingSession(
                    charger_id=here.charger_id, connector_id=here.id, transaction_id=code, id_tag="04A1B2C3",
                    driver_id=who, reservation_code=code, authorised=True, started_at=at, ended_at=at + HOUR,
                    meter_start_wh=0, meter_last_wh=1_047_560 + n, meter_at=at + HOUR,
                )
            )  # fmt: skip
            session.add(
                Settlement(
                    reservation_code=code, step="settle", currency="EUR", charge_minor=1_234_56 + n,
                    credit_minor=0, energy_wh=1_047_560, outcome="COMPLETED", somebody_waits=False,
                    occupancy_percent=0, priced_at=now, captured_minor=1_234_56, released_minor=0,
                    refunded_minor=0, posted_at=now,
                )
            )  # fmt: skip


async def receipt_of(place: Place, who: str, code: str) -> str:
    """With charts of how it was charged; its number in addresses."""
    content = make_content(reservation=code, driver_id=who, course=_COURSE)
    subject = Subject(kind="receipt", month="2026-11", reservation_code=code, driver_id=who)
    as_json = _CONTENT.dump_python(content, mode="json")
    async with place.stack.sessions.begin() as session:
        row = await issue_document(
            session, ISSUER.series, f"{code}:settle:receipt", as_json, datetime.now(UTC), subject
        )
        return str(row.id)


async def has_a_statement(place: Place, fleet: str) -> None:
    """Of a month before."""
    content = make_content(fleet_id=fleet)
    told = Statement(
        issuer=ISSUER, buyer=None, fleet_id=fleet, month="2026-10", zone="Europe/Berlin", currency="EUR",
        entries=(entry_of(content, 1, NOON),), taxes=content.told.taxes,
    )  # fmt: skip
    as_json = TypeAdapter(Statement).dump_python(told, mode="json")
    subject = Subject(kind="statement", month=told.month, fleet_id=fleet)
    async with place.stack.sessions.begin() as session:
        await issue_document(session, ISSUER.series, fleet, as_json, datetime.now(UTC), subject)


async def is_kept_off(place: Place, who: str, code: str) -> None:
    """It is their turn, and they have said that their bay is blocked."""
    now = datetime.now(UTC)
    async with place.stack.sessions.begin() as session:
        here = await connector_of(session, place)
        bay = {"charger_id": here.charger_id, "connector_id": here.id}
        said = {"kind": "blocked", "text": "", "reported_at": now, "account": who, "driver_id": who}
        session.add(BayReport(**bay, **said, reservation_code=code))
    turn = {"slot_start": now - HOUR / 4, "slot_end": now + HOUR, "possible": ("reassign",)}
    await is_reserved(place, code, who, state="LOCKED", bay="Bay 1", connector_number=1, **turn, **bay)


async def comes_soon(place: Place, who: str, code: str) -> None:
    """Half an hour before their slot, of two."""
    start = datetime.now(UTC) + HOUR / 2
    turn = {"slot_start": start, "slot_end": start + 2 * HOUR, "arrive_by": start + HOUR / 4}
    may = ("on_my_way", "extend", "shorten", "cancel")
    await is_reserved(place, code, who, terms=make_terms(), bay="Bay 1", possible=may, **turn)


async def is_offered(place: Place, who: str) -> str:
    """Somebody who waits, at that site; the code of what they are offered."""
    headers = {**bearer(place.stack.issuer.driver(who)), "Idempotency-Key": fresh_key()}
    wanted = place.booking() | {"lasts_minutes": 10}
    joined = await place.stack.http.post("/v1/waiting-list-entries", json=wanted, headers=headers)
    assert joined.status_code == 201, joined.text
    await offer_at(place.stack.sessions, place.site_id, lambda: datetime.now(UTC))
    entry = f"/v1/waiting-list-entries/{joined.json()['id']}"
    return str(accepted(await place.stack.http.get(entry, headers=headers))["offer"]["code"])


async def has_messages_returned(place: Place, who: str) -> None:
    """One that a mail server sent back."""
    now = datetime.now(UTC)
    async with place.stack.sessions.begin() as session:
        await known(session, who)
        session.add(
            ContactPoint(
                driver_id=who, channel="mail", address=f"{who}@example.org", added_at=now, confirmed_at=now
            )
        )
        notice = Rerouted(bay="Bay 2", cause=Cause.CHARGER_FAULT)
        await record_notice(
            session, notice, key=f"{who}-returned", driver_id=who, reservation_code="7F3K-2QVM-X9TA", at=now
        )
    await Gatherer(place.stack.sessions, frozenset({Channel.MAIL})).gather_all(now)
    async with place.stack.sessions.begin() as session:
        number = await session.scalar(select(Message.id).where(Message.driver_id == who))
        event = select(InboxEvent.id).where(InboxEvent.event_id == f"message_{number}_1").scalar_subquery()
        over = update(OutboxDelivery).where(OutboxDelivery.inbox_id == event)
        await session.execute(over.values(outcome="bounced", delivered_at=now))


async def has_booked_for_months(place: Place, fleet: str, driver: str) -> None:
    """What goes on a fleet's account in each of the last six months."""
    now = datetime.now(UTC)
    async with place.stack.sessions.begin() as session:
        here = await connector_of(session, place)
        for n in range(6):
            at = now - timedelta(days=3 + 30 * n)
            times = {"slot_start": at, "slot_end": at + HOUR, "opens_at": at, "watch_from": at}
            session.add(
                Hold(
                    reservation_code=f"{place.site_id}-{n}", step="book", connector_id=here.id, driver_id=driver,
                    pool_id=f"{place.site_id}-dc", during=Range(at, at + HOUR), placed_at=at,
                    account_fleet=fleet, account_minor=12_345_67 * (n + 1), **times,
                )
            )  # fmt: skip
