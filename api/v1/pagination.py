"""Keyset pages: cursors are where the page before ended, opaque to clients."""

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from fastapi import Request, Response

from api.desk.documents import Issued
from api.desk.maintenance import Window
from api.errors import ApiProblem
from db.queries.charging.device_model import Place, place_of
from db.queries.charging.history import Visit
from db.queries.charging.quirks import ModelPlace, ModelQuirk
from db.queries.charging.refused_connections import RefusedPosition
from db.queries.newest_first import RowPosition
from db.queries.reservations import Position
from db.queries.series import SeriesPosition
from db.queries.waiting_list import JoinedPosition
from db.tables import (
    ChargingSession,
    Credit,
    Debt,
    DeviceVariable,
    Dispute,
    InvoiceTransfer,
    MoneyRequest,
    RefusedCard,
    RefusedConnection,
    ReservationRow,
    TroubleRow,
    UnplacedTransaction,
    WaitingEntry,
)
from domain.charging.evidence import Evidence
from domain.charging.evidence import Place as EvidencePlace
from domain.charging.evidence import place_of as place_of_evidence
from domain.money.ledger_export import Posted

LARGEST_PAGE = 100
LARGEST_ROW = 2**63 - 1
_Place = TypeVar("_Place")


_NEXT = re.compile(rb'"next_cursor":"([A-Za-z0-9_-]+)"')
"""Within a text of the answer its quotes would be escaped: what is found is the page's own."""


def link_to_next(request: Request, response: Response) -> None:
    """The page after this one, for clients that follow links (RFC 8288)."""
    found = _NEXT.search(response.body)
    if found is not None:
        there = request.url.include_query_params(cursor=found[1].decode())
        response.headers["Link"] = f'<{there.path}?{there.query}>; rel="next"'


def cursor_of_reservation(row: ReservationRow) -> str:
    return _encoded(row.slot_start, row.code)


def reservation_position(cursor: str | None) -> Position | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_reservation` did not make."""
    return _decoded(cursor, 1, lambda at, texts: Position(at, texts[0]))


def cursor_at(at: datetime, name: str) -> str:
    """Of a row with a name, in a list by instants."""
    return _encoded(at, name)


def series_position(cursor: str | None) -> SeriesPosition | None:
    return _decoded(cursor, 1, lambda at, texts: SeriesPosition(at, texts[0]))  # raises as the others


def cursor_of_waiting(row: WaitingEntry) -> str:
    return _encoded(row.joined_at, row.id)


def waiting_position(cursor: str | None) -> JoinedPosition | None:
    return _decoded(cursor, 1, lambda at, texts: JoinedPosition(at, texts[0]))  # raises as the others


def cursor_of_money_request(row: MoneyRequest) -> str:
    return _encoded(row.asked_at, str(row.id))


def money_request_position(cursor: str | None) -> RowPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_money_request` did not make."""
    return row_position(cursor)


def cursor_of_refused(row: RefusedConnection) -> str:
    return _encoded(row.last_at, row.identity, row.code)


def refused_position(cursor: str | None) -> RefusedPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_refused` did not make."""
    return _decoded(cursor, 2, lambda at, texts: RefusedPosition(at, *texts))


def cursor_of_refused_card(row: RefusedCard) -> str:
    return _encoded(row.last_at, str(row.id))


def refused_card_position(cursor: str | None) -> RowPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_refused_card` did not make."""
    return row_position(cursor)


def cursor_of_session(row: ChargingSession) -> str:
    return _encoded(row.started_at, str(row.id))


def cursor_of_visit(visit: Visit) -> str:
    """Of its first session, as `cursor_of_session`."""
    return _encoded(visit.began_at, str(visit.id))


def session_position(cursor: str | None) -> RowPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_session` did not make."""
    return row_position(cursor)


def cursor_of_device_variable(row: DeviceVariable) -> str:
    return _encoded(row.told_at, *(str(part) for part in place_of(row)))


def device_variable_position(cursor: str | None) -> Place | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_device_variable` did not make."""
    return _decoded(cursor, 7, lambda _, t: (t[0], t[1], int(t[2]), int(t[3]), t[4], t[5], t[6]))


def cursor_of_model_quirk(found: ModelQuirk) -> str:
    return _encoded(found.last_at, *found.place)


