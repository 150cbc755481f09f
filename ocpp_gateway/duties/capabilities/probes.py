"""Asks chargers what they can do and how they are set up, after they came or booted.

A probe is one task a connection, begun when the charger has had time for its own messages; few run at once, each
waits only a short while for an answer, and silence or an error changes nothing. Nobody waits for a probe.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32

import structlog
from sqlalchemy.exc import SQLAlchemyError

from domain.charging.capabilities import CapabilityRecord, after_probe, is_of_another, of_device
from domain.charging.commands import CommandOutcome, GetBaseReport, GetConfiguration
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.duties.live_chargers import LiveCharger
from ocpp_gateway.storage.capabilities import Described

log = structlog.get_logger(__name__)

_FRESH = timedelta(minutes=10)
"""A charger that boots over and over is not asked each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeOptions:
    """Seconds. `after_s`: from arrival or boot to the probe, at least; `answer_s`: for each request."""

    after_s: float = 10.0
    answer_s: float = 10.0
    at_once: int = 16


class CapabilityProbes:
    def __init__(self, records: CapabilityRecords, options: ProbeOptions | None = None) -> None:
        self._records = records
        self._options = options or ProbeOptions()
        self._turns = asyncio.Semaphore(self._options.at_once)
        self._reading = asyncio.Semaphore(1)
        """A storm of arrivals takes one connection of the pool from the chargers' own messages, no more."""
        self._probes: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._silent: set[str] = set()
        """Asked in vain by this process; asked again after a boot."""

    def probe(self, connection: LiveCharger, *, booted: bool = False) -> None:
        """Ask the charger in a while. `booted`: also when it was asked before, for a boot may change answers."""
        key = (connection.charger_id, connection.epoch)
        earlier = self._probes.get(key)
        if earlier is not None:
            if not booted:
                return
            earlier.cancel()
        task = asyncio.create_task(self._probe(connection, booted=booted))
        self._probes[key] = task
        task.add_done_callback(lambda done: self._over(key, done))

    def forget(self, connection: LiveCharger) -> None:
        """The connection is gone, and with it its probe."""
        probe = self._probes.get((connection.charger_id, connection.epoch))
        if probe is not None:
            probe.cancel()

    def under_way(self) -> list[asyncio.Task[None]]:
        """The probes that are not over."""
        return list(self._probes.values())

    def _over(self, key: tuple[str, int], task: asyncio.Task[None]) -> None:
        if self._probes.get(key) is task:
            del self._probes[key]
        if not task.cancelled() and task.exception() is not None:
            log.error("probe_broke", charger=key[0], exc_info=task.exception())

    async def _probe(self, connection: LiveCharger, *, booted: bool) -> None:
        charger_id = connection.charger_id
        await asyncio.sleep(self._options.after_s * (1 + _spread(charger_id)))
        try:
            async with self._reading:
                known = await self._records.described(charger_id)
                if known is None or not self._is_due(charger_id, known, booted=booted):
                    return
                if is_of_another(known.record, known.firmware, known.hardware):
                    await self._records.revise(
                        charger_id, _as_it_is
                    )  # which drops what another firmware, or box, taught
            async with self._turns:
                answers = await self._ask(connection)
            if not answers:
                self._silent.add(charger_id)
                return
            self._silent.discard(charger_id)
            async with self._reading:
                await self._take_over(connection, known, answers)
                several = await self._records.has_several_plugs(charger_id)
            if several:
                async with self._turns:
                    await self._read_model(connection)
        except (SQLAlchemyError, OSError) as error:
            log.warning("probe_without_database", charger=charger_id, error=repr(error))

    async def _read_model(self, connection: LiveCharger) -> None:
        """Which plugs its EVSEs have now, of which types; it tells in its own time (see `duties/device_model`)."""
        request = int(datetime.now(UTC).timestamp()) % 2**31
        try:
            async with asyncio.timeout(self._options.answer_s):
                await connection.command(GetBaseReport(request_id=request))
        except TimeoutError:
            log.info("device_model_not_read", charger=connection.charger_id)

    def _is_due(self, charger_id: str, known: Described, *, booted: bool) -> bool:
        record = known.record
        if booted and (record.probed_at is None or datetime.now(UTC) - record.probed_at > _FRESH):
            return True
        if of_device(record, known.firmware, known.hardware) != record:
            return booted or charger_id not in self._silent
        return record.probed_at is None and charger_id not in self._silent

    async def _ask(self, connection: LiveCharger) -> dict[str, str]:
        """All that the charger answers; after the first silence it is left alone."""
        answers: dict[str, str] = {}
        for keys in (*connection.version.capability_keys, *connection.version.configuration_keys):
            try:
                async with asyncio.timeout(self._options.answer_s):
                    reply = await connection.command(GetConfiguration(keys=keys))
            except TimeoutError:
                break
            if reply.outcome in (CommandOutcome.NO_RESPONSE, CommandOutcome.NOT_CONNECTED):
                break
            answers |= reply.values or {}
        return answers

    async def _take_over(self, connection: LiveCharger, known: Described, answers: dict[str, str]) -> None:
        charger_id, now = connection.charger_id, datetime.now(UTC)
        await self._records.keep_configuration(charger_id, answers, now)
        findings = connection.version.read_capabilities(answers)
        told = {"firmware": known.firmware, "hardware": known.hardware}
        await self._records.revise(charger_id, lambda record: after_probe(record, findings, at=now, **told))
        log.info("charger_probed", charger=charger_id, answers=len(answers))


def _as_it_is(record: CapabilityRecord) -> CapabilityRecord:
    return record


def _spread(charger_id: str) -> float:
    """From 0 to 1, always the same for a charger: those that come together are not asked together."""
    return crc32(charger_id.encode()) / 0xFFFFFFFF
