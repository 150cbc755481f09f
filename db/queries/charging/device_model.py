"""Device models, as operators search them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import DeviceReport, DeviceVariable
from domain.charging.device_report import ReportProgress

_ROW = DeviceVariable
_PLACE = (
    _ROW.component,
    _ROW.component_instance,
    _ROW.evse,
    _ROW.connector,
    _ROW.variable,
    _ROW.variable_instance,
    _ROW.attribute,
)
Place = tuple[str, str, int, int, str, str, str]
"""Of a row among those of its charger: component, its instance, EVSE, connector, variable, its instance, attribute."""


def place_of(row: DeviceVariable) -> Place:
    return (
        row.component,
        row.component_instance,
        row.evse,
        row.connector,
        row.variable,
        row.variable_instance,
        row.attribute,
    )


def progress_of(row: Any) -> ReportProgress:
    """Of a DeviceReport, or of its columns."""
    return ReportProgress(
        parts=tuple((first, last) for first, last in row.parts),
        last=row.last_part,
        cut=row.cut,
        asked_at=row.asked_at,
        first_at=row.first_at,
        last_at=row.last_at,
    )


async def reports_of(session: AsyncSession, charger_id: str) -> Sequence[DeviceReport]:
    """Its newest reports, the newest first."""
    rows = select(DeviceReport).where(DeviceReport.charger_id == charger_id)
    return (
        await session.scalars(rows.order_by(DeviceReport.changed_at.desc(), DeviceReport.report.desc()))
    ).all()


async def page(
    session: AsyncSession, charger_id: str, *, search: str | None, after: Place | None, limit: int
) -> Sequence[DeviceVariable]:
    """Up to `limit` + 1 by name; `search`: text in a component's, a variable's name or a value, whatever the case."""
    statement = select(_ROW).where(_ROW.charger_id == charger_id).order_by(*_PLACE).limit(limit + 1)
    if search:
        statement = statement.where(_has(search))
    if after is not None:
        statement = statement.where(tuple_(*_PLACE) > after)
    return (await session.scalars(statement)).all()


def _has(search: str) -> ColumnElement[bool]:
    columns = (_ROW.component, _ROW.variable, _ROW.component + "." + _ROW.variable, _ROW.value)
    return or_(*(column.icontains(search, autoescape=True) for column in columns))
