"""What the names and values of a 2.x NotifyEvent mean, in whatever letters: the schema takes any text for them."""

from collections.abc import Iterable
from typing import Any

from domain.charging.quirks import Quirk, QuirkKind

_WORDS = (
    "Available", "Occupied", "Reserved", "Unavailable", "Faulted",
    "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing",
)  # fmt: skip
"""Of AvailabilityState; the second line is 1.6's, said by firmware that was carried over."""
_BY_LOWER = {word.lower(): word for word in _WORDS}
_OF_THIS_FAMILY = frozenset(_WORDS[:5])
_BROKEN = ("Unavailable", "Faulted")
_STATE = "AvailabilityState"
_LOCK = ("ConnectorPlugRetentionLock", "Problem")
"""Component and variable of the lock that 1.6 calls ConnectorLockFailure (2.x part 2, appendix 3)."""
_STATION, _PARTS = "ChargingStation", ("EVSE", "Connector")
"""Their AvailabilityState is believed. A reader, modem or controller has one too, and the charger works without."""
_BY_LETTERS = {name.lower(): name for name in (_STATION, *_PARTS)}
_LONGEST_EXAMPLE = 80


def is_lock(entry: Any) -> bool:
    """Names of components and variables are case-insensitive (2.x part 2, identifierString)."""
    return (_bare(entry.component.name), _bare(entry.variable.name)) == (_LOCK[0].lower(), _LOCK[1].lower())


def is_failing(entry: Any) -> bool:
    return _bare(entry.actual_value) in ("true", "1")


def status_word(entry: Any) -> str | None:
    """The status as it is listed, of this family or of 1.6; None: the entry tells none that is known."""
    return _BY_LOWER.get(_bare(entry.actual_value)) if _is_state(entry) else None


def place_of(entry: Any) -> tuple[int, int | None] | None:
    """EVSE, 0 for the whole charger, and connector whose state it tells; None: of something else, or of nobody knows
    which. An EVSE or connector is believed only where the event names it.
    """
    name, evse = _BY_LETTERS.get(_letters(entry.component.name)), entry.component.evse
    if name in _PARTS and evse and evse.id:
        return evse.id, evse.connector_id
    if name == _STATION:
        return (evse.id or 0, evse.connector_id) if evse else (0, None)
    return None


def odd_events(_action: str, call: Any) -> tuple[Quirk, ...]:
    """Each name or value that had to be guessed at, or could not be; once a field."""
    found = {quirk.path: quirk for entry in call.event_data or () for quirk in _oddities(entry)}
    return tuple(found.values())


def _oddities(entry: Any) -> Iterable[Quirk]:
    lock, name = is_lock(entry), entry.component.name
    if not lock and not _is_state(entry):
        return
    if not lock and place_of(entry) is None:
        yield from _unplaced(entry)
        return
    if name != (_LOCK[0] if lock else _BY_LETTERS[_letters(name)]):
        yield _quirk("component/name", QuirkKind.WRONG_WORD, name)
    if entry.variable.name != (_LOCK[1] if lock else _STATE):
        yield _quirk("variable/name", QuirkKind.WRONG_WORD, entry.variable.name)
    if not lock and entry.actual_value not in _OF_THIS_FAMILY:
        kind = QuirkKind.DROPPED if status_word(entry) is None else QuirkKind.WRONG_WORD
        yield _quirk("actualValue", kind, entry.actual_value or "")


def _unplaced(entry: Any) -> Iterable[Quirk]:
    """A part that names no EVSE, whatever it says; of what else a charger is made of, that it does not work."""
    name = entry.component.name
    if _letters(name) in _BY_LETTERS:
        yield _quirk("component/evse", QuirkKind.MISSING, name)
    elif status_word(entry) in _BROKEN:
        yield _quirk("component/name", QuirkKind.DROPPED, f"{name}: {entry.actual_value}")


def _quirk(field: str, kind: QuirkKind, example: str) -> Quirk:
    shown = example.replace("\0", "")[:_LONGEST_EXAMPLE]
    return Quirk(action="NotifyEvent", path=f"eventData/{field}", kind=kind, example=shown)


def _is_state(entry: Any) -> bool:
    return _bare(entry.variable.name) == _STATE.lower()


def _letters(name: str | None) -> str:
    """`charging station`, `Charging_Station`."""
    return "".join(letter for letter in _bare(name) if letter.isalnum())


def _bare(text: str | None) -> str:
    return (text or "").strip().lower()
