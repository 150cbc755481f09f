"""Who is told: a driver, or a fleet."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """One of the two."""

    driver_id: str | None = None
    fleet_id: str | None = None

    @classmethod
    def of(cls, driver_id: str, fleet_id: str | None) -> Self:
        """Of a notice, which is for the driver if it names one."""
        return cls(driver_id=driver_id) if driver_id else cls(fleet_id=fleet_id)

    @property
    def key(self) -> str:
        return f"fleet:{self.fleet_id}" if self.driver_id is None else f"driver:{self.driver_id}"
