"""Lost holds: what a device shows no more becomes an event for the reservation, whose workflow pushes it again."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.capabilities import counts_as_lost, lost_a_hold
from domain.charging.commands import CommandOutcome
from domain.charging.events import ChargerEvent, ChargerEventKind, HoldLoss
from domain.reservation.device_pushes import RE_PUSHES
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.storage.device_holds import ReportedLoss, Sight, reports_of
from ocpp_gateway.storage.inbox import AddressedEvent, AlreadyRecorded, record

log = structlog.get_logger(__name__)

_REPORTS = RE_PUSHES + 1
"""At most so often for one hold; upon the last one the workflow stops pushing and promises less."""
_MAY_HAVE_IT = frozenset({CommandOutcome.ACCEPTED, CommandOutcome.NO_RESPONSE, None})
"""Answers to the last push that what is shown afterwards may belie; a refusal has told the workflow itself."""


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
        self._settle_s = settle_s
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
                or self._reported[hold_id] >= _REPORTS
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
        prefix = f"{sight.charger_id}:hold:{hold_id}:{HoldLoss.MISSING}:"
        shown = f":{sight.status_at.isoformat() if sight.status_at else ''}"
        try:
            async with self._engine.begin() as database:
                reported = await reports_of(database, sight, prefix)
                self._reported[hold_id] = len(reported)
                if not self._is_news(hold_id, reported, shown, now):
                    return False
                await record(database, _missing(sight, f"{prefix}{len(reported)}{shown}", now), now)
        except AlreadyRecorded:
            return False
        self._reported[hold_id] += 1
        return True

    def _is_news(self, hold_id: int, reported: Sequence[ReportedLoss], shown: str, now: datetime) -> bool:
        """A loss not reported yet; or the push that followed the last report has had its time and changed nothing."""
        if not reported:
            return True
        if len(reported) >= _REPORTS:
            return False
        last = reported[-1]
        if not last.event_id.endswith(shown):
            return True
        if last.heard_at is None or now - last.heard_at < timedelta(seconds=self._settle_s):
            return False
        return self._capabilities.answer_to(hold_id) in _MAY_HAVE_IT


def _missing(sight: Sight, event_id: str, now: datetime) -> AddressedEvent:
    event = ChargerEvent(
        event_id=event_id,
        kind=ChargerEventKind.HOLD_REMOVED,
        charger_id=sight.charger_id,
        at=now,
        connector_id=sight.connector_id,
        detail=HoldLoss.MISSING,
    )
    return AddressedEvent(event=event, recipients={sight.reservation_code or "": None})
