"""Compares what chargers show with what we hold there, and mends both ways: lost holds and forgotten cancellations.

The only place that decides that a hold is missing on a device. It looks now and then; what it sees counts once it
has been the same for a settling time, so a flicker is nothing. A lost hold becomes an event for the reservation,
whose workflow pushes it again; a hold that we have given back is cancelled again from here.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.capabilities import CapabilityRecord, kept_a_hold, lost_a_hold, taught
from domain.charging.commands import CancelReservation, CommandOutcome
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEvent, ChargerEventKind, HoldLoss
from ocpp_gateway.duties.capabilities.keeper import CapabilityKeeper, Change
from ocpp_gateway.duties.live_chargers import LiveChargers
from ocpp_gateway.storage.device_holds import Sight, Tell, newest_given_back, sights, tells
from ocpp_gateway.storage.inbox import AlreadyRecorded, Fact, record
from workflows.reservation.device_hold import RE_PUSHES

log = structlog.get_logger(__name__)

_TELLS, _CANCELS = RE_PUSHES + 1, 3
"""At most so often for one hold. The last tell is the one upon which the workflow stops pushing and promises less."""
_MAY_HAVE_IT = frozenset({CommandOutcome.ACCEPTED, CommandOutcome.NO_RESPONSE, None})
"""Answers to the last push that what is shown afterwards may belie; a refusal has told the workflow itself."""
_KEPT_AFTER = timedelta(minutes=10)
_REMEMBERED = 4096
_CHARGERS_AT_ONCE = 500
"""So that reading the answer keeps no charger's message waiting for long."""

