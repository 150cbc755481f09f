"""One bay by name through every layer: quoted, booked, refused with offers, moved to another, and left again."""

from typing import Any

from httpx import Response

from tests.api.stage import assert_problem, fresh_key
from tests.whole_stack.answers import accepted, eventually
from tests.whole_stack.place import Place

AN_HOUR = 3600


async def quoted(place: Place, who: str = "anna", **over: Any) -> dict[str, Any]:
    asked = {name: place.booking()[name] for name in ("site_id", "start", "end")} | over
    answer = await place.stack.http.post("/v1/quotes", json=asked, headers=place.driver(who))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_a_bay_takes_from_others_is_told_by_the_quote_and_the_booking(roomy: Place) -> None:
    quote = await quoted(roomy, bay="Bay 2")
    told = quote["terms"]["named_bay"]
    assert (told["bay"], told["lost"]) == ("Bay 2", 0)
    assert told["starts"] > 0
    assert "Bay 2" in told["words"]
    assert_problem(await roomy.book(quote=quote["id"]), 422, "quote_mismatch")
    trip = await roomy.booked(quote=quote["id"], bay="Bay 2")
    view = await trip.view()
    assert (view["bay"]["label"], view["terms"]["named_bay"]["bay"]) == ("Bay 2", "Bay 2")
    assert (await roomy.booked(who="ben")).code
    assert_problem(await roomy.book(bay="Bay 9"), 404, "bay_unknown")


async def test_a_taken_bay_is_refused_with_another_bay_at_that_time_and_other_times_of_its_own(
    roomy: Place,
) -> None:
    await roomy.booked(bay="Bay 2")
    problem = assert_problem(await roomy.book(who="ben", bay="Bay 2"), 409, "bay_taken")
    other, *times = problem["alternatives"]
    assert (other["reason"], other["named_bay"]) == ("other_bay_here", None)
    at_it = [one for one in times if one["named_bay"]]
    assert {one["named_bay"]["bay"] for one in at_it} == {"Bay 2"}
    for offer, bay in ((at_it[0], "Bay 2"), (other, None)):
        offered = {name: offer[name] for name in ("site_id", "pool_id", "start", "end", "quote")}
        body = roomy.booking(bay=bay) | offered
        booked = await roomy.send_booking(body, who="ben")
        assert booked.status_code == 201, booked.text


async def test_a_reschedule_names_another_bay_and_leaves_it_to_us_again(roomy: Place) -> None:
    trip = await roomy.booked(bay="Bay 2")
    span = {"start": roomy.at(AN_HOUR), "end": roomy.at(AN_HOUR + 600)}
    moved = await trip.did("reschedule", span | {"bay": "Bay 3"})
    assert (moved["bay"]["label"], moved["terms"]["named_bay"]["bay"]) == ("Bay 3", "Bay 3")
    await roomy.booked(2 * AN_HOUR, bay="Bay 3", who="ben")
    later = {"start": roomy.at(2 * AN_HOUR), "end": roomy.at(2 * AN_HOUR + 600)}
    problem = assert_problem(await trip.act("reschedule", later), 409, "bay_taken")
    assert problem["alternatives"][0]["reason"] == "other_bay_here"
    problem = assert_problem(await trip.act("reschedule", later | {"bay": "Bay 3"}), 409, "bay_taken")
    assert "Bay 3" in {one["named_bay"]["bay"] for one in problem["alternatives"] if one["named_bay"]}
    left = await trip.did("reschedule", later | {"any_bay": True})
    assert left["terms"]["named_bay"] is None
    assert left["bay"]["label"] != "Bay 3"


async def test_whose_bay_breaks_is_moved_and_told_that_it_was_the_one_they_had_asked_for(
    roomy: Place,
) -> None:
    trip = await roomy.booked(bay="Bay 2")
    moved = await trip.operated("reassign", {"reason": "the cable of bay 2 is worn"})
    assert moved["bay"]["label"] != "Bay 2"

    async def told() -> bool:
        url = f"/v1/operations/reservations/{trip.code}/notifications"
        answer = accepted(await roomy.stack.http.get(url, headers=roomy.operator))
        return any("Bay 2" in one["text"] for one in answer["items"])

    await eventually(told)


async def test_each_of_a_group_is_offered_its_bay_by_name_or_any_and_books_it_as_told(roomy: Place) -> None:
    await roomy.booked(bay="Bay 2")
    slot = {name: roomy.booking()[name] for name in ("site_id", "start", "end")}
    asked = slot | {"members": [{"bay": "Bay 2"}, {}]}
    refused = assert_problem(await send_group(roomy, asked), 409, "bay_taken")
    offer = next(one for one in refused["alternatives"] if one["site_id"] == roomy.site_id)
    assert [one["bay"] for one in offer["members"]] == ["Bay 2", None]
    told = {name: offer[name] for name in slot} | {"members": offer["members"]}
    answer = await send_group(roomy, told)
    assert answer.status_code == 201, answer.text
    first, _ = answer.json()["members"]
    assert first["reservation"]["bay"]["label"] == "Bay 2"


async def send_group(place: Place, body: dict[str, Any]) -> Response:
    headers = place.driver("ben") | {"Idempotency-Key": fresh_key()}
    return await place.stack.http.post("/v1/reservation-groups", json=body, headers=headers)
