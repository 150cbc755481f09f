"""Invitations into groups of drivers, over the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from api.desk.invitations import InvitationOrder
from api.v1.schemas.driver_groups import OwnDriverGroupOut
from api.v1.schemas.fields import Answer, Body, Instant, Reason
from domain.terms.invitations import MOST_USES

_Domain = Annotated[
    str,
    StringConstraints(
        max_length=253,
        to_lower=True,
        pattern=r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$",
    ),
]


class InvitationIn(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"most_uses": 20, "expires_at": "2027-01-31T23:00:00Z", "note": "for the new tenants"},
                {"domain": "example.com"},
            ]
        }
    )

    domain: _Domain | None = Field(
        default=None,
        description="Whoever has a verified e-mail address at exactly this domain may come; null: by a code",
    )
    most_uses: Annotated[int, Field(strict=True, ge=1, le=MOST_USES)] | None = Field(
        default=None, description="So many drivers may use it; null: as many as come"
    )
    expires_at: Instant | None = Field(
        default=None, description="Nobody may use it from then on, at most a year ahead; a code needs one"
    )
    member_until: Instant | None = Field(
        default=None, description="Who comes is in the group until then; null: until taken out"
    )
    note: Reason = Field(default="", description="For operators")

    def order(self) -> InvitationOrder:
        return InvitationOrder(
            domain=self.domain,
            most_uses=self.most_uses,
            expires_at=self.expires_at,
            member_until=self.member_until,
            note=self.note,
        )


class InvitationOut(Answer):
    id: int
    group_id: str
    domain: str | None = Field(description="null: by a code")
    uses: int
    most_uses: int | None
    expires_at: datetime | None
    member_until: datetime | None
    note: str
    made_at: datetime
    made_by: str
    revoked_at: datetime | None


class MadeInvitationOut(InvitationOut):
    code: str | None = Field(
        examples=["7F3K-2QVM-X9TA-4CDE"], description="Told this once, and kept nowhere; null: by domain"
    )


class InvitationsOut(Answer):
    items: list[InvitationOut]


class RedeemIn(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "7F3K-2QVM-X9TA-4CDE"}]})

    code: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9 -]+$")] = Field(
        description="Also small, and without dashes"
    )


class JoinedGroupsOut(Answer):
    items: list[OwnDriverGroupOut]
