"""Groups of drivers over the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from api.v1.schemas.fields import NO_CONTROLS, Answer, Body, Identifier, Instant

_Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=NO_CONTROLS)
]


class DriverGroupIn(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Taxis", "site_id": "harbour"}]})

    name: _Name = Field(description="Told to people as it stands")
    site_id: Identifier | None = Field(
        default=None,
        description="Whose rules alone may name it; null: the installation's, for the rules of every site. It stays so",
    )


class DriverGroupOut(Answer):
    id: str = Field(description="What rules name")
    name: str
    site_id: str | None = Field(description="Whose rules alone may name it; null: those of every site may")


class DriverGroupsOut(Answer):
    items: list[DriverGroupOut]


class GroupMemberIn(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"until": "2027-12-31T23:00:00Z"}]})

    until: Instant | None = Field(
        default=None, description="From here on they are none; null: until taken out"
    )


class DriverGroupMemberOut(Answer):
    driver_id: str
    since: datetime
    until: datetime | None = Field(description="From here on they are none; null: until taken out")
    joined_by: str


class GroupMembersOut(Answer):
    items: list[DriverGroupMemberOut]
    next_cursor: str | None


class OwnDriverGroupOut(DriverGroupOut):
    since: datetime
    until: datetime | None


class OwnDriverGroupsOut(Answer):
    items: list[OwnDriverGroupOut]
