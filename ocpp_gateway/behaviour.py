"""What the gateway does with what chargers say, the same for all versions. One message, one transaction."""

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ocpp_gateway import presence
from ocpp_gateway.answers import Acknowledged, TimeAnswer, UnknownVendor
from ocpp_gateway.presentation import present
from ocpp_gateway.reports import (
    Booted,
    Heartbeat,
    HoldRemoved,
    MeterReported,
    Noted,
    Report,
    StatusesReported,
    StatusReported,
    TokenPresented,
    TransactionReported,
    VendorData,
)
from ocpp_gateway.statuses import take_status
from ocpp_gateway.store.inbox import AlreadyRecorded
from ocpp_gateway.transactions import take_meter, take_transaction
from ocpp_gateway.visit import Outcome, Told, Visit


class Behaviour:
    def __init__(self, engine: AsyncEngine, heartbeat_s: int) -> None:
        self._engine = engine
        self._heartbeat_s = heartbeat_s

    async def handle(self, visit: Visit, report: Report) -> Outcome:
        """Commit the effects of `report`, then return what to answer. Raises what the database raises."""
        match report:
            case Heartbeat():
                return Outcome(answer=TimeAnswer(now=visit.received_at))
            case VendorData():
                return Outcome(answer=UnknownVendor())
            case Noted():
                return Outcome(answer=Acknowledged())
            case StatusReported() if self._is_known(visit, report):
                return Outcome(answer=Acknowledged())
        try:
            return await self._apply(visit, report)
        except AlreadyRecorded:
            # Lost a race against another connection of the same charger: its answer is there now.
            return await self._apply(visit, report)

    @staticmethod
    def _is_known(visit: Visit, report: StatusReported) -> bool:
        return visit.statuses.get(report.connector_number) == (report.status, report.error_code)

    async def _apply(self, visit: Visit, report: Report) -> Outcome:
        async with self._engine.begin() as connection:
            match report:
                case StatusReported():
                    return await self._take_statuses(connection, visit, (report,))
                case StatusesReported():
                    return await self._take_statuses(connection, visit, report.statuses)
                case TokenPresented():
                    return await present(connection, visit, report)
                case TransactionReported():
                    return await take_transaction(connection, visit, report)
                case MeterReported():
                    return await take_meter(connection, visit, report)
                case HoldRemoved():
                    return await presence.lose_hold(connection, visit, report)
                case Booted():
                    return await presence.boot(connection, visit, report, self._heartbeat_s)
                case _:
                    return Outcome(answer=Acknowledged())

    @staticmethod
    async def _take_statuses(
        connection: AsyncConnection, visit: Visit, reports: tuple[StatusReported, ...]
    ) -> Outcome:
        committed: dict[int, Told] = {}
        for report in reports:
            committed |= await take_status(connection, visit, report)
        return Outcome(answer=Acknowledged(), events=bool(committed), statuses=committed)
