"""How much is to be charged, over the wire: in place of an end."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from api.v1.schemas.fields import Body, Instant
from domain.place.energy import EnergyAsked

_Power = Annotated[int, Field(strict=True, ge=500, le=2_000_000)]
_WattHours = Annotated[int, Field(strict=True, ge=1, le=10_000_000)]
_Percent = Annotated[int, Field(strict=True, ge=0, le=100)]


class EnergyIn(Body):
    """Either `energy_wh`, or how full the battery is and shall be; what a vehicle's record says need not be said."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"battery_wh": 58_000, "soc_now": 20, "soc_target": 80, "max_dc_w": 120_000}]
        },
    )

    energy_wh: _WattHours | None = None
    battery_wh: _WattHours | None = Field(default=None, description="Default: the vehicle's")
    soc_now: _Percent | None = Field(default=None, description="Percent")
    soc_target: _Percent | None = None
    max_ac_w: _Power | None = Field(
        default=None, description="The car takes no more; default: the vehicle's, else no limit"
    )
    max_dc_w: _Power | None = None

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        by_battery = any(one is not None for one in (self.battery_wh, self.soc_now, self.soc_target))
        if (self.energy_wh is not None) == by_battery:
            raise ValueError("name either energy_wh, or soc_now and soc_target")
        if by_battery and (self.soc_now is None or self.soc_target is None):
            raise ValueError("soc_now and soc_target belong together")
        if self.soc_now is not None and self.soc_target is not None and self.soc_target <= self.soc_now:
            raise ValueError("soc_target must be more than soc_now")
        return self

    def asked(self) -> EnergyAsked:
        return EnergyAsked(**dict(self))


class EndOrEnergy(Body):
    """A body about a time from `start` to `end`, or for as long as `energy` takes."""

    start: Instant
    end: Instant | None = Field(default=None, description="Or `energy` says how long the slot has to be")
    energy: EnergyIn | None = Field(default=None, description="In place of `end`")

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        check_one_end(self.end, self.energy, getattr(self, "vehicle_id", None), name="end")
        if self.end is not None and self.end <= self.start:
            raise ValueError("end must lie after start")
        return self


def check_one_end(
    end: datetime | int | None, energy: EnergyIn | None, vehicle_id: str | None, *, name: str
) -> None:
    """Raises ValueError unless one of the two is there, and with the latter whatever it is reckoned from."""
    if (end is None) == (energy is None):
        raise ValueError(f"name either {name} or energy")
    check_battery(energy, vehicle_id)


def check_battery(energy: EnergyIn | None, vehicle_id: str | None) -> None:
    """Raises ValueError where nobody says how large it is."""
    if energy is not None and energy.soc_now is not None and not (energy.battery_wh or vehicle_id):
        raise ValueError("energy.battery_wh is needed, or a vehicle_id whose record has it")
