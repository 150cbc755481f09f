"""A charge point that somebody else wrote plays a whole reservation, from the booking to the bill."""

import pytest

from tests.foreign.conftest import EACH, ConnectTo
from tests.foreign.wording import WORDINGS
from tests.whole_stack.answers import accepted
from tests.whole_stack.place import Place, Trip

ENERGY_WH = 9000


@pytest.mark.parametrize(("implementation", "subprotocol"), EACH)
async def test_a_reservation_from_the_booking_to_the_bill(
    implementation: str, subprotocol: str, place: Place, connect_to: ConnectTo
) -> None:
    words = WORDINGS[subprotocol]
    charger = await connect_to(
        implementation,
        subprotocol,
        url=place.stack.gateway.url,
        identity=f"{place.site_id.upper()}-1",
    )
    assert (await words.boot(charger))["status"] == "Accepted"
    await words.status(charger, "Available")

    trip = await place.booked(10, 1800)
    assert (await trip.until("LOCKED"))["enforcement"] == "hard"
    assert words.reserved_for(charger.heard.last("ReserveNow"))
    await words.status(charger, "Reserved")

    assert await words.authorize(charger, place.card("ben")) != "Accepted"
    assert await words.authorize(charger, place.card()) == "Accepted"
    begun = await words.begin(charger, place.card())
    assert begun.status == "Accepted"
    await words.status(charger, words.in_use)
    await words.draw(charger, begun, ENERGY_WH // 3)
    await trip.until("CHARGING")
    await words.end(charger, begun, ENERGY_WH)
    await words.status(charger, "Available")

    view = await trip.closed()
    assert (view["state"], view["energy_wh"]) == ("COMPLETED", ENERGY_WH)
    await is_billed(trip)
    assert charger.heard.invalid == []


async def is_billed(trip: Trip) -> None:
    """4.50 for 9 kWh (the fee of the reservation is credited to the session) and 0.86 tax, and that is taken."""
    url = f"/v1/operations/reservations/{trip.code}/bills"
    (bill,) = accepted(await trip.place.stack.http.get(url, headers=trip.place.operator))["items"]
    (leg,) = bill["evidence"]
    assert (leg["basis"], leg["billed_wh"]) == ("stop", ENERGY_WH)
    prices = {line["kind"]: line["amount_minor"] for line in bill["lines"]}
    assert prices == {"reservation_fee": 300, "energy": 450, "fee_credit": -300, "tax": 86}
    assert await trip.money() == [("succeeded", 536)]
