"""From sampled values to the one figure we bill by: the imported energy register, in Wh."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

REGISTER = "Energy.Active.Import.Register"
"""The measurand, also of samples that name none."""
_OUTLET = "Outlet"
_FACTORS = {"Wh": 1, "kWh": 1000}
_LARGEST_WH = 10**12


@dataclass(slots=True)
class Sample:
    """A reading of the register, defaults of the specification filled in. `multiplier`: power of ten (2.x)."""

    value: float
    unit: str
    phase: str | None
    multiplier: int = 0
    location: str | None = None


def register_wh(samples: Iterable[Sample]) -> int | None:
    """The last reading of the whole register (no phase) in Wh; None when there is none that makes sense.

    The register at the outlet, which is what the specification means when no location is given, comes before
    those elsewhere (inlet, body, the grid's meter).
    """
    reading = elsewhere = None
    for sample in samples:
        if sample.phase is not None:
            continue
        factor = _FACTORS.get(sample.unit)
        if factor is None or not -9 <= sample.multiplier <= 9:
            continue
        wh = sample.value * factor * 10.0**sample.multiplier
        if not (math.isfinite(wh) and 0 <= wh <= _LARGEST_WH):
            continue
        if sample.location is None or sample.location == _OUTLET:
            reading = round(wh)
        else:
            elsewhere = round(wh)
    return elsewhere if reading is None else reading
