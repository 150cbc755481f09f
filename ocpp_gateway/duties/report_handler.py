"""What the gateway does with what chargers say, the same for all versions.

What changes nothing is answered at once. Everything else goes through a lane: done together with what other
chargers wait for, committed, and only then answered.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, assert_never

from msgspec import structs
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.charging.trouble import trouble_of
from ocpp_gateway.duties import connectivity
from ocpp_gateway.duties.authorize import Judged, judge_all, record_edges
from ocpp_gateway.duties.certificates.signing import CertificateSigning
from ocpp_gateway.duties.device_holds.reported import take_removed_hold
from ocpp_gateway.duties.device_model import take_model
from ocpp_gateway.duties.event_times import takes_its_turn
from ocpp_gateway.duties.meter_values import take_meter
from ocpp_gateway.duties.received_call import KnownStatus, Outcome, ReceivedCall
from ocpp_gateway.duties.statuses import take_each, take_statuses
from ocpp_gateway.duties.transactions import take_transaction
from ocpp_gateway.duties.uploads import take_upload
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage.inbox import AlreadyRecorded
from ocpp_gateway.storage.lanes import Done, Lane
from ocpp_gateway.wire.answers import Acknowledged, Answer, TimeAnswer, UnknownVendor
from ocpp_gateway.wire.reports import (
    Booted,
    CertificateAsked,
    Heartbeat,
    HoldRemoved,
    MeterReported,
    ModelReported,
    Noted,
    Report,
    StatusesReported,
    StatusReported,
    TokenPresented,
    TransactionReported,
    UploadReported,
    VendorData,
)

_PATIENCE_S = 60.0
"""A charger that has heard nothing for this long has given the call up."""
_TOKEN_PATIENCE_S = 20.0
"""Somebody stands in front of the charger."""
_LARGEST_SET = 256
_LARGEST_SEQUENCE = 16
"""Effects that are written one after the other: a longer transaction would only make its chargers wait."""

_ACKNOWLEDGED = Acknowledged()
_UNKNOWN_VENDOR = UnknownVendor()

_Effect = (
    TransactionReported | MeterReported | StatusesReported | HoldRemoved | UploadReported | ModelReported
)
"""Reports that are written one after the other."""

OutcomeDone = Done[Outcome]


class ReportHandler:
    """`immediate` answers without the database; `submit` answers after a commit."""

    def __init__(
        self,
        engine: AsyncEngine,
        metrics: GatewayMetrics,
        heartbeat_s: int,
        signing: CertificateSigning | None = None,
    ) -> None:
        self._engine = engine
        self._signing = signing or CertificateSigning()
        self._autocommitting = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._heartbeat_s = heartbeat_s
        # No patience: a charger does not repeat a status, nor a transaction message that an error answered.
        self._statuses = Lane(
            "statuses",
            self._take_statuses,
            metrics=metrics,
            largest=_LARGEST_SET,
            workers=2,
        )
        self._tokens = Lane(
            "tokens",
            self._take_tokens,
            metrics=metrics,
            largest=_LARGEST_SET,
            workers=1,
            patience_s=_TOKEN_PATIENCE_S,
        )
        self._edges = Lane(
            "token_edges",
            self._record_edges,
            metrics=metrics,
            largest=_LARGEST_SET,
            patience_s=_TOKEN_PATIENCE_S,
        )
        self._boots = Lane(
            "boots", self._take_boots, metrics=metrics, largest=_LARGEST_SET, patience_s=_PATIENCE_S
        )
        self._effects = Lane(
            "effects", self._take_effects, metrics=metrics, largest=_LARGEST_SEQUENCE, workers=3
        )

    @property
    def lanes(self) -> "tuple[Lane[Any, Any], ...]":
        return self._statuses, self._tokens, self._edges, self._boots, self._effects

    def immediate(self, known: Mapping[int, KnownStatus], report: Report, now: datetime) -> Answer | None:
        """The answer to what has no effect; None: `submit` it. `known`: statuses that are committed."""
        kind = type(report)
        if kind is Heartbeat:
            return TimeAnswer(now=now)
        if isinstance(report, StatusReported):
            shown = known.get(report.connector_number) if report.plug in (None, 1) else None
            # Trouble is never old news: an operator may have ended it meanwhile.
            same = shown is not None and shown[0] is report.status and shown[1] == report.error_code
            return _ACKNOWLEDGED if same and trouble_of(report.status, report.error_code) is None else None
        if kind is Noted:
            return _ACKNOWLEDGED
        if kind is VendorData:
            return _UNKNOWN_VENDOR
        return None

    def submit(self, received: ReceivedCall, report: Report, done: OutcomeDone) -> None:
        """Have the effects of `report` committed; `done` gets the outcome, or what went wrong."""
        key = received.charger_id
        match report:
            case StatusReported():
                if takes_its_turn(received, report):
                    self._statuses.submit((received, report), key, done)
                else:
                    done(Outcome(answer=_ACKNOWLEDGED))
            case TokenPresented():
                self._tokens.submit((received, report), key, partial(self._judged, done))
            case Booted():
                self._boots.submit((received, report), key, done)
            case StatusesReported():
                self._effects.submit((received, _in_order(received, report)), key, done)
            case TransactionReported() | MeterReported() | HoldRemoved() | UploadReported() | ModelReported():
                self._effects.submit((received, report), key, done)
            case CertificateAsked():
                done(self._signing.take(received, report))
            case Heartbeat() | VendorData() | Noted():
                done(Outcome(answer=_ACKNOWLEDGED))  # `immediate` answers them
            case _:
                assert_never(report)

    def _judged(self, done: OutcomeDone, judged: Judged | BaseException) -> None:
        """Most presentations leave no edge: their answer waits for nobody's commit."""
        if isinstance(judged, Judged) and judged.writes:
            self._edges.submit(judged, judged.received.charger_id, done)
        else:
            done(judged if isinstance(judged, BaseException) else judged.outcome)

    # -- the lanes' work ----------------------------------------------------------------------------------
    async def _take_statuses(self, items: Sequence[tuple[ReceivedCall, StatusReported]]) -> list[Outcome]:
        async with self._engine.begin() as connection:
            return await take_statuses(connection, items)

    async def _take_tokens(self, items: Sequence[tuple[ReceivedCall, TokenPresented]]) -> list[Judged]:
        # One read, and one statement that writes: BEGIN and COMMIT would be half of the round trips.
        async with self._autocommitting.connect() as connection:
            return await judge_all(connection, items)

    async def _record_edges(self, judged: Sequence[Judged]) -> list[Outcome]:
        async with self._autocommitting.connect() as connection:
            await record_edges(connection, judged)
        return [one.outcome for one in judged]

    async def _take_boots(self, items: Sequence[tuple[ReceivedCall, Booted]]) -> list[Outcome]:
        async with self._engine.begin() as connection:
            return await connectivity.boot(connection, items, self._heartbeat_s)

    async def _take_effects(self, items: Sequence[tuple[ReceivedCall, _Effect]]) -> list[Outcome]:
        try:
            return await self._apply_each(items)
        except AlreadyRecorded:
            if len(items) > 1:
                raise  # the lane takes the batch apart
            # Lost a race against another connection of the same charger: its answer is there now.
            return await self._apply_each(items)

    async def _apply_each(self, items: Sequence[tuple[ReceivedCall, _Effect]]) -> list[Outcome]:
        async with self._engine.begin() as connection:
            return [await _apply(connection, received, report) for received, report in items]


def _in_order(received: ReceivedCall, report: StatusesReported) -> StatusesReported:
    """Without what was over already."""
    current = tuple([one for one in report.statuses if takes_its_turn(received, one)])
    return structs.replace(report, statuses=current)


async def _apply(connection: AsyncConnection, received: ReceivedCall, report: _Effect) -> Outcome:
    match report:
        case TransactionReported():
            return await take_transaction(connection, received, report)
        case MeterReported():
            return await take_meter(connection, received, report)
        case StatusesReported():
            return await take_each(connection, received, report.statuses, report.locks)
        case HoldRemoved():
            return await take_removed_hold(connection, received, report)
        case UploadReported():
            return await take_upload(connection, received, report)
        case ModelReported():
            return await take_model(connection, received, report)
        case _:
            assert_never(report)
