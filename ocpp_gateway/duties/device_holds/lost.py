"""Lost holds: what a device shows no more becomes an event for the reservation, whose workflow pushes it again."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.capabilities import counts_as_lost, lost_a_hold
from domain.charging.events import ChargerEvent, ChargerEventKind, HoldLoss
from domain.reservation.hold_losses import MOST_TOLD, ToldMissing, is_news
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.storage.device_holds import ReportedLoss, Sight, reported_missing
from ocpp_gateway.storage.inbox import AddressedEvent, AlreadyRecorded, record

log = structlog.get_logger(__name__)


class LostHolds:
    """`wake`: an event was recorded, deliver it. `settle_s`: how long a push is given to show."""

    def __init__(
        self,
        engine: AsyncEngine,
        capabilities: CapabilityRecords,
        *,
        wake: Callable[[], None],
        settle_s: float,
    ) -> None:
        self._engine = engine
        self._capabilities = capabilities
        self._wake = wake
        self._settle = timedelta(seconds=settle_s)
        self._reported: Counter[int] = Counter()

    def keep(self, hold_ids: Collection[int | None]) -> None:
        """Forget what was reported of all other holds: they are over."""
        for hold_id in [hold_id for hold_id in self._reported if hold_id not in hold_ids]:
            del self._reported[hold_id]

    async def report(self, missing: Sequence[Sight]) -> None:
        for sight in missing:
            hold_id = sight.hold_id
            if (
                hold_id is None
                or self._reported[hold_id] >= MOST_TOLD
                or not await self._record(sight, hold_id)
            ):
                continue
            log.info("hold_missing_on_device", charger=sight.charger_id, hold=hold_id)
            self._wake()
            if counts_as_lost(self._reported[hold_id]):
                await self._capabilities.teach(sight.charger_id, lost_a_hold)

    async def _record(self, sight: Sight, hold_id: int) -> bool:
        """False: this very loss was told before, by us or by another instance, and no push has failed since."""
        now = datetime.now(UTC)
        try:
            async with self._engine.begin() as database:
                reported = await reported_missing(database, sight)
                self._reported[hold_id] = len(reported)
                if not is_news(self._told(sight, hold_id, reported), self._settle, now):
                    return False
                await record(database, _missing(sight, hold_id, len(reported), now), now)
        except AlreadyRecorded:
            return False
        self._reported[hold_id] += 1
        return True

    def _told(self, sight: Sight, hold_id: int, reported: Sequence[ReportedLoss]) -> ToldMissing | None:
        if not reported:
            return None
        last = reported[-1]
        return ToldMissing(
            times=len(reported),
            shown_anew=last.event_id != _event_id(sight, hold_id, len(reported) - 1),
            heard_at=last.heard_at,
            answer=self._capabilities.answer_to(hold_id),
        )


def _missing(sight: Sight, hold_id: int, told_before: int, now: datetime) -> AddressedEvent:
    event = ChargerEvent(
        event_id=_event_id(sight, hold_id, told_before),
        kind=ChargerEventKind.HOLD_REMOVED,
        charger_id=sight.charger_id,
        at=now,
        connector_id=sight.connector_id,
        hold_id=hold_id,
        detail=HoldLoss.MISSING,
    )
    return AddressedEvent(event=event, recipients={sight.reservation_code or "": None})


def _event_id(sight: Sight, hold_id: int, told_before: int) -> str:
    """The same for all who see the same status and have been told of as many losses before."""
    shown = sight.status_at.isoformat() if sight.status_at else ""
    return f"{sight.charger_id}:hold:{hold_id}:{HoldLoss.MISSING}:{told_before}:{shown}"
