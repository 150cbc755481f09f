"""Guests over the wire: who comes, their pass, and what they get to see."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, WithJsonSchema

from api.v1.schemas.fields import Answer, Body, Instant
from domain.reservation.actions.table import BY_NAME
from domain.reservation.guest import GUESTS_ACTIONS
from domain.reservation.lifecycle import State

_PATHS = {name: f"/v1/guest-visit/{BY_NAME[name].path}" for name in GUESTS_ACTIONS}
GuestsPath = Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(_PATHS.values())})]


class GuestOut(Answer):
    name: str
    contact: str


class GuestPassOut(GuestOut):
    guest_pass: str = Field(
        description="Shown this once: a bearer token for `/v1/guest-visit`, and nothing else"
    )


class GuestVisitOut(Answer):
    """Where and when. `id_tag` opens the charger from `opens_at` to the end, and not otherwise."""

    code: str
    state: State
    site_name: str
    site_address: str
    start: datetime
    end: datetime
    zone: str
    charger_id: str | None
    bay: str | None
    arrive_by: datetime | None
    id_tag: str | None
    possible: list[GuestsPath] = Field(description="Paths of what can be done now")


class GuestOnMyWayIn(Body):
    model_config = ConfigDict(extra="forbid")

    eta: Instant
