"""Charging sessions: rows of transactions, found by the charger's own id (what is open where: `open_sessions`)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Exists, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import ChargingSession, TroubleRow
from domain.charging.clocks import InstantBasis
from domain.charging.readings import Reading
from domain.charging.trouble import TroubleCause
from ocpp_gateway.storage.inbox import AlreadyRecorded
from ocpp_gateway.storage.meter_readings import CORRECTED_WITHIN, UNKNOWN_METER, Shown, take_readings

MOST_KNOWN = 8
"""Of one transaction id, at once; what a station told of earlier users of it is long settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A row as the rules need it."""

    id: int
    connector_id: int
    transaction_id: str
    id_tag: str
    driver_id: str | None
    reservation_code: str | None
    authorised: bool
    refused_for: str = ""
    meter_start_wh: int
    meter_last_wh: int
    last_seq_no: int | None
    started_at: datetime
    ended_at: datetime | None
    started_basis: str = ""
    end_inferred: bool = False
    start_inferred: bool = False
    start_told_at: datetime | None = None
    end_told_at: datetime | None = None
    last_sign_at: datetime
    contradicted_at: datetime | None = None
    reuse: int = 0
    place_inferred: bool = False
    charger_faulted: bool = False
    """Its charger stands as broken as a whole; told only of those that were found by their id."""

    @property
    def ended(self) -> bool:
        return self.ended_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """`transaction_id` None: 1.6, the row's own number becomes it. `start_told_at` None: its start was not told.

    `reuse`: how many sessions had the id before. `heard_at`: the first sign of life; `heard_live`: it is one of now.
    `place_inferred`: nobody named it.
    `plugged_in`: it says that a vehicle is there.
    """

    charger_id: str
    connector_id: int
    transaction_id: str | None
    id_tag: str
    driver_id: str | None
    reservation_code: str | None
    authorised: bool
    started_at: datetime
    started_basis: InstantBasis
    refused_for: str = ""
    heard_at: datetime
    heard_live: bool
    start_told_at: datetime | None = None
    reuse: int = 0
    place_inferred: bool = False
    plugged_in: bool = False


async def open_session(connection: AsyncConnection, new: NewSession) -> Session:
    """Insert the row.

    Raises AlreadyRecorded when another connection of the charger has opened the same transaction meanwhile.
    """
    number = await next_number(connection)
    transaction_id = new.transaction_id or str(number)
    opened = (
        await connection.execute(
            insert(ChargingSession)
            .values(
                id=number,
                charger_id=new.charger_id,
                connector_id=new.connector_id,
                transaction_id=transaction_id,
                id_tag=new.id_tag,
                driver_id=new.driver_id,
                reservation_code=new.reservation_code,
                authorised=new.authorised,
                refused_for=new.refused_for,
                started_at=new.started_at,
                started_basis=new.started_basis.value,
                meter_start_wh=UNKNOWN_METER,
                meter_last_wh=UNKNOWN_METER,
                meter_at=new.started_at,
                last_sign_at=new.heard_at,
                last_sign_live=new.heard_live,
                start_told_at=new.start_told_at,
                start_inferred=new.start_told_at is None,
                reuse=new.reuse,
                place_inferred=new.place_inferred,
                plugged_in_at=new.heard_at if new.plugged_in else None,
            )
            .on_conflict_do_nothing(index_elements=["charger_id", "transaction_id", "reuse"])
            .returning(ChargingSession.__table__)
        )
    ).one_or_none()
    if opened is None:
        raise AlreadyRecorded(f"{new.charger_id}:tx:{transaction_id}")
    return session_of_row(opened)


async def next_number(connection: AsyncConnection) -> int:
    """Of a session that begins; 1.6 calls it transactionId."""
    drawn = select(func.nextval(func.pg_get_serial_sequence("sessions", "id")))
    return int((await connection.execute(drawn)).scalar_one())


async def find(connection: AsyncConnection, charger_id: str, transaction_id: str) -> Session | None:
    """The charger's transaction, its row locked; of those that had the id, the newest."""
    found = await known(connection, charger_id, transaction_id, most=1)
    return found[0] if found else None