def model_quirk_position(cursor: str | None) -> ModelPlace | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_model_quirk` did not make."""
    return _decoded(cursor, 6, lambda _, t: (t[0], t[1], t[2], t[3], t[4], t[5]))


def cursor_of_trouble(row: TroubleRow) -> str:
    return _encoded(row.began_at, str(row.id))


def trouble_position(cursor: str | None) -> RowPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_trouble` did not make."""
    return row_position(cursor)


def cursor_of_maintenance(window: Window) -> str:
    return _encoded(window.span.start, str(window.id))


def maintenance_position(cursor: str | None) -> RowPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_maintenance` did not make."""
    return row_position(cursor)


def cursor_of_evidence(piece: Evidence) -> str:
    return _encoded(*place_of_evidence(piece))


def evidence_position(cursor: str | None) -> EvidencePlace | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_evidence` did not make."""
    return _decoded(cursor, 1, lambda at, texts: (at, texts[0]))


def cursor_of_unplaced(row: UnplacedTransaction) -> str:
    return _encoded(row.ended_at, str(row.id))


def unplaced_position(cursor: str | None) -> RowPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_unplaced` did not make."""
    return row_position(cursor)


def cursor_of_debt(row: Debt) -> str:
    return _encoded(row.opened_at, str(row.id))


def debt_position(cursor: str | None) -> RowPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_debt` did not make."""
    return row_position(cursor)


def cursor_of_document(issued: Issued) -> str:
    return _encoded(issued.issued_at, str(issued.id))


def document_position(cursor: str | None) -> RowPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_document` did not make."""
    return row_position(cursor)


def cursor_of_transfer(row: InvoiceTransfer) -> str:
    return _encoded(row.booked_at, str(row.id))


def transfer_position(cursor: str | None) -> RowPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_transfer` did not make."""
    return row_position(cursor)


def cursor_of_dispute(row: Dispute) -> str:
    return _encoded(row.opened_at, str(row.id))


def dispute_position(cursor: str | None) -> RowPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_dispute` did not make."""
    return row_position(cursor)


def cursor_of_credit(row: Credit) -> str:
    return _encoded(row.granted_at, str(row.id))


def credit_position(cursor: str | None) -> RowPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_credit` did not make."""
    return row_position(cursor)


def cursor_of_entry(posted: Posted) -> str:
    return _encoded(posted.at, str(posted.entry))


def entry_position(cursor: str | None) -> RowPosition | None:
    """Raises ApiProblem(cursor_invalid) for anything that `cursor_of_entry` did not make."""
    return row_position(cursor)


def cursor_of_named(name: str) -> str:
    """Of lists by name: ids that somebody chose."""
    return _written([name])


def named_position(cursor: str | None) -> str:
    """The name after which the page begins; empty: from the first on.

    Raises ApiProblem(cursor_invalid) for anything that `cursor_of_named` did not make.
    """
    return "" if cursor is None else _read(cursor, _one_name)


def _one_name(parts: list[Any]) -> str:
    (name,) = parts
    if not isinstance(name, str) or not name.isprintable():
        raise ValueError(name)
    return name


def cursor_of_row(at: datetime, number: int) -> str:
    """Of a list that begins with the newest."""
    return _encoded(at, str(number))


def row_position(cursor: str | None) -> RowPosition | None:
    return _decoded(cursor, 1, lambda at, texts: RowPosition(at, _row_number(texts[0])))


def _row_number(written: str) -> int:
    number = int(written)
    if not 0 < number <= LARGEST_ROW:
        raise ValueError(written)
    return number


def _encoded(at: datetime, *texts: str) -> str:
    return _written([at.isoformat(), *texts])


def _written(parts: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _decoded(cursor: str | None, count: int, place: Callable[[datetime, list[str]], _Place]) -> _Place | None:
    """An instant with a zone, then `count` texts."""

    def read(parts: list[Any]) -> _Place:
        written, *texts = parts
        at = datetime.fromisoformat(written)
        sane = len(texts) == count and all(isinstance(text, str) and text.isprintable() for text in texts)
        if at.tzinfo is None or not sane:
            raise ValueError(cursor)
        return place(at, texts)

    return None if cursor is None else _read(cursor, read)


def _read(cursor: str, place: Callable[[list[Any]], _Place]) -> _Place:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return place(json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)))
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise ApiProblem(
            "cursor_invalid", "send next_cursor of the page before, unchanged, or none"
        ) from error
