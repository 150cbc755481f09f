"""Which windows somebody asks for, by the address: the same for the answer of now and for the one that is kept up."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Query
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from api.desk.sites import AskedWindows
from api.v1.schemas.energy import EnergyIn
from api.v1.schemas.fields import AddressLine, Identifier, Instant
from db.queries.place.availability import Named
from domain.errors import SlotInvalid
from domain.facts.refused_bookings import LengthTwice
from domain.place.energy import EnergyAsked
from domain.place.fit import LARGEST_CM, Needs

WattHours = Annotated[int, Field(ge=1, le=10_000_000)]
Power = Annotated[int, Field(ge=500, le=2_000_000)]
Percent = Annotated[int, Field(ge=0, le=100)]
ConnectorNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]


class By(StrEnum):
    POOL = "pool"
    CONNECTOR = "connector"


def _asked(
    from_: Annotated[Instant | None, Query(alias="from", description="Default: now")] = None,
    to: Annotated[Instant | None, Query(description="Default: a day after `from`; at most 31 days")] = None,
    duration_minutes: Annotated[int | None, Query(ge=1, le=1440)] = None,
    duration_seconds: Annotated[
        int | None, Query(ge=1, le=86400, description="Instead of minutes; default: one hour, as allowed")
    ] = None,
    pool_id: Identifier | None = None,
    connector_type: Identifier | None = None,
    charger_id: Annotated[Identifier | None, Query(description="Only what can be had there")] = None,
    connector_id: Annotated[
        ConnectorNumber | None, Query(description="`id` of a connector: only there")
    ] = None,
    bay: Annotated[AddressLine | None, Query(description="Label of a bay: only there")] = None,
    by: Annotated[
        By, Query(description="`connector`: each connector's windows as well, in `each` of its pool")
    ] = By.POOL,
    energy_wh: Annotated[
        WattHours | None, Query(description="Instead of a duration: as long as that takes at each pool")
    ] = None,
    battery_wh: Annotated[WattHours | None, Query(description="With `soc_now` and `soc_target`")] = None,
    soc_now: Annotated[Percent | None, Query(description="How full the battery is, in percent")] = None,
    soc_target: Annotated[Percent | None, Query(description="How full it shall be")] = None,
    max_ac_w: Annotated[Power | None, Query(description="The car takes no more")] = None,
    max_dc_w: Annotated[Power | None, Query()] = None,
    vehicle_id: Annotated[
        Identifier | None,
        Query(description="Only bays that fit it; its battery and power where they are not said"),
    ] = None,
    accessible: Annotated[bool, Query(description="Only bays for people with disabilities")] = False,
    trailer: Annotated[bool, Query(description="Only bays that take one")] = False,
    drive_through: Annotated[bool, Query(description="Only bays that are left without backing out")] = False,
    length_cm: Annotated[int | None, Query(ge=1, le=LARGEST_CM, description="Of the vehicle")] = None,
    width_cm: Annotated[int | None, Query(ge=1, le=LARGEST_CM)] = None,
    height_cm: Annotated[int | None, Query(ge=1, le=LARGEST_CM)] = None,
) -> AskedWindows:
    return AskedWindows(
        start=from_,
        end=to,
        length=_length(duration_minutes, duration_seconds),
        energy=_energy(
            (duration_minutes, duration_seconds),
            energy_wh=energy_wh,
            battery_wh=battery_wh,
            soc_now=soc_now,
            soc_target=soc_target,
            max_ac_w=max_ac_w,
            max_dc_w=max_dc_w,
        ),
        pool_id=pool_id,
        connector_type=connector_type,
        vehicle_id=vehicle_id,
        named=Named(charger_id=charger_id, connector_id=connector_id, bay=bay, each=by is By.CONNECTOR),
        needs=Needs(
            accessible=accessible,
            trailer=trailer,
            drive_through=drive_through,
            length_cm=length_cm,
            width_cm=width_cm,
            height_cm=height_cm,
        ),
    )


def _energy(durations: tuple[int | None, ...], **said: int | None) -> EnergyAsked | None:
    """None: no length is asked for by it. What does not fit together is a request that is wrong."""
    if said["energy_wh"] is None and said["soc_now"] is None and said["soc_target"] is None:
        return None
    if any(one is not None for one in durations):
        raise SlotInvalid(LengthTwice())
    try:
        return EnergyIn(**said).asked()
    except ValidationError as error:
        wrong = [{**one, "loc": ("query", "energy_wh")} for one in error.errors(include_url=False)]
        raise RequestValidationError(wrong) from None


WindowsHere = Annotated[AskedWindows, Depends(_asked)]


def _length(minutes: int | None, seconds: int | None) -> timedelta | None:
    if minutes is not None and seconds is not None:
        raise SlotInvalid(LengthTwice())
    if minutes is not None:
        return timedelta(minutes=minutes)
    return None if seconds is None else timedelta(seconds=seconds)
