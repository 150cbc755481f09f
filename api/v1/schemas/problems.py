"""The RFC 9457 problem document, as OpenAPI shows it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.v1.schemas.groups import GroupAlternativeOut
from api.v1.schemas.offers import AlternativeOut


class FieldError(BaseModel):
    """One thing wrong with the request: `pointer` into the body, or the name of a `parameter`."""

    location: Literal["body", "query", "path", "header"] = Field(alias="in")
    pointer: str | None = Field(default=None, examples=["#/start"])
    parameter: str | None = None
    reason: str
    message: str


class Problem(BaseModel):
    """Match on `code`; it is stable. The other members are for people."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:slotkeeper:problem:slot_unavailable"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["slot_unavailable"])
    instance: str
    request_id: str
    errors: list[FieldError] | None = None


class RefusedBooking(Problem):
    """Why a booking was refused, and what could be had instead. It is no reservation, though it has a code."""

    reservation: str | None = Field(default=None, description="Under which it was asked for")
    alternatives: list[AlternativeOut] = Field(
        default=[], description="The best first; each could be booked just now as it stands"
    )
    opens: datetime | None = Field(default=None, description="From when on it would be another answer")
    ends_at: datetime | None = Field(default=None, description="When what refused it is over")


class RefusedGroup(Problem):
    """Why a group got no bays. `alternatives` of all of it have no pool; those of one of its bays do."""

    group: str | None = Field(default=None, description="Of which one bay was refused after it was held")
    reservation: str | None = Field(default=None, description="The one that was refused")
    alternatives: list[GroupAlternativeOut | AlternativeOut] = Field(
        default=[], description="The best first; each could be booked just now as it stands"
    )


class RefusedChange(Problem):
    """Why something was refused that there may be another place or time for."""

    alternatives: list[AlternativeOut] = Field(
        default=[],
        description="The best first. Of a reschedule or an extension: what the same action takes just now. Else: what "
        "can be booked just now as it stands",
    )
    opens: datetime | None = Field(default=None, description="From when on it would be another answer")
    ends_at: datetime | None = Field(default=None, description="When what refused it is over")


SHOWN: tuple[type[Problem], ...] = (Problem, RefusedBooking, RefusedChange, RefusedGroup)
"""The schemas that OpenAPI has of them."""
