"""How busy the machine is that a demo runs on."""

import os
from dataclasses import dataclass, field


def load() -> float | None:
    """Processes that run or wait to run, averaged over a minute; None where it is not known."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The load before and after a demo, beside the cores that carry it."""

    load_before: float | None
    load_after: float | None
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)

    @property
    def busy(self) -> bool:
        """It had enough to do already."""
        return self.load_before is not None and self.load_before >= self.cores

    def __str__(self) -> str:
        cores = "1 core" if self.cores == 1 else f"{self.cores} cores"
        if self.load_before is None or self.load_after is None:
            return f"The machine has {cores}; its load is not known."
        return f"Load average: {self.load_before:.1f} before the demo, {self.load_after:.1f} now, on {cores}."
