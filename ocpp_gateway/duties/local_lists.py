"""Chargers whose local list is kept in step with reservations: looked at now and then, told what has changed.

A charger that is away cannot be told; what it has runs out by itself at the end of each slot.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.commands import CommandOutcome, CommandReply, GetConfiguration
from domain.charging.listing import GetLocalListVersion, ListedToken
from domain.charging.local_list import Candidate, ListLimits, ListStep, shrunk, steps, wanted_entries
from ocpp_gateway.duties.live_chargers import LiveCharger, LiveChargers
from ocpp_gateway.storage import local_lists
from ocpp_gateway.storage.local_lists import KeptList

log = structlog.get_logger(__name__)

_KEYS = {
    "1.6": ("LocalAuthListEnabled", "LocalAuthListMaxLength", "SendLocalListMaxLength"),
    "2.x": ("LocalAuthListCtrlr.Enabled", "LocalAuthListCtrlr.ItemsPerMessage"),
}
_LONGEST_TOKEN = {"1.6": 20, "2.0.1": 36}
_LONGEST_OF_LATER = 255
_AT_ONCE = 16
_FAILURES = 3
_LEFT_ALONE = timedelta(hours=1)
"""Who has no list, or has refused it so often, is asked again when it comes anew, or after this."""
_OTHER_VERSION = "VersionMismatch"
_NOBODY_ANSWERED = (CommandOutcome.NO_RESPONSE, CommandOutcome.NOT_CONNECTED)


@dataclass(slots=True)
class _Known:
    """Of one connection. `limits` None: it keeps no list. `failures`: in a row; without an answer, too."""

    epoch: int
    since: datetime
    limits: ListLimits | None = None
    failures: int = 0

    def is_left_alone(self, now: datetime) -> bool:
        return (self.limits is None or self.failures >= _FAILURES) and now - self.since < _LEFT_ALONE

    def failed(self, now: datetime) -> None:
        self.failures += 1
        self.since = now


class _NotNow(Exception):
    """It did not answer: the next look tries again."""


class LocalLists:
    def __init__(
        self,
        engine: AsyncEngine,
        chargers: LiveChargers,
        *,
        every_s: float = 30.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._chargers = chargers
        self._every_s = every_s
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._busy: set[str] = set()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> None:
        """Look for ever."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await asyncio.sleep(self._every_s)
                # One that is slow to answer keeps no other waiting.
                for work in await self._work():
                    tasks.create_task(work)

    async def look(self) -> None:
        """One look, and whatever follows from it."""
        await asyncio.gather(*await self._work())

    async def _work(self) -> list[Coroutine[None, None, None]]:
        now = self._clock()
        ours = [charger.charger_id for charger in self._chargers if charger.charger_id not in self._busy]
        self._known = {
            one: known for one, known in self._known.items() if self._chargers.get(one) is not None
        }
        try:
            async with self._engine.connect() as database:
                kept = await local_lists.kept_lists(database, ours)
                there = [one.charger_id for one in kept if one.kept]
                found = await local_lists.candidates(database, there, now)
        except (SQLAlchemyError, OSError) as error:
            log.warning("local_lists_not_compared", error=repr(error))
            return []
        return [self._keep(one, found.get(one.charger_id, []), now) for one in kept]

    async def _keep(self, kept: KeptList, found: Sequence[Candidate], now: datetime) -> None:
        charger = self._chargers.get(kept.charger_id)
        if charger is None or kept.charger_id in self._busy:
            return
        self._busy.add(kept.charger_id)
        try:
            async with self._turns:
                await self._bring_in_step(charger, kept, found, now)
        except _NotNow:
            return
        except (SQLAlchemyError, OSError) as error:
            log.warning("local_list_without_database", charger=kept.charger_id, error=repr(error))
        except Exception:
            log.exception("local_list_broke", charger=kept.charger_id)
        finally:
            self._busy.discard(kept.charger_id)

    async def _bring_in_step(
        self, charger: LiveCharger, kept: KeptList, found: Sequence[Candidate], now: datetime
    ) -> None:
        known = self._known.get(kept.charger_id)
        is_new = known is None or known.epoch != charger.epoch
        if known is not None and not is_new and known.is_left_alone(now):
            return
        if known is None or is_new or known.limits is None or known.failures >= _FAILURES:
            known = _Known(charger.epoch, now, await self._limits(charger))
            self._known[kept.charger_id] = known
        if known.limits is None:
            return
        has, version = kept.entries, kept.version
        # After a refusal, too: somebody at the charger may have given it a list with a higher number.
        if is_new or has is None or kept.pending is not None:
            has, version = await self._has(charger, kept, known)
        keeps_holds = kept.record.reserve_now is True and kept.record.honours_holds is not False
        wanted = wanted_entries(found, known.limits, keeps_holds=keeps_holds, now=now)
        for step in steps(has, wanted, version, known.limits):
            if not await self._sent(charger, step, has, known):
                return
            has = step.after
        if not kept.kept and not has:
            async with self._engine.begin() as database:
                await local_lists.forget(database, kept.charger_id)

    async def _has(
        self, charger: LiveCharger, kept: KeptList, known: _Known
    ) -> tuple[Mapping[str, ListedToken] | None, int]:
        """What it has, by the number that it tells, and the highest number that was used."""
        told = await self._version(charger)
        if told is None:
            known.limits = None
            raise _NotNow
        if told != kept.version or kept.version == 0:
            return None, max(told, kept.version)
        if kept.pending is None:
            return kept.entries, kept.version
        known.failures = 0
        async with self._engine.begin() as database:
            await local_lists.settle(database, kept.charger_id, kept.version, kept.pending, self._clock())
        return kept.pending, kept.version

    async def _sent(
        self, charger: LiveCharger, step: ListStep, has: Mapping[str, ListedToken] | None, known: _Known
    ) -> bool:
        name, version = charger.charger_id, step.command.version
        async with self._engine.begin() as database:
            await local_lists.begin(database, name, version, step.after, knows=has, now=self._clock())
        reply = await self._chargers.send(name, charger.epoch, step.command)
        if reply.outcome in _NOBODY_ANSWERED:
            known.failed(self._clock())
            return False
        accepted = reply.outcome is CommandOutcome.ACCEPTED
        async with self._engine.begin() as database:
            entries = step.after if accepted else None
            refusal = "" if accepted else reply.detail
            await local_lists.settle(database, name, version, entries, self._clock(), refusal=refusal)
        if accepted:
            known.failures = 0
        else:
            log.warning("local_list_refused", charger=name, version=version, detail=reply.detail)
            self._refused(known, reply, step, has)
        return accepted

    def _refused(
        self, known: _Known, reply: CommandReply, step: ListStep, has: Mapping[str, ListedToken] | None
    ) -> None:
        """Less is tried where its room may be why; a number that it does not like is asked for before the next try."""
        if known.limits is None or reply.outcome is CommandOutcome.NOT_SUPPORTED:
            known.limits, known.since = None, self._clock()
            return
        smaller = None if reply.detail == _OTHER_VERSION else shrunk(known.limits, step, has)
        if smaller is None:
            known.failed(self._clock())
        else:
            known.limits = smaller

    async def _version(self, charger: LiveCharger) -> int | None:
        """None: it keeps no list. Raises _NotNow."""
        reply = await charger.command(GetLocalListVersion())
        if reply.outcome in _NOBODY_ANSWERED:
            raise _NotNow
        told = (reply.values or {}).get("version", "")
        return int(told) if reply.outcome is CommandOutcome.ACCEPTED and told.isdecimal() else None

    async def _limits(self, charger: LiveCharger) -> ListLimits | None:
        """None: its list is switched off. What it does not say is no limit."""
        version = charger.version.number
        reply = await charger.command(GetConfiguration(keys=_KEYS["1.6" if version == "1.6" else "2.x"]))
        if reply.outcome in _NOBODY_ANSWERED:
            raise _NotNow
        values = {key.rsplit(".")[-1]: value for key, value in (reply.values or {}).items()}
        if "false" in (values.get("LocalAuthListEnabled", "").lower(), values.get("Enabled", "").lower()):
            return None
        return ListLimits(
            entries=_number(values.get("LocalAuthListMaxLength")),
            per_message=_number(values.get("SendLocalListMaxLength") or values.get("ItemsPerMessage")),
            longest_token=_LONGEST_TOKEN.get(version, _LONGEST_OF_LATER),
        )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and 0 < len(text) < 10 else None
