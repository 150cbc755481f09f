"""What a waiting list offers, through every layer: held first, and a reservation once it is accepted."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from activities.queue.offering import offer_at
from activities.queue.rounds import LEFT_ALONE, finish_broken
from api.desk.desk import open_desk
from api.desk.limits import Limits
from api.desk.principal import Principal
from api.desk.waiting_answers import Acceptance
from db.queries.left_open import open_codes
from tests.api.stage import assert_problem
from tests.whole_stack.answers import accepted, eventually, fresh_key
from tests.whole_stack.place import DECLINED_CARD, VISA, Place, Trip
from workflows.client.charger_commands import ChargerCommandClient
from workflows.client.debts import DebtClient
from workflows.client.reservations import ReservationClient
from workflows.client.unattended import UnattendedBookings

ADDRESS = "/v1/waiting-list-entries"


async def waits(place: Place, who: str) -> str:
    """Address of an entry for the slot that `place.booking` has."""
    wanted = place.booking()
    body = {name: wanted[name] for name in ("site_id", "start", "end")} | {"lasts_minutes": 10}
    headers = {**place.driver(who), "Idempotency-Key": fresh_key()}
    response = await place.stack.http.post(ADDRESS, json=body, headers=headers)
    assert response.status_code == 201, response.text
    return f"{ADDRESS}/{response.json()['id']}"


async def shown(place: Place, who: str, entry: str) -> dict[str, Any]:
    return accepted(await place.stack.http.get(entry, headers=place.driver(who)))


async def offered(place: Place, who: str, entry: str) -> str:
    """Code of the reservation that the offer becomes."""
    await offer_at(place.stack.sessions, place.site_id, lambda: datetime.now(UTC))
    return str((await shown(place, who, entry))["offer"]["code"])


async def accepts(place: Place, who: str, entry: str, **over: Any) -> httpx.Response:
    code = (await shown(place, who, entry))["offer"]["code"]
    body = {"offer": code, "payment_method": VISA} | over
    for _ in range(10):  # on a busy machine it is not decided in time: the same word asks again
        response = await place.stack.http.post(f"{entry}/accept", json=body, headers=place.driver(who))
        if response.status_code != 202:
            return response
    raise AssertionError(response.text)


async def test_who_accepts_has_a_reservation_of_what_was_held_and_what_they_cancel_goes_on_at_once(
    place: Place,
) -> None:
    trip = await place.booked()
    ben, anna = await waits(place, "ben"), await waits(place, "anna")
    assert await offer_at(place.stack.sessions, place.site_id, lambda: datetime.now(UTC)) == 0
    await trip.did("cancel", {"reason": "rain"})
    code = await offered(place, "ben", ben)
    (kept,) = await place.open_holds()
    assert (kept.reservation_code, (await shown(place, "anna", anna))["offer"]) == (code, None)
    async with place.stack.sessions() as session:
        assert code not in await open_codes(session, before=datetime.now(UTC), after="", page=500)

    booked = await accepts(place, "ben", ben)
    assert booked.status_code == 201, booked.text
    assert (booked.json()["outcome"], booked.json()["reservation"]["code"]) == ("confirmed", code)
    (held,) = await place.open_holds()
    assert (held.id, held.reservation_code) == (kept.id, code)
    assert (await shown(place, "ben", ben))["reservation"] == code

    theirs = Trip(place=place, code=code)
    await eventually(theirs.is_told)
    assert (await theirs.act("cancel", {"reason": "snow"}, who="ben")).status_code == 200
    assert await offered(place, "anna", anna) != code
    (held,) = await place.open_holds()
    assert held.driver_id == f"{place.site_id}-anna"


async def test_a_card_that_is_declined_leaves_the_place_to_the_next_and_who_pays_later_has_their_time(
    place: Place,
) -> None:
    ben, anna = await waits(place, "ben"), await waits(place, "anna")
    await offered(place, "ben", ben)
    assert_problem(await accepts(place, "ben", ben, payment_method=DECLINED_CARD), 402, "payment_declined")
    assert await place.open_holds() == []
    entry = await shown(place, "ben", ben)
    assert (entry["state"], entry["passed_over"]) == ("waiting", "payment_declined")
    code = await offered(place, "anna", anna)
    pending = await accepts(place, "anna", anna, payment_method=None)
    assert (pending.status_code, pending.json()["outcome"]) == (201, "payment_required")
    assert (await shown(place, "anna", anna))["state"] == "accepted"  # until it is paid for
    assert [hold.reservation_code for hold in await place.open_holds()] == [code]


async def test_what_broke_off_behind_the_word_is_booked_by_the_loop_or_by_the_same_word(place: Place) -> None:
    ben = await waits(place, "ben")
    code = await offered(place, "ben", ben)
    nowhere = await Client.connect("127.0.0.1:9", lazy=True)
    desk = open_desk(
        sessions=place.stack.sessions,
        reservations=ReservationClient(nowhere),
        gateways=ChargerCommandClient(nowhere),
        debts=DebtClient(nowhere),
        stripe_webhook_secret="",
        clock=lambda: datetime.now(UTC),
        limits=Limits(),
    )
    caller = Principal(subject=f"{place.site_id}-ben", scopes=frozenset({"driver"}))
    entry_id = ben.removeprefix(f"{ADDRESS}/")
    with pytest.raises(RuntimeError):
        await desk.waiting_answers.accept(caller, entry_id, Acceptance(offer=code, payment_method=VISA))
    (kept,) = await place.open_holds()
    assert (await shown(place, "ben", ben))["state"] == "accepted"

    bookings = UnattendedBookings(ReservationClient(place.stack.temporal))
    later = datetime.now(UTC) + LEFT_ALONE
    while (await shown(place, "ben", ben))["state"] == "accepted":
        await finish_broken(place.stack.sessions, bookings, lambda: later)
    (held,) = await place.open_holds()
    assert (held.id, held.reservation_code) == (kept.id, code)
    body = {"offer": code}
    again = await place.stack.http.post(f"{ben}/accept", json=body, headers=place.driver("ben"))
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert again.json()["reservation"]["code"] == code
