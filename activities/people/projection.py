"""What people learn of a reservation: its public view, what the driver was told, who did what."""

from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import and_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from structlog.typing import FilteringBoundLogger

from activities.asking import Asking, Order, asking, not_after
from contracts.declaration import implements
from contracts.publication import ANNOUNCE, PUBLISH, Publication, ReservationView
from db.audit import Entry, record_entries
from db.tables import Notification, ReservationRow
from domain.terms.erasing import ALIAS

_VIEW = TypeAdapter(ReservationView)
_row, _shown = ReservationRow, insert(ReservationRow)
_new = _shown.excluded
_SHOWN = _shown.on_conflict_do_update(
    index_elements=["code"],
    set_={column.key: column for column in _new if column.key != "code"},
    where=and_(
        _row.driver_id.regexp_match(ALIAS).is_(False),
        not_after(
            Order(_row.run, _row.revision, _row.asked_at), Order(_new.run, _new.revision, _new.asked_at)
        ),
    ),
)
"""Made once: made anew for each publication, it cost a worker a tenth of a booking."""
_UNLESS_TOLD = insert(Notification).on_conflict_do_nothing().returning(Notification.key)


class ProjectionActivities:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], log: FilteringBoundLogger) -> None:
        self._sessions = sessions
        self._log = log

    def all(self) -> list[Callable[..., Any]]:
        return [self.publish, self.announce]

    @implements(PUBLISH)
    async def publish(self, publication: Publication) -> None:
        await self._tell(publication)

    @implements(ANNOUNCE)
    async def announce(self, publication: Publication) -> None:
        await self._tell(publication)

    async def _tell(self, publication: Publication) -> None:
        """Write all of it in one transaction. Late or repeated publications change nothing newer."""
        async with self._sessions.begin() as session:
            await show(session, publication)
            notified = await _notify(session, publication)
            await _record(session, publication)
        for notice in publication.notices:
            if _notice_key(publication, notice.key) in notified:
                self._log.info(
                    "driver notified",
                    reservation=publication.view.code,
                    notice=notice.code,
                    parameters=notice.parameters,
                )


def view_to_document(view: ReservationView) -> dict[str, Any]:
    """As the projection keeps it."""
    document: dict[str, Any] = _VIEW.dump_python(view, mode="json")
    return document


def view_from_document(document: dict[str, Any]) -> ReservationView:
    """Raises pydantic.ValidationError when the document is not a view."""
    return _VIEW.validate_python(document)


def columns_of(view: ReservationView) -> dict[str, Any]:
    """What lists filter and sort by, beside the view itself."""
    return {
        "driver_id": view.driver_id,
        "account": view.account,
        "fleet_id": view.fleet_id,
        "site_id": view.site_id,
        "state": view.state,
        "slot_start": view.slot_start,
        "slot_end": view.slot_end,
        "connector_id": view.connector_id,
        "needs_attention": ",".join(attention.problem for attention in view.attention),
        "certainty": view.terms.certainty.kept if view.terms and view.terms.certainty else None,
        "kept": view.kept,
        "failed_for": view.failed_for,
    }


async def show(session: AsyncSession, publication: Publication, *, by: Asking | None = None) -> None:
    """Write the view, unless a newer one is there. `by`: who asks and when, if not the activity under way."""
    view, by = publication.view, by or asking()
    values = {
        "code": view.code,
        **columns_of(view),
        "revision": publication.version,
        "asked_at": by.at,
        "run": by.run,
        "snapshot": view_to_document(view),
        "updated_at": publication.now,
        "closed_at": publication.now if publication.closed else None,
    }
    connection = await session.connection()
    await connection.execute(_SHOWN, values)


async def _notify(session: AsyncSession, publication: Publication) -> set[str]:
    """Keys of the notices that are new."""
    if not publication.notices:
        return set()
    rows = [
        {
            "key": _notice_key(publication, notice.key),
            "at": publication.now,
            "driver_id": publication.view.driver_id,
            "reservation_code": publication.view.code,
            "template": notice.code,
            "parameters": notice.parameters,
            "zone": publication.view.site_zone,
        }
        for notice in publication.notices
    ]
    connection = await session.connection()
    return set(await connection.scalars(_UNLESS_TOLD, rows))


async def _record(session: AsyncSession, publication: Publication) -> None:
    entries = [
        Entry(
            key=f"{publication.view.code}:{record.key}",
            at=publication.now,
            actor=record.actor,
            subject=publication.view.code,
            code=record.code,
            detail=record.parameters,
        )
        for record in publication.audit
    ]
    await record_entries(session, entries)


def _notice_key(publication: Publication, key: str) -> str:
    return f"{publication.view.code}:{key}"
