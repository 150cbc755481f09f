"""Records for delivery what whoever bills walk-ins has to hear: a loop over the sessions that changed.

One transaction a session: what changed is taken, compared with what was said last, and the event is recorded with the
revision that it has. So each is said once, whoever works at it and wherever it breaks off.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from activities.money.metered_sessions import transaction_of
from activities.rounds import repeat, until_done
from db.delivery.inbox import NewEvent, Recipient, record
from db.engine import create_sessions
from db.failures import may_pass
from db.queries.charging import walk_ins
from db.queries.charging.troubles import during
from db.queries.charging.walk_ins import Handover, PlacedSession
from db.queries.place.terms import terms_in_force, walk_in_tariff_at
from db.tables import Source, Target
from delivery.backlog import BacklogFigures
from delivery.relay import Relay
from domain.settlement.evidence import evidence_of
from domain.settlement.metering import charging_legs
from domain.settlement.walk_ins import WalkIn, WalkInNews, taken_back, walk_in_bill
from domain.terms.policy import METER_SLACK_WH
from webhooks.signature import keyed_hash
from webhooks.target import LONGEST_PAUSE, WebhookTarget

log = structlog.get_logger(__name__)

_SWEEP = timedelta(seconds=1)
_AFTER_A_FAULT = timedelta(minutes=1)
_DOCUMENT = TypeAdapter(WalkIn)
_HAS_NO_EVSE = "ocpp1."


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Whoever bills walk-ins. `key`: of the secret that both know."""

    url: str
    key: bytes = field(repr=False)


async def hand_on(
    engine: AsyncEngine,
    receiver: Receiver | None,
    stop: asyncio.Event,
    waiting: Callable[[BacklogFigures], None] = lambda _: None,
) -> None:
    """Record and deliver until `stop` is set; None: note that nobody is to be told, and return.

    `waiting`: called in each round of delivery, for metrics.
    """
    sessions = create_sessions(engine)

    async def note() -> None:
        await _note(sessions, is_there=receiver is not None)

    await until_done("walk_ins", note, _SWEEP, stop)
    if receiver is None:
        return
    async with WebhookTarget(Target.WALK_INS, receiver.url, receiver.key) as target:
        relay = Relay(engine, target, longest_pause=LONGEST_PAUSE, waiting=waiting)
        recorder = WalkInRecorder(sessions, receiver.key, relay.wake)
        await asyncio.gather(repeat("walk_ins", recorder.record_all, _SWEEP, stop), relay.run(stop))


async def _note(sessions: async_sessionmaker[AsyncSession], *, is_there: bool) -> None:
    async with sessions.begin() as session:
        await walk_ins.note_receiver(session, is_there=is_there, now=datetime.now(UTC))


class WalkInRecorder:
    """`key`: of the receiver's secret, for hashes of cards. `wake`: called after each event, for the relay."""

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], key: bytes, wake: Callable[[], None] = lambda: None
    ) -> None:
        self._sessions = sessions
        self._key = key
        self._wake = wake

    async def record_all(self) -> None:
        """All that changed until now."""
        while await self._record_one(datetime.now(UTC)):
            pass

    async def _record_one(self, now: datetime) -> bool:
        session_id: int | None = None
        try:
            async with self._sessions.begin() as session:
                session_id = await walk_ins.take_change(session, now)
                is_new = session_id is not None and await self._told_anew(session, session_id, now)
        except Exception as error:
            if session_id is None or may_pass(error):
                raise
            log.exception("walk_in_unreadable", session=session_id)
            async with self._sessions.begin() as session:
                await walk_ins.put_off(session, session_id, until=now + _AFTER_A_FAULT)
            return True
        if is_new:
            self._wake()
        return session_id is not None

    async def _told_anew(self, session: AsyncSession, session_id: int, now: datetime) -> bool:
        found = await walk_ins.placed(session, session_id)
        before = await walk_ins.last_handover(session, session_id)
        row = found.session
        withdrawal = taken_back(ended=row.ended_at is not None, reserved=row.reservation_code is not None)
        told = None if withdrawal else await self._document(session, found)
        if told == (before.told if before else None):
            return False
        handover = Handover(revision=before.revision + 1 if before else 1, told=told)
        await walk_ins.keep_handover(session, session_id, handover, now)
        data = {"revision": handover.revision, **(told or {"session": session_id, "reason": withdrawal})}
        await record(await session.connection(), Source.WALK_IN, [_event(session_id, data, told, now)])
        return True

    async def _document(self, session: AsyncSession, found: PlacedSession) -> dict[str, Any]:
        row, number = found.session, found.number
        terms = await terms_in_force(session, found.site, row.started_at)
        slack = terms.policy.meter_slack_wh if terms else METER_SLACK_WH
        # Who was refused and charged all the same took energy, too.
        (leg,) = charging_legs([replace(await transaction_of(session, row.id), authorised=True)], slack)
        (evidence,) = evidence_of([leg])
        ended_at = row.ended_at or leg.ended_at
        price, version = None, None
        tariff = await walk_in_tariff_at(session, found.site.id, row.started_at)
        if tariff is not None and row.authorised:
            troubles = await during(session, row.charger_id, row.started_at, ended_at)
            price, version = walk_in_bill(leg, tariff[0], troubles), tariff[1]
        told = WalkIn(
            session=row.id,
            transaction_id=row.transaction_id,
            site=found.site.id,
            charger=row.charger_id,
            evse=None if found.protocol.startswith(_HAS_NO_EVSE) else number,
            connector=number,
            driver_id=row.driver_id,
            card=None if row.driver_id or not row.id_tag else keyed_hash(self._key, row.id_tag),
            admitted=row.authorised,
            refused_for=row.refused_for,
            started_at=row.started_at,
            started_known=row.started_basis,
            started_inferred=row.start_inferred,
            ended_at=ended_at,
            ended_known=row.ended_basis,
            ended_inferred=row.end_inferred,
            stop_reason=row.stop_reason,
            energy_wh=leg.energy_wh,
            evidence=evidence,
            price=price,
            tariff_version=version,
        )
        return dict(_DOCUMENT.dump_python(told, mode="json"))


def _event(session_id: int, data: dict[str, Any], told: dict[str, Any] | None, now: datetime) -> NewEvent:
    return NewEvent(
        event_id=f"walk_in_{session_id}_{data['revision']}",
        kind=WalkInNews.ENDED if told else WalkInNews.WITHDRAWN,
        subject=str(session_id),
        at=now,
        received_at=now,
        payload=json.dumps(data).encode(),
        recipients=[Recipient(target=Target.WALK_INS, key=str(session_id))],
    )
