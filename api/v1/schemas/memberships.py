"""Memberships over the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from api.desk.memberships import MembershipOrder
from api.v1.schemas.fields import LINE, Answer, Body, Identifier, Instant, Subject
from domain.terms.tiers import LONGEST_TIER


class MembershipIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "driver_id": "driver-ana",
                    "site_id": "harbour",
                    "valid_until": "2027-12-31T23:00:00Z",
                }
            ]
        },
    )

    driver_id: Subject
    site_id: Identifier | None = Field(default=None, description="null: at every site")
    tier: Annotated[str, Field(max_length=LONGEST_TIER, pattern=LINE)] = Field(
        default="", description="Of the site's policy, by name; empty: of none"
    )
    valid_from: Instant | None = Field(default=None, description="null: from now on")
    valid_until: Instant | None = Field(
        default=None, description="From here on it is none; null: until it is ended"
    )

    def order(self) -> MembershipOrder:
        return MembershipOrder(**dict(self))


class EndMembershipIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"at": "2026-12-31T23:00:00Z"}]}
    )

    at: Instant | None = Field(default=None, description="From here on it is none; null: now")


class MembershipOut(Answer):
    """What counts is whether a slot's start lies within it when it is booked."""

    id: int
    site_id: str | None = Field(description="null: at every site")
    tier: str = Field(description="Of the site's policy, by name; empty: of none")
    valid_from: datetime
    valid_until: datetime | None = Field(description="From here on it is none; null: until it is ended")


class MembershipsOut(Answer):
    items: list[MembershipOut]
    next_cursor: str | None


class OperatorsMembershipOut(MembershipOut):
    driver_id: str
    given_at: datetime
    given_by: str
    ended_at: datetime | None = Field(
        description="When it was decided that it ends earlier; null: it was not"
    )
    ended_by: str


class OperatorsMembershipsOut(Answer):
    items: list[OperatorsMembershipOut]
    next_cursor: str | None