async def known(
    connection: AsyncConnection, charger_id: str, transaction_id: str, *, most: int = MOST_KNOWN
) -> list[Session]:
    """The last sessions that had the id, newest first, their rows locked."""
    rows = await connection.execute(
        select(ChargingSession.__table__, _faulted(charger_id).label("charger_faulted"))
        .where(ChargingSession.charger_id == charger_id, ChargingSession.transaction_id == transaction_id)
        .order_by(ChargingSession.reuse.desc())
        .limit(most)
        .with_for_update()
    )
    return [replace(session_of_row(row), charger_faulted=row.charger_faulted) for row in rows]


def _faulted(charger_id: str) -> Exists:
    """Asked with the rows: a question of its own would cost each reading a round trip."""
    return exists().where(
        TroubleRow.charger_id == charger_id,
        func.coalesce(TroubleRow.connector_id, 0) == 0,
        TroubleRow.cause == TroubleCause.FAULT.value,
        TroubleRow.ended_at.is_(None),
    )


async def as_stored(connection: AsyncConnection, session: Session) -> Session:
    """What this transaction has made of it."""
    row = await connection.execute(select(ChargingSession.__table__).where(ChargingSession.id == session.id))
    return session_of_row(row.one())


async def authorise(
    connection: AsyncConnection,
    session_id: int,
    *,
    id_tag: str,
    driver_id: str | None,
    reservation_code: str | None,
    authorised: bool,
    refused_for: str,
) -> None:
    await connection.execute(
        update(ChargingSession)
        .where(ChargingSession.id == session_id)
        .values(
            id_tag=id_tag,
            driver_id=driver_id,
            reservation_code=reservation_code,
            authorised=authorised,
            refused_for=refused_for,
        )
    )


async def read_meter(
    connection: AsyncConnection,
    session: Session,
    readings: Sequence[Reading],
    *,
    received_at: datetime,
    seq_no: int | None = None,
) -> None:
    """Take over readings, in whatever order they come; which of them count, the rule decides.

    An end that nobody told cuts nothing off: what comes after it shows that it was another.
    """
    number = None if seq_no is None else max(seq_no, session.last_seq_no or 0)
    ended_at = None if session.end_inferred else session.ended_at
    if not readings or (ended_at is not None and received_at > ended_at + CORRECTED_WITHIN):
        if number is not None and number != session.last_seq_no:
            await connection.execute(
                update(ChargingSession).where(ChargingSession.id == session.id).values(last_seq_no=number)
            )
        return
    await take_readings(
        connection,
        session.id,
        readings,
        shown=Shown(start_wh=session.meter_start_wh, last_wh=session.meter_last_wh),
        ended_at=ended_at,
        received_at=received_at,
        seq_no=number,
    )


async def close(
    connection: AsyncConnection,
    session: Session,
    at: datetime,
    reason: str,
    *,
    basis: InstantBasis,
    inferred: bool = False,
    told_at: datetime | None = None,
) -> int:
    """End the row; a session that never showed a reading ends with no energy, in Wh. `basis`: how `at` is known.

    `inferred`: nobody told it. `told_at`: the end's own stamp.
    """
    shown = await connection.execute(
        update(ChargingSession)
        .where(ChargingSession.id == session.id)
        .values(
            ended_at=func.greatest(at, ChargingSession.started_at),
            ended_basis=basis.value,
            stop_reason=reason,
            end_inferred=inferred,
            end_told_at=told_at,
            meter_start_wh=func.greatest(ChargingSession.meter_start_wh, 0),
            meter_last_wh=func.greatest(ChargingSession.meter_last_wh, 0),
        )
        .returning(ChargingSession.meter_last_wh - ChargingSession.meter_start_wh)
    )
    return shown.scalar_one_or_none() or 0


def session_of_row(row: Any) -> Session:
    """A row of the table as the rules need it."""
    return Session(
        id=row.id,
        connector_id=row.connector_id,
        transaction_id=row.transaction_id,
        id_tag=row.id_tag,
        driver_id=row.driver_id,
        reservation_code=row.reservation_code,
        authorised=row.authorised,
        refused_for=row.refused_for,
        meter_start_wh=row.meter_start_wh,
        meter_last_wh=row.meter_last_wh,
        last_seq_no=row.last_seq_no,
        started_at=row.started_at,
        ended_at=row.ended_at,
        started_basis=row.started_basis,
        end_inferred=row.end_inferred,
        start_inferred=row.start_inferred,
        start_told_at=row.start_told_at,
        end_told_at=row.end_told_at,
        last_sign_at=row.last_sign_at or max(row.meter_at, row.started_at),
        contradicted_at=row.contradicted_at,
        reuse=row.reuse,
        place_inferred=row.place_inferred,
    )
