"""What is known of a day once it is over: the records as they stand, beside what really happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import select

from chaos.audit.evidence import Evidence, Running, Violation
from chaos.audit.postgres import Records, seen_of
from chaos.audit.reading import intents_at
from contracts.publication import ReservationView
from days.day import Day
from days.truth import Leg, Truth
from days.walk_ins import Handed
from db.tables import ChargingSession, Hold


@dataclass(frozen=True)
class Found:
    """`sessions`: rows of charging sessions. `views`: what each reservation's workflow says of itself, by code.

    `heard`: by whoever bills walk-ins. `holds`: rows of them all.
    """

    day: Day
    truth: Truth
    evidence: Evidence
    sessions: list[Any]
    views: dict[str, ReservationView]
    heard: list[Handed]
    holds: list[Any]

    @cached_property
    def matched(self) -> list[tuple[Leg, Any]]:
        """What flowed, each with the row of its own that it has, or None."""
        left, pairs = list(self.sessions), []
        for leg in self.truth.legs:
            row = _row_of(leg, left)
            pairs.append((leg, row))
            left = [other for other in left if other is not row]
        return pairs


def _row_of(leg: Leg, rows: list[Any]) -> Any:
    """By the charger's own number for it; else by place and time."""
    here = [row for row in rows if row.charger_id == leg.charger]
    numbered = [row for row in here if leg.seen.id is not None and row.transaction_id == str(leg.seen.id)]
    if numbered:
        return min(numbered, key=lambda row: abs(row.started_at - leg.began))
    near = [row for row in here if abs(row.started_at - leg.began) < timedelta(minutes=3)]
    return min(near, key=lambda row: abs(row.started_at - leg.began), default=None)


async def read_found(day: Day) -> Found:
    shown = await day.stage.shown()
    views = {code: view for code, (_, view) in shown.items()}
    evidence = await _evidence(day, shown)
    sessions, holds = await _rows(day, ChargingSession), await _rows(day, Hold)
    return Found(day, day.truth, evidence, sessions, views, day.biller.heard, holds)


async def _evidence(day: Day, shown: dict[str, tuple[bool, ReservationView]]) -> Evidence:
    records = Records(day.sessions)
    listed = await records.listed()
    return Evidence(
        listed=listed,
        running=_running(shown),
        holds=await records.holds(),
        sessions=await records.sessions(),
        undelivered=await records.undelivered(),
        priced=await records.priced(),
        payments=await records.payments(),
        intents=tuple(one for one in await intents_at(day.control) if one.code in listed),
        ledger=await records.ledger(),
        credits=await records.credits(),
        notices=await records.notices(),
    )


def _running(shown: dict[str, tuple[bool, ReservationView]]) -> dict[str, Running]:
    running = {}
    for code, (over, view) in shown.items():
        seen = seen_of(view)
        status = "COMPLETED" if over else "RUNNING"
        running[code] = Running(
            status=status,
            state_attribute=seen.state,
            attention_attribute=bool(seen.needs_attention),
            seen=seen,
        )
    return running


async def _rows(day: Day, table: type[ChargingSession] | type[Hold]) -> list[Any]:
    async with day.engine.connect() as connection:
        rows = await connection.execute(select(table.__table__).order_by(table.id))
        return list(rows.all())


def leg_told(found: Found, leg: Leg) -> dict[str, Any]:
    def clock(at: datetime | None) -> str:
        return "" if at is None else found.day.calendar.told(at)

    return {
        "where": f"{leg.charger}/{leg.connector}",
        "began": clock(leg.began),
        "ended": clock(leg.ended),
        "wh": leg.wh,
        "id": leg.seen.id,
        "forgotten": leg.forgotten,
    }


def wrong(what: str, about: str, detail: object = None) -> Violation:
    """`what`: a stable word."""
    return Violation(invariant="day", what=what, about=about, detail=detail)
