"""When a site is open, over the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from api.v1.schemas.fields import LINE, Answer, Body, Reason

_LONGEST = 1_000
_EXAMPLE: JsonDict = {
    "examples": [
        {
            "opening_hours": "Mo-Fr 06:00-22:00; Sa 08:00-20:00; PH off",
            "country": "DE",
            "reason": "Winter hours",
        }
    ]
}


class OpeningHoursIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra=_EXAMPLE)

    opening_hours: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=_LONGEST, pattern=LINE)
    ] = Field(
        description="In the syntax of OpenStreetMap, on the site's clock; empty: always open. Holidays of a region are "
        "written as dates (`Jan 06 off`, `easter +60 days off`); school holidays and the sun are not known"
    )
    country: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = Field(
        default="", description="ISO 3166-1: whose public holidays `PH` are; empty: none are known"
    )
    reason: Reason = ""
    dry_run: bool = Field(default=False, strict=True, description="true: only tell what it would come to")


class OutsideOut(Answer):
    reservation_code: str
    start: datetime
    end: datetime


class OpeningHoursOut(Answer):
    opening_hours: str
    country: str
    zone: str = Field(description="Of the site; IANA")
    opens: datetime | None = Field(
        description="From now on, the first instant at which it is open; null: not for a year"
    )
    outside: list[OutsideOut] = Field(
        description="Reservations that stand while it is closed, booked before it was set; they stay"
    )
