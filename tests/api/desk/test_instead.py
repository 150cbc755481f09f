"""What there is instead of a reservation is quoted to whoever asks, who is not always who booked it."""

import pytest

from api.desk.desk import Desk
from api.desk.instead import Instead
from api.desk.principal import Principal
from db.engine import Sessions
from domain.reservation.actions.table import BY_NAME
from domain.reservation.code import reservation_code
from tests.api.desk.players import FLEET, PlayedReservations, caller
from tests.api.stage import publish, view_of
from tests.factories import make_terms
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
