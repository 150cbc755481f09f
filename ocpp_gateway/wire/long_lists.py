"""Long lists of meter values made short before their message is mended: what a bill needs of them, and some between.

Works on decoded JSON of any shape, before anything is known to be right; time and memory are bounded by the frame.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from ocpp_gateway.wire.energy_register import REGISTER

_LISTS = {"transactiondata": "transactionData", "metervalue": "meterValue"}
"""By what they are called in any case: nobody needs them whole."""
_MOST = 256
_FEWEST = 2
_MARKED = 8
"""Of entries that say they are a beginning or an end; a charger may say so of all."""
_LAST = 4
"""The very last one may be flawed."""


def thinned(message: Any, largest: int) -> tuple[Any, Mapping[str, int]] | None:
    """The message in at most `largest` bytes, and how long the lists were that have been cut, by field.

    Kept are the first and last readings of the energy register, those marked as beginning or end, and evenly spaced
    ones between, in their order. None: it is too long for other reasons.
    """
    inner = message[0] if isinstance(message, list) and len(message) == 1 else message
    if not isinstance(inner, dict):
        return None
    ranked = {
        name: (value, _by_worth(value))
        for name, value in inner.items()
        if name.lower() in _LISTS and isinstance(value, list) and len(value) > _FEWEST
    }
    most = _MOST if ranked else 0
    while most >= _FEWEST:
        shorter = inner | {name: _kept(value, worth, most) for name, (value, worth) in ranked.items()}
        if len(msgspec.json.encode(shorter)) <= largest:
            lengths = {
                _LISTS[name.lower()]: len(value) for name, (value, _) in ranked.items() if len(value) > most
            }
            return shorter, lengths
        most //= 2
    return None


def _kept(entries: list[Any], worth: tuple[list[int], list[int]], most: int) -> list[Any]:
    """`worth`: positions that matter, most important first, and those among which the others are chosen evenly."""
    if len(entries) <= most:
        return entries
    first, between = worth
    chosen = set(first[:most])
    left = most - len(chosen)
    if left:
        chosen.update(between[n * len(between) // left] for n in range(left))
    return [entries[n] for n in sorted(chosen)]


def _by_worth(entries: list[Any]) -> tuple[list[int], list[int]]:
    telling: list[int] = []
    begins: list[int] = []
    ends: list[int] = []
    for n, entry in enumerate(entries):
        contexts = _contexts(entry)
        if contexts is None:
            continue
        telling.append(n)
        if "transaction.begin" in contexts:
            begins.append(n)
        if "transaction.end" in contexts:
            ends.append(n)
    telling = telling or list(range(len(entries)))
    important = (
        *ends[-1:],
        *begins[:1],
        telling[-1],
        telling[0],
        *reversed(telling[-_LAST:]),
        *ends[-_MARKED:],
        *begins[:_MARKED],
        len(entries) - 1,
        0,
    )
    return list(dict.fromkeys(important)), telling


def _contexts(entry: Any) -> set[str] | None:
    """Of an entry's samples of the energy register, whole or by phase; None when it has none that is a number."""
    given = _member(entry, "sampledvalue")
    samples = given if isinstance(given, list) else [given]
    found = [sample for sample in samples if _is_reading(sample)]
    return {_word(_member(sample, "context")) for sample in found} or None


def _is_reading(sample: Any) -> bool:
    measurand = _member(sample, "measurand")
    if measurand is not None and _word(measurand) != REGISTER.lower():
        return False
    value = _member(sample, "value")
    try:
        return isinstance(value, str | int | float) and float(value) == float(value)
    except (ValueError, OverflowError):
        return False


def _member(holder: Any, name: str) -> Any:
    if not isinstance(holder, dict):
        return None
    return next((value for field, value in holder.items() if field.lower() == name), None)


def _word(value: Any) -> str:
    return value.strip().lower() if isinstance(value, str) else ""
