"""What one charger can do about holds: probed, then learned; and how much of it may be promised to a driver.

Behaviour wins over words: what a charger was seen to do is not overwritten by what it says about itself, until
its firmware changes. None: not known. No protocol here; the gateway reads the answers and calls these functions.

When a capability is lost, and regained:
- A probe says that it cannot hold: it is not asked until a later probe, after a boot, says otherwise. Its answer
  NotSupported to ReserveNow: until its firmware is another (or a push that was under way is taken all the same).
  Rejected teaches nothing, save for connector 0 (`after_reserve_now`).
- It starts without asking and does not stop what is refused: soft, where no hard hold stands (`promise`).
- It accepted a hold and a stranger's transaction began there since: no promise but a soft one (`promise`), until its
  firmware is another.
- It shows Reserved for holds, and LOSES_HOLDS (3) holds in a row were gone from what it shows without a word: its hold
  is no longer a hard promise, until one has stood for KEPT_AFTER (10 minutes). A hold counts once, however often it is
  pushed and lost again.
- It does not know a question about a session in doubt: not asked it until its firmware is another.
- It accepted a hold and went on showing Available: what it shows says nothing of holds, until it shows Reserved once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.charging.commands import CommandOutcome
from domain.charging.connector import ConnectorStatus
from domain.charging.enforcement import EnforcementLevel

LOSES_HOLDS = 3
"""After so many holds lost in a row, without a word from the charger, its hold is no longer a hard promise."""
KEPT_AFTER = timedelta(minutes=10)
"""A hold that is shown so long after its lock has stood: the charger keeps holds."""

_KNOWS_RESERVATIONS = frozenset({CommandOutcome.ACCEPTED, CommandOutcome.OCCUPIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityRecord:
    """Stored as `chargers.capabilities`; absent keys are not known."""

    reserve_now: bool | None = None
    """Takes ReserveNow. False: it is not asked."""
    connector_zero: bool | None = None
    """Takes a hold for any of its connectors (1.6 connector 0; 2.x without an evseId)."""
    reports_reserved: bool | None = None
    """Shows Reserved while it holds, so that a missing Reserved means a lost hold."""
    honours_holds: bool | None = None
    """False: somebody else's transaction began on a connector that it had accepted a hold for."""
    losing_streak: int = 0
    """Holds in a row that were gone without a word."""
    may_start_offline: bool | None = None
    """Starts for some tokens without asking while it has no connection."""
    starts_unasked: bool | None = None
    """Starts for some tokens without asking although it is connected."""
    stops_refused: bool | None = None
    """Ends a transaction by itself when the answer to its start refuses the token."""
    tx_start_points: tuple[str, ...] = ()
    """2.x: what begins a transaction, e.g. `EVConnected`: then a mere plug-in does, by anybody."""
    tx_stop_points: tuple[str, ...] = ()
    unknown_questions: frozenset[str] = frozenset()
    """Of domain.charging.asking: what it has answered that it does not know. It is not asked again."""
    learned: frozenset[str] = frozenset()
    """Names of the fields that behaviour has taught."""
    probed_at: datetime | None = None
    firmware: str = ""
    """The firmware all this is known of; empty: not known."""
    hardware: str = ""
    """Vendor and model, likewise."""

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "CapabilityRecord":
        """Never raises: what cannot be read is not known. A bare `reserve_now` is from before there were probes."""
        flags = {name: document[name] for name in _FLAGS if isinstance(document.get(name), bool)}
        learned = document.get("learned", ["reserve_now"])
        streak = document.get("losing_streak", 0)
        firmware, hardware = document.get("firmware", ""), document.get("hardware", "")
        return cls(
            **flags,
            losing_streak=streak if type(streak) is int and streak > 0 else 0,
            tx_start_points=_texts(document.get("tx_start_points")),
            tx_stop_points=_texts(document.get("tx_stop_points")),
            unknown_questions=frozenset(_texts(document.get("unknown_questions"))),
            learned=frozenset(_texts(learned)) & flags.keys(),
            probed_at=_instant(document.get("probed_at")),
            firmware=firmware if isinstance(firmware, str) else "",
            hardware=hardware if isinstance(hardware, str) else "",
        )

    def to_document(self) -> dict[str, Any]:
        """Only what is known, as JSON."""
        document: dict[str, Any] = {
            name: getattr(self, name) for name in sorted(_FLAGS) if getattr(self, name) is not None
        }
        for name in ("losing_streak", "firmware", "hardware"):
            if getattr(self, name):
                document[name] = getattr(self, name)
        for name in ("tx_start_points", "tx_stop_points"):
            if getattr(self, name):
                document[name] = list(getattr(self, name))
        if self.unknown_questions:
            document["unknown_questions"] = sorted(self.unknown_questions)
        document["learned"] = sorted(self.learned)
        if self.probed_at is not None:
            document["probed_at"] = self.probed_at.isoformat()
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a charger says about itself. None, or nothing: it does not say, or not intelligibly."""

    reserve_now: bool | None = None
    connector_zero: bool | None = None
    may_start_offline: bool | None = None
    starts_unasked: bool | None = None
    stops_refused: bool | None = None
    tx_start_points: tuple[str, ...] = ()
    tx_stop_points: tuple[str, ...] = ()


_FLAGS = frozenset(
    {
        "reserve_now",
        "connector_zero",
        "reports_reserved",
        "honours_holds",
        "may_start_offline",
        "starts_unasked",
        "stops_refused",
    }
)
_KEYS = frozenset(field.name for field in fields(CapabilityRecord))


def merged(stored: Mapping[str, Any], record: CapabilityRecord) -> dict[str, Any]:
    """The document to store: the record, and whatever else somebody keeps beside it."""
    return {key: value for key, value in stored.items() if key not in _KEYS} | record.to_document()


def after_probe(
    record: CapabilityRecord, findings: Findings, *, at: datetime, firmware: str, hardware: str
) -> CapabilityRecord:
    """Take over what the charger says, save what its behaviour has taught better."""
    record = of_device(record, firmware, hardware)
    said = {
        name: value
        for name in (field.name for field in fields(Findings))
        if name not in record.learned and (value := getattr(findings, name)) not in (None, ())
    }
    return replace(record, **said, probed_at=at)


def of_device(record: CapabilityRecord, firmware: str, hardware: str) -> CapabilityRecord:
    """Another firmware, or another box under the same identity, may do otherwise: everything is to be found out again.

    Empty: it does not say.
    """
    known = CapabilityRecord() if is_of_another(record, firmware, hardware) else record
    return replace(known, firmware=firmware or record.firmware, hardware=hardware or record.hardware)


def is_of_another(record: CapabilityRecord, firmware: str, hardware: str) -> bool:
    """Was it learned of another firmware or box?"""
    pairs = ((record.firmware, firmware), (record.hardware, hardware))
    return any(before and now and before != now for before, now in pairs)


def after_reserve_now(
    record: CapabilityRecord, outcome: CommandOutcome, *, connector_number: int
) -> CapabilityRecord:
    """Learn from the answer to a ReserveNow that was sent. Silence, and Rejected for a connector, teach nothing."""
    if outcome in _KNOWS_RESERVATIONS:
        known = taught(record, reserve_now=True)
        if connector_number == 0 and outcome is CommandOutcome.ACCEPTED:
            known = taught(known, connector_zero=True)
        return known
    if connector_number == 0:
        # 1.6 §5.13: Rejected is the answer of those that cannot.
        refused = outcome in (CommandOutcome.REJECTED, CommandOutcome.NOT_SUPPORTED)
        return taught(record, connector_zero=False) if refused else record
    return taught(record, reserve_now=False) if outcome is CommandOutcome.NOT_SUPPORTED else record


def does_not_know(record: CapabilityRecord, question: str) -> CapabilityRecord:
    """It has answered NotSupported or NotImplemented to the question."""
    return replace(record, unknown_questions=record.unknown_questions | {question})


def taught(record: CapabilityRecord, **facts: bool) -> CapabilityRecord:
    """Its behaviour has shown these."""
    return replace(record, **facts, learned=record.learned | facts.keys())  # type: ignore[arg-type]  # flags only


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenHold:
    """A connector with a hold locked on it, as it is seen now. `locked_at`: aware UTC.

    `accepted`: the charger took that hold. `awaited`: its driver is still expected. `settled`: it has shown the same
    for long enough. `stranger_began`: somebody else's transaction began there since the lock.
    """

    status: ConnectorStatus
    locked_at: datetime | None
    accepted: bool
    awaited: bool
    settled: bool
    stranger_began: bool

    @property
    def shows_nothing(self) -> bool:
        return self.awaited and self.status is ConnectorStatus.AVAILABLE

    def stands(self, now: datetime) -> bool:
        shown = self.settled and self.status is ConnectorStatus.RESERVED
        return shown and self.locked_at is not None and now - self.locked_at >= KEPT_AFTER


def is_missing(record: CapabilityRecord, seen: SeenHold) -> bool:
    """Available where a hold should be shown, on a charger that shows holds."""
    return seen.settled and seen.shows_nothing and record.reports_reserved is True


def after_sight(record: CapabilityRecord, seen: SeenHold, now: datetime) -> CapabilityRecord:
    """Learn from the sight of a connector; the same record when it teaches nothing new."""
    if seen.status is ConnectorStatus.RESERVED and record.reports_reserved is not True:
        record = taught(record, reports_reserved=True)
    elif seen.accepted and seen.settled and seen.shows_nothing and record.reports_reserved is None:
        record = taught(record, reports_reserved=False)
    if seen.accepted and seen.stranger_began and record.honours_holds is not False:
        record = taught(record, honours_holds=False)
    if record.losing_streak and seen.stands(now):
        record = replace(record, losing_streak=0)
    return record


def counts_as_lost(times_reported: int) -> bool:
    """A hold counts once in the streak, however often it is pushed and lost again."""
    return times_reported == 1


def lost_a_hold(record: CapabilityRecord) -> CapabilityRecord:
    return replace(record, losing_streak=record.losing_streak + 1)


def promise(record: CapabilityRecord, *, held: bool) -> EnforcementLevel:
    """The most that may be promised on a connected charger. `held`: it has accepted the hold."""
    if record.honours_holds is False:
        return EnforcementLevel.SOFT  # it has started for a stranger on a connector it held
    if held and record.losing_streak < LOSES_HOLDS:
        return EnforcementLevel.HARD
    if record.starts_unasked and record.stops_refused is not True:
        return EnforcementLevel.SOFT
    return EnforcementLevel.BACKEND


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def _instant(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
