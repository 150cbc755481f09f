"""Who may use which bays of a site, over the wire."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from api.v1.schemas.fields import NO_CONTROLS, Answer, Body, Identifier, Instant, Reason, Subject
from api.v1.schemas.price_rules import DatesIn, WeeklySpanIn
from domain.terms.access_flaws import LONGEST_NAME, MOST_LINES, MOST_NAMES
from domain.terms.access_rules import AccessLine, AccessRules, Who
from domain.terms.price_rules import Dates, WeeklySpan

_Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME, pattern=NO_CONTROLS),
]
_NOON: JsonDict = {"weekly": [{"start": "11:00", "end": "14:00"}], "bays": ["Bay harbour-1"]}
_TAXIS: JsonDict = {
    "lines": [
        {"name": "Taxis", "who": "group", "names": ["taxis"], "allow": True, **_NOON},
        {"name": "Taxi stand", "who": "public", "allow": False, **_NOON},
    ]
}


class AccessLineIn(Body):
    name: _Name = Field(description="Told to people as it stands")
    who: Who
    names: list[Subject] = Field(
        default=[],
        max_length=MOST_NAMES,
        description="Ids of groups or fleets, or names of tiers, of whom any; of the public: none",
    )
    weekly: list[WeeklySpanIn] = Field(default=[], max_length=21, description="Empty: at any time")
    dates: list[DatesIn] = Field(default=[], max_length=100, description="Empty: on any day")
    bays: list[Identifier] = Field(
        default=[], max_length=MOST_NAMES, description="Labels; neither bays nor pools: the whole site"
    )
    pools: list[Identifier] = Field(default=[], max_length=MOST_NAMES, description="Ids")
    allow: Annotated[bool, Field(strict=True)]

    def line(self) -> AccessLine:
        return AccessLine(
            name=self.name,
            who=self.who,
            names=tuple(self.names),
            weekly=tuple(
                WeeklySpan(weekdays=tuple(one.weekdays), start=one.start, end=one.end) for one in self.weekly
            ),
            dates=tuple(Dates(first=one.first, last=one.last) for one in self.dates),
            bays=tuple(self.bays),
            pools=tuple(self.pools),
            allow=self.allow,
        )


class AccessRulesIn(Body):
    """The first line that covers somebody, a bay and an instant decides; where none does, everybody may."""

    lines: list[AccessLineIn] = Field(max_length=MOST_LINES)

    def rules(self) -> AccessRules:
        return AccessRules(lines=tuple(one.line() for one in self.lines))


class WriteAccessRulesIn(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rules": _TAXIS, "reason": "Taxi stand at noon"}]}
    )

    rules: AccessRulesIn | None = Field(description="null: everybody may use all of it")
    valid_from: Instant | None = Field(default=None, description="Default: now")
    reason: Reason = ""


class PreviewAccessRulesIn(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"rules": _TAXIS}]})

    rules: AccessRulesIn


class AccessRulesVersionOut(Answer):
    version: int
    valid_from: datetime
    rules: dict[str, Any] | None = Field(description="As it was written; null: everybody may use all of it")


class AccessRulesVersionsOut(Answer):
    items: list[AccessRulesVersionOut]


class RefusedBookingOut(Answer):
    reservation: str
    driver_id: str
    bay: str | None
    start: datetime
    end: datetime


class HoursOut(Answer):
    start: datetime
    end: datetime


class PublicHoursOut(Answer):
    bay: str | None
    pool_id: str
    hours: list[HoursOut] = Field(description="When everybody may, in the next seven days")


class AccessPreviewOut(Answer):
    bookings: int = Field(description="Open ones at the site that were looked at")
    refused: list[RefusedBookingOut] = Field(
        description="Those that the rules would not have let be made where they are, at most 100; they stay"
    )
    public: list[PublicHoursOut]
