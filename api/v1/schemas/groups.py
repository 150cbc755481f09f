"""Groups over the wire: bays that are booked together."""

from datetime import datetime

from pydantic import ConfigDict, Field

from api.desk.group_orders import GroupOrder, Member
from api.v1.schemas.bays import WithBay
from api.v1.schemas.fields import Answer, Body, Identifier, ShortText, Span, Subject
from api.v1.schemas.reservations import ReservationOut
from contracts.reservation import BookOutcome
from domain.reservation.groups import GroupMode, GroupState

MOST_MEMBERS = 20


class MemberIn(WithBay):
    model_config = ConfigDict(extra="forbid")

    driver_id: Subject | None = Field(default=None, description="For fleets: which of its drivers")
    pool_id: Identifier | None = Field(default=None, description="A pool of the site; default: the best fit")
    connector_type: Identifier | None = Field(default=None, description="OCPI ConnectorType name")
    quote: Identifier | None = Field(
        default=None, description="Id of a quote of the same slot, site and connector, whose terms are taken"
    )


class GroupIn(Span):
    site_id: Identifier
    members: list[MemberIn] = Field(
        min_length=2,
        max_length=MOST_MEMBERS,
        description="One a bay; `{}` is one for the caller, of any kind",
    )
    mode: GroupMode = Field(
        default=GroupMode.TOGETHER, description="All of the bays or none; or what there is"
    )
    payment_method: Identifier | None = Field(
        default=None,
        description="A saved Stripe payment method; without one each bay may be payment_required",
    )
    cost_center: ShortText = Field(default="", description="On every document of each reservation")
    reference: ShortText = Field(default="", description="The same, in words of one's own")

    def order(self) -> GroupOrder:
        members, quotes, bays = [], [], []
        for one in self.members:
            asked = one.asked()
            quotes.append(asked.pop("quote"))
            bays.append(asked.pop("bay"))
            members.append(Member(**asked))
        given = dict(self) | {
            "members": tuple(members),
            "quotes": tuple(quotes) if any(quotes) else (),
            "bays": tuple(bays) if any(bays) else (),
        }
        return GroupOrder(**given)


class CancelGroupIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "the tour is off"}]})

    reason: ShortText = ""


class RefusedOut(Answer):
    code: str
    title: str


class GroupMemberOut(Answer):
    """One bay: a reservation like any other, by its code. `client_secret` completes its payment."""

    code: str
    driver_id: str
    refused: RefusedOut | None = Field(description="What refused it a bay, or what was asked of it just now")
    outcome: BookOutcome | None = Field(
        description="confirmed, payment_required, declined; null: not decided yet, or not asked now"
    )
    client_secret: str | None
    payment_due_at: datetime | None
    reservation: ReservationOut | None = Field(description="null: there is none, or nothing is known yet")


class GroupOut(Answer):
    id: str
    site_id: str
    start: datetime
    end: datetime
    mode: GroupMode
    state: GroupState = Field(
        description="open: being decided; answered: together or not at all, and not all are paid for; booked: each "
        "stands by itself; undoing, undone: one came to nothing"
    )
    members: list[GroupMemberOut]


class QuotedBayOut(Answer):
    """What one member asks for to get its bay at the price that was told."""

    quote: str = Field(description="How much: `GET /v1/quotes/{quote}`")
    connector_type: str | None = Field(description="null: any")


class GroupAlternativeOut(Answer):
    """A slot in which all of the group would get a bay."""

    site_id: str
    site_name: str
    site_address: str
    start: datetime
    end: datetime
    distance_m: int
    certainty: float | None = Field(
        description="That all of them are kept, 0 to 1: the product of theirs. null: not known"
    )
    members: list[QuotedBayOut] = Field(description="One a bay, in the order of the group that was refused")
