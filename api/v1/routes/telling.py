"""/v1/contact-points, /v1/telling-preferences: where and how one is told. /v1/operations/messages: what was sent."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.desk.telling_preferences import edition_of_preferences
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, show_edition, tagged
from api.v1.pagination import LARGEST_PAGE, cursor_of_row, row_position
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.telling import (
    ContactCodeIn,
    ContactPointIn,
    ContactPointOut,
    ContactPointsOut,
    SentMessagesOut,
    SentMessageWithNoticesOut,
    TellingChannelsOut,
    TellingPreferencesIn,
    TellingPreferencesOut,
)
from api.v1.views.telling import (
    contact_point_out,
    message_out,
    message_with_notices_out,
    telling_channels_out,
)
from db.queries.messages import MessageFilter
from db.tables import Message
from domain.telling.channels import Channel
from domain.telling.preferences import Preferences
from domain.telling.states import MessageState

_COMMON = documented(*AUTH, "invalid_request", "database_unavailable")
own_router = APIRouter(prefix="/v1", tags=["notices"], route_class=AuthenticatedRoute, responses=_COMMON)
operations_router = APIRouter(
    prefix="/v1/operations/messages", tags=["operations"], route_class=AuthenticatedRoute, responses=_COMMON
)
_BODY = ("malformed_request", "body_too_large")
_Number = Annotated[int, Path(ge=1, le=2**53)]


@own_router.get("/contact-points", summary="List where one is told")
async def list_contact_points(customer: Customer, services: ServicesHere) -> ContactPointsOut:
    """A driver's own addresses, or their fleet's; the first that was added first."""
    found = await services.desk.contact_points.all(customer)
    return ContactPointsOut(items=[contact_point_out(row) for row in found])


@own_router.get("/telling-channels", summary="List ways to be told")
async def list_telling_channels(_customer: Customer, services: ServicesHere) -> TellingChannelsOut:
    """Those that this installation has."""
    return telling_channels_out(services.desk.contact_points.offered)


@own_router.post(
    "/contact-points",
    summary="Add an address to be told at",
    responses=documented("contact_point_invalid", "too_many_contact_points", "too_many_attempts", *_BODY),
)
async def add_contact_point(
    body: ContactPointIn, customer: Customer, services: ServicesHere
) -> ContactPointOut:
    """A code is sent there that confirms it, and another one when it is added again before; where the token says that
    the address is the caller's (`email`, `email_verified`) it counts at once, and so does a browser. One that counts
    stays as it is. A number or browser is used from then on, as the preferences say.
    """
    return contact_point_out(await services.desk.contact_points.add(customer, body.wanted()))


@own_router.post(
    "/contact-points/{number}/confirm",
    summary="Confirm an address by its code",
    responses=documented("contact_point_unknown", "contact_code_invalid", *_BODY),
)
async def confirm_contact_point(
    number: _Number, body: ContactCodeIn, customer: Customer, services: ServicesHere
) -> ContactPointOut:
    """With the code that was sent there, within fifteen minutes, tried five times at most."""
    return contact_point_out(await services.desk.contact_points.confirm(customer, number, body.code))


@own_router.delete(
    "/contact-points/{number}",
    status_code=204,
    summary="Remove an address of one's own",
    responses=documented("contact_point_unknown"),
)
async def remove_contact_point(number: _Number, customer: Customer, services: ServicesHere) -> None:
    """Nothing is sent there any more, not even what is under way; the address itself is forgotten."""
    await services.desk.contact_points.remove(customer, number)


@own_router.get(
    "/telling-preferences",
    summary="Show how one is told",
    responses=tagged() | NOT_MODIFIED,
    dependencies=[REVALIDATED],
)
async def read_telling_preferences(
    customer: Customer, services: ServicesHere, response: Response
) -> TellingPreferencesOut:
    """Who has said nothing is told everything by mail, at any time."""
    return _shown(response, await services.desk.telling_preferences.read(customer))


@own_router.put(
    "/telling-preferences",
    summary="Set how one is told",
    responses=tagged() | EDITED | documented("quiet_hours_invalid", *_BODY),
)
async def put_telling_preferences(
    body: TellingPreferencesIn, customer: Customer, seen: IfMatch, services: ServicesHere, response: Response
) -> TellingPreferencesOut:
    """As a whole: what is left out is as for who has said nothing. It counts for what waits, too."""
    wanted = body.preferences()
    return _shown(response, await services.desk.telling_preferences.put(customer, wanted, seen))


@operations_router.get("", summary="List messages to people", responses=documented("cursor_invalid"))
async def list_messages(
    operator: Operator,
    services: ServicesHere,
    driver_id: Identifier | None = None,
    fleet_id: Identifier | None = None,
    channel: Channel | None = None,
    state: MessageState | None = None,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> SentMessagesOut:
    """The latest first, with what became of each."""
    wanted = MessageFilter(driver_id=driver_id, fleet_id=fleet_id, channel=channel, state=state)
    found = await services.desk.messages.page(operator, wanted, row_position(cursor), limit)
    return SentMessagesOut(
        items=[message_out(one) for one in found[:limit]],
        next_cursor=_cursor(found[limit - 1].message) if len(found) > limit else None,
    )


@operations_router.get(
    "/{number}", summary="Show a message to people", responses=documented("message_unknown")
)
async def read_message(
    number: _Number, operator: Operator, services: ServicesHere, reader: ReaderHere
) -> SentMessageWithNoticesOut:
    """With the notices that it carries."""
    return message_with_notices_out(await services.desk.messages.one(operator, number), reader)


@operations_router.post(
    "/{number}/send-again",
    summary="Send a message again",
    responses=documented("message_unknown", "message_under_way"),
)
async def send_message_again(
    number: _Number, operator: Operator, services: ServicesHere, reader: ReaderHere
) -> SentMessageWithNoticesOut:
    """To the address that it went to, in the words of now; refused while it is being sent."""
    return message_with_notices_out(await services.desk.messages.send_again(operator, number), reader)


def _cursor(message: Message) -> str:
    return cursor_of_row(message.recorded_at, message.id)


def _shown(response: Response, preferences: Preferences) -> TellingPreferencesOut:
    show_edition(response, edition_of_preferences(preferences))
    return TellingPreferencesOut.of(preferences)
