"""What a 2.x charger reports of its device model, kept for operators to search, with how far each report has come.

Rules ask it for one thing: which plugs an EVSE has, of which types. What a report does not list is gone only if all of
the report is there.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.charging.commands import Command, CommandReply, GetBaseReport
from domain.charging.connector import MOST_PLUGS, ConnectorStatus
from domain.charging.device_report import asked, told
from domain.charging.plugs import ocpi_type
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.duties.statuses import take_statuses
from ocpp_gateway.storage.device_model import DeviceAttribute, keep, told_of_plugs
from ocpp_gateway.storage.device_reports import change
from ocpp_gateway.storage.plugs import take_plugs
from ocpp_gateway.wire.answers import Acknowledged
from ocpp_gateway.wire.reports import ModelReported, StatusReported

log = structlog.get_logger(__name__)


async def take_model(connection: AsyncConnection, received: ReceivedCall, report: ModelReported) -> Outcome:
    """The newer word about a variable replaces the older one."""
    rows = [
        DeviceAttribute(
            component=entry.component,
            component_instance=entry.component_instance,
            evse=entry.evse,
            connector=entry.connector,
            variable=entry.variable,
            variable_instance=entry.variable_instance,
            attribute=entry.attribute,
            value=entry.value,
            mutability=entry.mutability,
        )
        for entry in report.entries
    ]
    complete_since = await _take_part(connection, received, report, rows)
    again = []
    if complete_since is not None:
        again = await _take_plugs(connection, received, report.report, complete_since)
    told_anew = []
    for one in again:
        told_anew += await take_statuses(connection, [(received, one)], shown_now=False)
    return Outcome(
        answer=Acknowledged(),
        events=any(one.events for one in told_anew),
        statuses={number: known for one in told_anew for number, known in one.statuses.items()},
        statuses_doubted=any(one.statuses_doubted for one in told_anew),
    )


async def note_if_report(
    engine: AsyncEngine, charger_id: str, command: Command, reply: CommandReply, now: datetime
) -> None:
    """A report that was asked for. The database's troubles keep nothing from being sent; then nobody asked."""
    if not isinstance(command, GetBaseReport) or not reply.outcome.may_take_effect:
        return
    try:
        async with engine.begin() as database:
            await change(database, charger_id, command.request_id, partial(asked, at=now), now)
    except (SQLAlchemyError, OSError) as error:
        log.warning("report_not_noted", charger=charger_id, report=command.request_id, error=repr(error))


async def _take_part(
    connection: AsyncConnection,
    received: ReceivedCall,
    report: ModelReported,
    rows: Sequence[DeviceAttribute],
) -> datetime | None:
    """The beginning of the report, if it is complete by this part."""
    now = received.at
    part = partial(told, number=report.number, last=report.last, at=now)
    changed = await change(connection, received.charger_id, report.report, partial(part, cut=report.cut), now)
    if changed is None:
        return None
    before, after = changed
    fits = await keep(connection, received.charger_id, rows, now, report=report.report, since=after.first_at)
    if not fits and not after.cut:
        cut = partial(replace, cut=True)
        await change(connection, received.charger_id, report.report, cut, now)
        return None
    is_news = after.first_at != before.first_at or not before.is_complete
    return after.first_at if after.is_complete and is_news else None


async def _take_plugs(
    connection: AsyncConnection, received: ReceivedCall, report: int, since: datetime
) -> list[StatusReported]:
    """Plugs that are gone say nothing any more; what is left of their EVSEs' words, to be told anew."""
    again = []
    for evse, words in (await told_of_plugs(connection, received.charger_id, report, since)).items():
        kept = dict(sorted(words.items())[:MOST_PLUGS])
        types = {str(number): ocpi for number, word in kept.items() if (ocpi := ocpi_type(word))}
        left = await take_plugs(
            connection, received.charger_id, evse, there={str(n) for n in kept}, types=types
        )
        again += [
            StatusReported(
                connector_number=evse,
                status=status,
                at=received.at,
                merely_occupied=status is ConnectorStatus.OCCUPIED,
                plug=int(plug),
            )
            for plug, status in list(left.items())[:1]
        ]
    return again
