"""Who asks for what an activity does, and when: what tells the later of two asks of one reservation."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from temporalio import activity

UNKNOWN_RUN = ""
"""Of rows that were written before runs were kept, or whose versions were forgotten: any run is another one."""


@dataclass(frozen=True, slots=True)
class Asking:
    """`run`: of the workflow that asks. `at`: when it asked, whatever attempt of the activity this is."""

    run: str
    at: datetime


def asking() -> Asking:
    """Of the activity under way."""
    if not activity.in_activity():
        return Asking(UNKNOWN_RUN, datetime.now(UTC))
    info = activity.info()
    return Asking(info.workflow_run_id or UNKNOWN_RUN, info.scheduled_time)


@dataclass(frozen=True, slots=True)
class Order:
    """The columns, or the values, that asks are put in order by."""

    run: ColumnElement[str] | InstrumentedAttribute[str]
    version: ColumnElement[int] | InstrumentedAttribute[int]
    asked_at: ColumnElement[datetime] | InstrumentedAttribute[datetime]


def not_after(kept: Order, asked: Order) -> ColumnElement[bool]:
    """May `asked` take the place of `kept`? Within a run the version counts, and of equal ones when they were asked.

    The history of another run (a reset; the same booking made anew) says nothing about this one's: when it was asked
    counts alone. The server ends a run before the next one can ask.
    """
    later = tuple_(kept.version, kept.asked_at) <= tuple_(asked.version, asked.asked_at)
    return or_(
        and_(kept.run == asked.run, later),
        and_(kept.run != asked.run, kept.asked_at <= asked.asked_at),
    )
