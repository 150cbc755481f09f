"""Habits of clocks: in every timestamp of every message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from simulator.vendors.memory import Memory
from simulator.vendors.said import Said, Version, with_times

BEHIND = timedelta(hours=5)
NEVER_SET = datetime(1970, 1, 1, tzinfo=UTC)


def local_time(version: Version, said: Said, memory: Memory) -> list[Said]:
    """Local time, five hours behind, marked as UTC (K5.1)."""
    return [said._replace(payload=with_times(said.payload, lambda text: _write(_read(text) - BEHIND)))]


def since_1970(version: Version, said: Said, memory: Memory) -> list[Said]:
    """From a boot to the first answer to a Heartbeat the clock counts from 1970."""
    if memory.clock_set:
        return [said]

    def change(text: str) -> str:
        now = _read(text)
        memory.woke_at = memory.woke_at or now
        return _write(NEVER_SET + (now - memory.woke_at))

    return [said._replace(payload=with_times(said.payload, change))]


def empty(version: Version, said: Said, memory: Memory) -> list[Said]:
    """No timestamp has anything in it."""
    return [said._replace(payload=with_times(said.payload, lambda _text: ""))]


def without_a_zone(version: Version, said: Said, memory: Memory) -> list[Said]:
    """As in 2023-03-17T22:42:50.008427."""

    def change(text: str) -> str:
        return _read(text).replace(tzinfo=None).isoformat(timespec="microseconds")

    return [said._replace(payload=with_times(said.payload, change))]


def _read(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _write(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
