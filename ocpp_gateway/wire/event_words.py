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
_STATE = "AvailabilityState"
_LOCK = ("ConnectorPlugRetentionLock", "Problem")
"""Component and variable of the lock that 1.6 calls ConnectorLockFailure (2.x part 2, appendix 3)."""
_LONGEST_EXAMPLE = 80


def is_lock(entry: Any) -> bool:
    """Names of components and variables are case-insensitive (2.x part 2, identifierString)."""
    return (_bare(entry.component.name), _bare(entry.variable.name)) == (_LOCK[0].lower(), _LOCK[1].lower())


def is_failing(entry: Any) -> bool:
    return _bare(entry.actual_value) in ("true", "1")


def status_word(entry: Any) -> str | None:
    """The status as it is listed, of this family or of 1.6; None: the entry tells none that is known."""
    return _BY_LOWER.get(_bare(entry.actual_value)) if _is_state(entry) else None


def odd_events(_action: str, call: Any) -> tuple[Quirk, ...]:
    """Each name or value that had to be guessed at, or could not be; once a field."""
    found = {quirk.path: quirk for entry in call.event_data or () for quirk in _oddities(entry)}
    return tuple(found.values())


def _oddities(entry: Any) -> Iterable[Quirk]:
    lock = is_lock(entry)
    if not lock and not _is_state(entry):
        return
    if lock and entry.component.name != _LOCK[0]:
        yield _quirk("component/name", QuirkKind.WRONG_WORD, entry.component.name)
    if entry.variable.name != (_LOCK[1] if lock else _STATE):
        yield _quirk("variable/name", QuirkKind.WRONG_WORD, entry.variable.name)
    if not lock and entry.actual_value not in _OF_THIS_FAMILY:
        kind = QuirkKind.DROPPED if status_word(entry) is None else QuirkKind.WRONG_WORD
        yield _quirk("actualValue", kind, entry.actual_value or "")


def _quirk(field: str, kind: QuirkKind, example: str) -> Quirk:
    shown = example.replace("\0", "")[:_LONGEST_EXAMPLE]
    return Quirk(action="NotifyEvent", path=f"eventData/{field}", kind=kind, example=shown)


def _is_state(entry: Any) -> bool:
    return _bare(entry.variable.name) == _STATE.lower()


def _bare(text: str | None) -> str:
    return (text or "").strip().lower()
