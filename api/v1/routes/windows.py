"""Which windows somebody asks for, by the address: the same for the answer of now and for the one that is kept up."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Query

from api.desk.sites import AskedWindows
from api.v1.schemas.fields import Identifier, Instant
from domain.errors import SlotInvalid
from domain.facts.refused_bookings import LengthTwice
from domain.place.fit import LARGEST_CM, Needs


def _asked(
    from_: Annotated[Instant | None, Query(alias="from", description="Default: now")] = None,
    to: Annotated[Instant | None, Query(description="Default: a day after `from`; at most 31 days")] = None,
    duration_minutes: Annotated[int | None, Query(ge=1, le=1440)] = None,
    duration_seconds: Annotated[
        int | None, Query(ge=1, le=86400, description="Instead of minutes; default: one hour, as allowed")
    ] = None,
    pool_id: Identifier | None = None,
    connector_type: Identifier | None = None,
    vehicle_id: Annotated[Identifier | None, Query(description="Only bays that fit it")] = None,
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
        pool_id=pool_id,
        connector_type=connector_type,
        vehicle_id=vehicle_id,
        needs=Needs(
            accessible=accessible,
            trailer=trailer,
            drive_through=drive_through,
            length_cm=length_cm,
            width_cm=width_cm,
            height_cm=height_cm,
        ),
    )


WindowsHere = Annotated[AskedWindows, Depends(_asked)]


def _length(minutes: int | None, seconds: int | None) -> timedelta | None:
    if minutes is not None and seconds is not None:
        raise SlotInvalid(LengthTwice())
    if minutes is not None:
        return timedelta(minutes=minutes)
    return None if seconds is None else timedelta(seconds=seconds)
