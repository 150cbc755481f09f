"""What there is instead of a reservation is quoted to whoever asks, who is not always who booked it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from activities.holds.activities import HoldActivities
from api.desk.desk import Desk
from api.desk.guests import name_guest
from api.desk.instead import Instead
from api.desk.principal import Principal
from api.desk.quotes import QuoteOrder
from db.documents import policy_to_document
from db.engine import Sessions
from db.tables import PolicyVersion, Site
from domain.errors import SiteClosed
from domain.reservation.actions.table import BY_NAME
from domain.reservation.code import reservation_code
from domain.reservation.guest import Guest
from tests.api.desk.players import FLEET, STRANGER, PlayedReservations, caller
from tests.api.stage import NOW, START, publish, view_of
from tests.factories import make_booking, make_policy, make_slot, make_terms
from workflows.client.failures import Refused

CODE = reservation_code("driver-1", "instead")
OWN = caller("fleet-1-driver", "driver")


async def offered(desk: Desk, workflows: PlayedReservations, who: Principal, *, late: bool) -> Instead:
    """`late`: by an action that is refused as there is no place."""
    if not late:
        return await desk.instead.of_reservation(who, CODE)
    workflows.fails_acts = Refused("slot_unavailable", "full")
    heard: list[Instead] = []
    with pytest.raises(Refused):
        await desk.instead.act(who, CODE, BY_NAME["check_in"], heard=heard.append)
    return heard[0]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(("who", "account"), [(OWN, "fleet-1-driver"), (FLEET, "fleet-1")])
@pytest.mark.parametrize("booked_by", ["fleet-1-driver", "fleet-1"])
async def test_who_asks_can_book_by_the_quotes_whoever_booked_before(
    desk: Desk,
    workflows: PlayedReservations,
    sessions: Sessions,
    who: Principal,
    account: str,
    booked_by: str,
    late: bool,
) -> None:
    own = view_of(CODE, driver_id="fleet-1-driver", fleet_id="fleet-1", account=booked_by, terms=make_terms())
    await publish(sessions, own)
    found = (await offered(desk, workflows, who, late=late)).found
    assert found
    for one in found:
        assert (await desk.quotes.one(who, one.quote or "")).quote.account == account


async def test_instead_of_a_guests_reservation_is_offered_what_the_booker_is_elsewhere_at(
    desk: Desk, workflows: PlayedReservations, sessions: Sessions
) -> None:
    """Of their own they are offered nothing that overlaps what they have."""
    strict = make_policy(overlapping_per_driver=False)
    async with sessions.begin() as session:
        document = policy_to_document(strict)
        session.add(PolicyVersion(site_id="north", version=99, valid_from=NOW, document=document))
    code = reservation_code("driver-2", "elsewhere")
    slot = make_slot(after=datetime.fromisoformat(START))
    busy = make_booking(driver_id="driver-2", account="driver-2", code=code, slot=slot, now=NOW)
    assert (await HoldActivities(sessions).place_hold(busy)).held is not None
    guests = reservation_code("driver-2", "of a guest")
    await publish(sessions, view_of(guests, driver_id="driver-2", account="driver-2", terms=make_terms()))
    own = (await desk.instead.of_reservation(STRANGER, guests)).found
    assert own
    assert not [one for one in own if one.slot.overlaps(slot)]
    async with sessions.begin() as session:
        await name_guest(session, [guests], "driver-2", Guest(name="Mia", contact="mia@example.org"))
    assert slot in [one.slot for one in (await desk.instead.of_reservation(STRANGER, guests)).found]


@pytest.mark.parametrize("for_guest", [False, True])
async def test_a_refused_quote_for_a_guest_offers_what_the_booker_is_elsewhere_at(
    desk: Desk, sessions: Sessions, for_guest: bool
) -> None:
    """The site opens when they are."""
    busy = make_slot(after=datetime.fromisoformat(START))
    opens = busy.start.astimezone(ZoneInfo("Europe/Berlin"))
    async with sessions.begin() as session:
        (await session.get_one(Site, "north")).opening_hours = f"{opens:%H:%M}-22:00"
    wanted = busy.moved_to(busy.start - timedelta(hours=1))
    order = QuoteOrder(site_id="north", start=wanted.start, end=wanted.end, for_guest=for_guest)
    heard: list[Instead] = []
    with pytest.raises(SiteClosed):
        await desk.instead.quote(STRANGER, order, heard=heard.append)
    (instead,) = heard
    assert instead.found
    assert any(one.slot.overlaps(busy) for one in instead.found) == for_guest
