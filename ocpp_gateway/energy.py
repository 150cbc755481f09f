"""From sampled values to the one figure we bill by: the imported energy register, in Wh."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

REGISTER = "Energy.Active.Import.Register"
_FACTORS = {"Wh": 1, "kWh": 1000}
_LARGEST_WH = 10**12


@dataclass(frozen=True, slots=True)
class Sample:
    """One sampled value, defaults of the specification filled in. `multiplier`: power of ten (2.x)."""

    value: float
    measurand: str
    unit: str
    phase: str | None
    multiplier: int = 0


def register_wh(samples: Iterable[Sample]) -> int | None:
    """The last reading of the whole register (no phase) in Wh; None when there is none that makes sense."""
    reading = None
    for sample in samples:
        if sample.measurand != REGISTER or sample.phase is not None or sample.unit not in _FACTORS:
            continue
        if not -9 <= sample.multiplier <= 9:
            continue
        wh = sample.value * _FACTORS[sample.unit] * 10.0**sample.multiplier
        if math.isfinite(wh) and 0 <= wh <= _LARGEST_WH:
            reading = round(wh)
    return reading