Key = tuple[int, int | None, ConnectorStatus, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldWatch:
    """Seconds. `every_s`: between two looks. `settle_s`: how long something must be so before it counts."""

    every_s: float = 30.0
    settle_s: float = 25.0


class DeviceHolds:
    """`wake`: an event was recorded, deliver it."""

    def __init__(
        self,
        engine: AsyncEngine,
        chargers: LiveChargers,
        capabilities: CapabilityKeeper,
        *,
        wake: Callable[[], None],
        watch: HoldWatch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._chargers = chargers
        self._capabilities = capabilities
        self._wake = wake
        self._watch = watch or HoldWatch()
        self._clock = clock
        self._since: dict[Key, float] = {}
        self._told: Counter[int] = Counter()
        self._cancelled: Counter[int] = Counter()

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(self._watch.every_s)
            await self.look()

    async def look(self) -> None:
        """One comparison of all our chargers. The database's troubles leave it to the next one."""
        ours = [connection.charger_id for connection in self._chargers]
        try:
            seen = await self._sights(ours)
            settled = self._settled(seen)
            await self._learn(seen, settled)
            await self._tell([sight for sight in settled if _is_missing(sight)])
            await self._cancel([sight for sight in settled if self._is_left_over(sight)])
        except (SQLAlchemyError, OSError) as error:
            log.warning("holds_not_compared", error=repr(error))

    async def _sights(self, charger_ids: Sequence[str]) -> list[Sight]:
        seen: list[Sight] = []
        async with self._engine.connect() as database:
            for first in range(0, len(charger_ids), _CHARGERS_AT_ONCE):
                some = charger_ids[first : first + _CHARGERS_AT_ONCE]
                seen += await sights(database, some, datetime.now(UTC))
        return seen

    def _settled(self, seen: Sequence[Sight]) -> list[Sight]:
        """Those that have shown the same since an earlier look, for long enough."""
        now = self._clock()
        self._since = {key: self._since.get(key, now) for key in map(_key, seen)}
        holds = {sight.hold_id for sight in seen}
        for hold_id in [hold_id for hold_id in self._told if hold_id not in holds]:
            del self._told[hold_id]
        return [sight for sight in seen if now - self._since[_key(sight)] >= self._watch.settle_s]

    # -- learning -----------------------------------------------------------------------------------------
    async def _learn(self, seen: Sequence[Sight], settled: Sequence[Sight]) -> None:
        calm = set(map(_key, settled))
        for sight in seen:
            accepted = (
                sight.hold_id is not None
                and self._capabilities.answer_to(sight.hold_id) is CommandOutcome.ACCEPTED
            )
            lesson = _lesson(sight, accepted=accepted, settled=_key(sight) in calm)
            if lesson is not None:
                await self._capabilities.teach(sight.charger_id, lesson)

    # -- lost holds ---------------------------------------------------------------------------------------
    async def _tell(self, missing: Sequence[Sight]) -> None:
        for sight in missing:
            hold_id = sight.hold_id
            if hold_id is None or self._told[hold_id] >= _TELLS or not await self._record(sight, hold_id):
                continue
            log.info("hold_missing_on_device", charger=sight.charger_id, hold=hold_id)
            self._wake()
            if self._told[hold_id] == 1:
                await self._capabilities.teach(sight.charger_id, lost_a_hold)

    async def _record(self, sight: Sight, hold_id: int) -> bool:
        """False: this very loss was told before, by us or by another instance, and no push has failed since."""
        now = datetime.now(UTC)
        prefix = f"{sight.charger_id}:hold:{hold_id}:{HoldLoss.MISSING}:"
        shown = f":{sight.status_at.isoformat() if sight.status_at else ''}"
        try:
            async with self._engine.begin() as database:
                told = await tells(database, sight, prefix)
                self._told[hold_id] = len(told)
                if not self._is_news(hold_id, told, shown, now):
                    return False
                await record(database, _missing(sight, f"{prefix}{len(told)}{shown}", now), now)
        except AlreadyRecorded:
            return False
        self._told[hold_id] += 1
        return True

    def _is_news(self, hold_id: int, told: Sequence[Tell], shown: str, now: datetime) -> bool:
        """A loss not told yet; or the push that followed the last tell has had its time and changed nothing."""
        if not told:
            return True
        if len(told) >= _TELLS:
            return False
        last = told[-1]
        if not last.event_id.endswith(shown):
            return True
        if last.heard_at is None or now - last.heard_at < timedelta(seconds=self._watch.settle_s):
            return False
        return self._capabilities.answer_to(hold_id) in _MAY_HAVE_IT

    # -- forgotten cancellations --------------------------------------------------------------------------
    def _is_left_over(self, sight: Sight) -> bool:
        """Reserved, but not for us: nothing is locked there, or ours found it taken."""
        if sight.status is not ConnectorStatus.RESERVED:
            return False
        if sight.hold_id is None:
            return True
        return self._capabilities.answer_to(sight.hold_id) is CommandOutcome.OCCUPIED

    async def _cancel(self, left_over: Sequence[Sight]) -> None:
        if not left_over:
            return
        async with self._engine.connect() as database:
            holds = await newest_given_back(
                database, [sight.connector_id for sight in left_over], datetime.now(UTC)
            )
        await asyncio.gather(
            *(
                self._cancel_one(sight.charger_id, holds[sight.connector_id])
                for sight in left_over
                if sight.connector_id in holds
            )
        )

    async def _cancel_one(self, charger_id: str, hold_id: int) -> None:
        connection = self._chargers.get(charger_id)
        if connection is None or self._cancelled[hold_id] >= _CANCELS:
            return
        if len(self._cancelled) >= _REMEMBERED:
            self._cancelled.clear()
        self._cancelled[hold_id] += 1
        reply = await self._chargers.send(charger_id, connection.epoch, CancelReservation(hold_id=hold_id))
        log.info("hold_cancelled_again", charger=charger_id, hold=hold_id, outcome=reply.outcome.value)
        if reply.outcome is CommandOutcome.REJECTED:
            self._cancelled[hold_id] = _CANCELS  # it has no such hold: what it shows is not ours


def _key(sight: Sight) -> Key:
    return sight.connector_id, sight.hold_id, sight.status, sight.status_at


def _missing(sight: Sight, event_id: str, now: datetime) -> Fact:
    event = ChargerEvent(
        event_id=event_id,
        kind=ChargerEventKind.HOLD_REMOVED,
        charger_id=sight.charger_id,
        at=now,
        connector_id=sight.connector_id,
        detail=HoldLoss.MISSING,
    )
    return Fact(event=event, recipients={sight.reservation_code or "": None})


def _is_missing(sight: Sight) -> bool:
    return _shows_nothing(sight) and sight.record.reports_reserved is True


def _lesson(sight: Sight, *, accepted: bool, settled: bool) -> Change | None:
    """What this sight of a connector with a locked hold teaches. `accepted`: the charger took that hold."""
    if sight.hold_id is None:
        return None
    known, status = sight.record, sight.status
    facts: dict[str, bool] = {}
    if status is ConnectorStatus.RESERVED and known.reports_reserved is not True:
        facts["reports_reserved"] = True
    elif accepted and settled and _shows_nothing(sight) and known.reports_reserved is None:
        facts["reports_reserved"] = False
    if accepted and sight.stranger_began and known.honours_holds is not False:
        facts["honours_holds"] = False
    kept = bool(known.losing_streak) and settled and _stands(sight)
    if not facts and not kept:
        return None

    def lesson(record: CapabilityRecord) -> CapabilityRecord:
        record = taught(record, **facts) if facts else record
        return kept_a_hold(record) if kept else record

    return lesson


def _shows_nothing(sight: Sight) -> bool:
    return sight.awaited and sight.status is ConnectorStatus.AVAILABLE


def _stands(sight: Sight) -> bool:
    long_ago = datetime.now(UTC) - _KEPT_AFTER
    return (
        sight.status is ConnectorStatus.RESERVED
        and sight.locked_at is not None
        and sight.locked_at <= long_ago
    )
