"""What is odd about the registers among a message's sampled values: read all the same, or passed over, and noted.

The schemas allow all of it: phases, units and values are free words, and what a schema does not know is ignored.
"""

from collections.abc import Iterator
from typing import Any

from domain.charging.quirks import Quirk, QuirkKind
from ocpp_gateway.wire.energy_register import is_energy, is_phase, is_whole, read_unit
from ocpp_gateway.wire.numbers import parted

_LONGEST_EXAMPLE = 80
_PLAIN_UNITS = frozenset({None, "Wh", "kWh"})
_Oddity = tuple[str, QuirkKind, str]


def odd_samples(action: str, call: Any) -> tuple[Quirk, ...]:
    """One quirk a field and kind."""
    found: dict[tuple[str, QuirkKind], Quirk] = {}
    for name, values in (
        ("meterValue", getattr(call, "meter_value", None)),
        ("transactionData", getattr(call, "transaction_data", None)),
    ):
        for entry in values or ():
            for sample in entry.sampled_value or ():
                if sample.value is not None and is_energy(sample.measurand):
                    for part, kind, example in _odd(sample):
                        path = f"{name}/sampledValue/{part}"
                        found.setdefault((path, kind), _quirk(action, path, kind, example))
    return tuple(found.values())


def _quirk(action: str, path: str, kind: QuirkKind, example: str) -> Quirk:
    shown = example.replace("\0", "")[:_LONGEST_EXAMPLE]
    return Quirk(action=action, path=path, kind=kind, example=shown)


def _odd(sample: Any) -> Iterator[_Oddity]:
    phase = sample.phase
    if phase is not None and not is_phase(phase):
        yield "phase", QuirkKind.WRONG_WORD if is_whole(phase) else QuirkKind.DROPPED, phase
    if isinstance(sample.value, str):
        yield from _odd_16(sample)
    else:
        yield from _odd_2x(sample)


def _odd_16(sample: Any) -> Iterator[_Oddity]:
    if sample.format is not None and not sample.format.strip():
        yield "format", QuirkKind.WRONG_WORD, sample.format
    if (sample.format or "Raw") == "Raw":
        number, behind = parted(sample.value)
        if number != number:
            yield "value", QuirkKind.DROPPED, sample.value
        elif behind or "," in sample.value:
            yield "value", QuirkKind.WRONG_TYPE, sample.value
        yield from _odd_unit("unit", sample.unit)


def _odd_2x(sample: Any) -> Iterator[_Oddity]:
    given = sample.unit_of_measure
    if given is None and isinstance(sample.unit, str) and sample.unit.strip():
        yield "unitOfMeasure", QuirkKind.MISSING, ""
        yield from _odd_unit("unit", sample.unit)
    elif given is not None:
        yield from _odd_unit("unitOfMeasure/unit", given.unit)


def _odd_unit(path: str, unit: str | None) -> Iterator[_Oddity]:
    if unit not in _PLAIN_UNITS and unit is not None:
        yield path, QuirkKind.DROPPED if read_unit(unit) is None else QuirkKind.WRONG_WORD, unit
