"""What drivers, fleets and operators do with a reservation, and who may."""

import pytest

from domain.money.amount import Money
from domain.reservation.actions.table import ACTIONS
from domain.reservation.code import reservation_code, workflow_id
from tests.api.stage import END, START, Stage, assert_problem, fresh_key
from tests.factories import make_receipt

ETA = "2026-11-22T14:20:00+01:00"
LATER: dict[str, object] = {"start": "2026-11-22T16:00:00+01:00", "end": "2026-11-22T17:00:00+01:00"}
DRIVER_ACTIONS: list[tuple[str, dict[str, object] | None, str]] = [
    ("on-my-way", {"eta": ETA}, "on_my_way 2026-11-22T13:20:00+00:00"),
    ("reschedule", LATER, "reschedule"),
    (
        "swap",
        {"offer": "7F3K-2QVM-X9TA"},
        'swap [{"accepted_energy_per_kwh": null, "accepted_time_per_minute": null, "offer": "7F3K-2QVM-X9TA"}]',
    ),
    ("extend", {"end": LATER["end"]}, "extend"),
    ("shorten", {"end": LATER["start"]}, "shorten"),
    ("check-in", None, "check_in"),
    ("start", None, "start_charging"),
    ("stop", None, "stop_charging"),
    ("accept-move", None, "accept_move"),
    ("decline-move", None, "decline_move"),
    ("accept-move", {"proposal": 2}, "accept_move 2"),
    ("decline-move", {"proposal": 2}, "decline_move 2"),
    ("check-in", {"at_connector": 7}, "check_in 7"),
    ("start", {"at_connector": 7}, "start_charging 7"),
    ("cancel", {"reason": "rain"}, "cancel rain"),
    ("cancel", None, "cancel "),
    ("cancel", {"accepted_cost": {"minor": 200, "currency": "EUR"}}, f"cancel for {Money(200, 'EUR')}"),
]
OPERATOR_ACTIONS: list[tuple[str, dict[str, object] | None, str]] = [
    ("cancel", {"reason": "outage"}, "operator_cancel by olga: outage"),
    ("cancel", None, "operator_cancel by olga: "),
    ("force-release", {"reason": "stuck"}, "force_release by olga: stuck"),
    ("resolve", {"reason": "paid by hand"}, "resolve by olga: paid by hand"),
    ("reassign", {"connector_id": 1}, "reassign by olga to 1"),
    ("reassign", None, "reassign by olga to None"),
    ("waive", {"kind": "no_show"}, "waive no_show by olga"),
]


@pytest.mark.parametrize(("action", "body", "told"), DRIVER_ACTIONS)
async def test_a_drivers_action_reaches_the_workflow_typed(
    stage: Stage, action: str, body: dict[str, object] | None, told: str
) -> None:
    code = await stage.booked()
    response = await stage.http.post(f"/v1/reservations/{code}/{action}", json=body, headers=stage.driver())
    assert response.status_code == 200, response.text
    assert response.json()["timeline"][-1]["code"] == told


async def test_a_late_change_is_refused_with_what_it_costs_until_that_is_accepted(stage: Stage) -> None:
    code = await stage.booked()
    path = f"/v1/reservations/{code}/reschedule"
    for accepted, status in ((199, 409), (200, 200)):
        body = LATER | {"accepted_cost": {"minor": accepted, "currency": "EUR"}}
        response = await stage.http.post(path, json=body, headers=stage.driver())
        assert response.status_code == status, response.text
        if status == 409:
            assert_problem(response, 409, "cost_not_accepted")
            assert response.json()["cost"] == {"minor": 200, "currency": "EUR"}
            assert "2.00 EUR" in response.json()["detail"]
    assert response.json()["timeline"][-1]["code"] == "for 2.00 EUR"
    for wrong in ({"minor": -1, "currency": "EUR"}, {"minor": 1.5, "currency": "EUR"}, 200):
        response = await stage.http.post(path, json=LATER | {"accepted_cost": wrong}, headers=stage.driver())
        assert_problem(response, 422, "invalid_request")


async def test_what_is_asked_by_energy_ends_when_that_is_charged(stage: Stage) -> None:
    """150 kW, from 10 to 70 % of a battery of 125 kWh: half an hour; a vehicle's record says what it holds."""
    who, half = stage.driver(), {"soc_now": 10, "soc_target": 70}
    energy = {**half, "battery_wh": 125_000}
    booked = await stage.book(end=None, energy=energy)
    assert booked.status_code == 201, booked.text
    shown = booked.json()["reservation"]
    assert (shown["start"], shown["end"]) == ("2026-11-22T13:00:00Z", "2026-11-22T13:30:00Z")
    plugs = {"plate": "B SK 9", "plugs": ["IEC_62196_T2_COMBO"], "battery_wh": 125_000}
    made = await stage.http.post("/v1/vehicles", json=plugs, headers={**who, "Idempotency-Key": fresh_key()})
    by_record = await stage.book(end=None, energy=half, vehicle_id=made.json()["id"])
    assert by_record.json()["reservation"]["end"] == "2026-11-22T13:30:00Z"
    before = await stage.row_counts()
    for end, wrong in ((None, None), (END, energy), (None, half), (None, {"energy_wh": 0})):
        assert_problem(await stage.book(end=end, energy=wrong), 422, "invalid_request")
    much = await stage.book(end=None, energy={"energy_wh": 9_000_000})
    assert_problem(much, 422, "energy_beyond_slot")
    assert await stage.row_counts() == before
    path = f"/v1/reservations/{shown['code']}/reschedule"
    for body in (
        {"start": START},
        {"start": START, "end": END, "energy": energy},
        {"start": START, "energy": half},
    ):
        assert_problem(await stage.http.post(path, json=body, headers=who), 422, "invalid_request")


@pytest.mark.parametrize(("action", "body", "told"), OPERATOR_ACTIONS)
async def test_an_operators_action_carries_who_it_was(
    stage: Stage, action: str, body: dict[str, object] | None, told: str
) -> None:
    code = await stage.booked()
    response = await stage.http.post(
        f"/v1/operations/reservations/{code}/{action}", json=body, headers=stage.operators("olga")
    )
    assert response.status_code == 200, response.text
    assert response.json()["timeline"][-1]["code"] == told


@pytest.mark.parametrize(("action", "body", "_told"), DRIVER_ACTIONS)
@pytest.mark.parametrize("published", [True, False])
async def test_somebody_elses_reservation_does_not_exist(
    stage: Stage, action: str, body: dict[str, str] | None, _told: str, published: bool
) -> None:
    code = await stage.booked()
    if published:
        await stage.publish(code)
    handle = stage.temporal.get_workflow_handle(workflow_id(code))
    before = (await handle.describe()).history_length
    for stranger in (stage.driver("driver-2"), stage.fleet()):
        response = await stage.http.post(f"/v1/reservations/{code}/{action}", json=body, headers=stranger)
        assert_problem(response, 404, "reservation_unknown")
    assert (await handle.describe()).history_length == before


async def test_being_an_operator_too_does_not_make_it_ones_own(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code)
    both = {"Authorization": f"Bearer {stage.issuer.mint('driver-2', scope='driver operator')}"}
    assert (await stage.http.get(f"/v1/reservations/{code}", headers=both)).status_code == 200
    response = await stage.http.post(f"/v1/reservations/{code}/check-in", headers=both)
    assert_problem(response, 404, "reservation_unknown")


async def test_a_fleet_sees_and_steers_what_its_drivers_booked_themselves(stage: Stage) -> None:
    code = await stage.booked(who=stage.driver("fleet-1-driver"))
    await stage.publish(code, driver_id="fleet-1-driver", account="fleet-1-driver", fleet_id="fleet-1")
    assert (await stage.http.get(f"/v1/reservations/{code}", headers=stage.fleet())).status_code == 200
    response = await stage.http.post(f"/v1/reservations/{code}/check-in", headers=stage.fleet())
    assert response.json()["state"] == "ARRIVED"
    other = await stage.http.get(f"/v1/reservations/{code}", headers=stage.fleet("fleet-2"))
    assert_problem(other, 404, "reservation_unknown")


async def test_possible_names_routes_that_the_caller_may_use(stage: Stage) -> None:
    code = reservation_code("driver-1", "possible")
    await stage.publish(code, closed=True, possible=tuple(action.name for action in ACTIONS))
    own = await stage.http.get(f"/v1/reservations/{code}", headers=stage.driver())
    operations = f"/v1/operations/reservations/{code}"
    theirs = await stage.http.get(operations, headers=stage.operators())
    looked_up = await stage.http.get(f"/v1/reservations/{code}", headers=stage.operators())
    assert looked_up.json()["possible"] == theirs.json()["possible"]
    paths = (await stage.http.get("/openapi.json")).json()["paths"]
    drivers = {f"/v1/reservations/{{code}}/{name}" for name in own.json()["possible"]}
    operators = {f"/v1/operations/reservations/{{code}}/{name}" for name in theirs.json()["possible"]}
    given_back = ("refunds", "returns")  # when the workflow is over
    of_the_ledger = {f"/v1/operations/reservations/{{code}}/{what}" for what in given_back}
    beside = {  # which the workflow knows nothing of
        f"/v1/reservations/{{code}}/{what}"
        for what in ("guest-pass", "swap-offers", "alternatives", "another-bay")
    }
    assert drivers | operators | of_the_ledger | beside == {
        path for path, routes in paths.items() if "/reservations/{code}/" in path and "post" in routes
    }


async def test_a_code_may_be_typed_in_any_spelling(stage: Stage) -> None:
    code = await stage.booked()
    for spelling in (code.lower(), code.replace("-", ""), code.replace("-", " ")):
        response = await stage.http.get(f"/v1/reservations/{spelling}", headers=stage.driver())
        assert response.json()["code"] == code


@pytest.mark.parametrize("typed", ["7F3K", "7F3K-2QVM-X9T0", "%00", "x" * 300, "7F3K-2QVM-X9T%FF", "é"])
async def test_a_mistyped_code_is_told_apart_from_an_unknown_one(stage: Stage, typed: str) -> None:
    response = await stage.http.get(f"/v1/reservations/{typed}", headers=stage.driver())
    assert_problem(response, 404, "reservation_code_invalid")


@pytest.mark.parametrize("action", ["", "/audit", "/notifications", "/timeline"])
async def test_an_unknown_code_is_404_for_operators_too(stage: Stage, action: str) -> None:
    code = reservation_code("nobody", "never")
    response = await stage.http.get(f"/v1/operations/reservations/{code}{action}", headers=stage.operators())
    assert_problem(response, 404, "reservation_unknown")


@pytest.mark.parametrize("action", ["cancel", "force-release", "resolve", "reassign"])
async def test_acting_on_an_unknown_code_is_404(stage: Stage, action: str) -> None:
    code = reservation_code("nobody", "never")
    response = await stage.http.post(
        f"/v1/operations/reservations/{code}/{action}", headers=stage.operators()
    )
    assert_problem(response, 404, "reservation_unknown")


async def test_moving_to_a_connector_that_does_not_exist_is_404_and_asks_nobody(stage: Stage) -> None:
    code = await stage.booked()
    handle = stage.temporal.get_workflow_handle(workflow_id(code))
    before = (await handle.describe()).history_length
    response = await stage.http.post(
        f"/v1/operations/reservations/{code}/reassign", json={"connector_id": 4711}, headers=stage.operators()
    )
    assert_problem(response, 404, "connector_unknown")
    assert (await handle.describe()).history_length == before


async def test_the_same_key_repeats_an_actions_answer_and_acts_once(stage: Stage) -> None:
    code = await stage.booked()
    headers = {**stage.driver(), "Idempotency-Key": fresh_key()}
    url = f"/v1/reservations/{code}/on-my-way"
    first = await stage.http.post(url, json={"eta": ETA}, headers=headers)
    again = await stage.http.post(url, json={"eta": ETA}, headers=headers)
    assert again.json() == first.json()
    assert len(again.json()["timeline"]) == 1


async def test_the_same_key_repeats_a_cancellations_answer_after_the_end(stage: Stage) -> None:
    code = await stage.booked()
    headers = {**stage.driver(), "Idempotency-Key": fresh_key()}
    first = await stage.http.post(f"/v1/reservations/{code}/cancel", headers=headers)
    await stage.temporal.get_workflow_handle(workflow_id(code)).result()
    again = await stage.http.post(f"/v1/reservations/{code}/cancel", headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())


async def test_a_key_reused_for_another_body_of_the_same_action_is_refused(stage: Stage) -> None:
    code = await stage.booked()
    headers = {**stage.driver(), "Idempotency-Key": fresh_key()}
    url = f"/v1/reservations/{code}/cancel"
    assert (await stage.http.post(url, json={"reason": "a"}, headers=headers)).status_code == 200
    assert_problem(
        await stage.http.post(url, json={"reason": "b"}, headers=headers), 422, "idempotency_key_reused"
    )


async def test_one_key_may_serve_different_actions(stage: Stage) -> None:
    key = fresh_key()
    code = await stage.booked(key=key)
    headers = {**stage.driver(), "Idempotency-Key": key}
    for action in ("check-in", "start", "stop"):
        response = await stage.http.post(f"/v1/reservations/{code}/{action}", headers=headers)
        assert response.status_code == 200


async def test_nothing_more_is_possible_after_the_end(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code)
    await stage.http.post(f"/v1/reservations/{code}/cancel", headers=stage.driver())
    await stage.temporal.get_workflow_handle(workflow_id(code)).result()
    response = await stage.http.post(f"/v1/reservations/{code}/check-in", headers=stage.driver())
    problem = assert_problem(response, 409, "not_possible_now")
    assert problem["detail"] == "The reservation has ended; nothing can be changed"  # whenever that was


async def test_an_update_that_nobody_answers_says_so(impatient: Stage) -> None:
    key = fresh_key()
    code = reservation_code("driver-1", key)
    await impatient.temporal.start_workflow(
        "ReservationWorkflow", id=workflow_id(code), task_queue="nobody-serves-this"
    )
    await impatient.publish(code)
    url = f"/v1/reservations/{code}"
    assert_problem(
        await impatient.http.post(f"{url}/check-in", headers=impatient.driver()), 503, "no_answer_yet"
    )
    fallback = await impatient.http.get(url, headers=impatient.driver())
    assert (fallback.status_code, fallback.json()["state"]) == (200, "CONFIRMED")


async def test_a_closed_reservation_is_read_as_it_ended(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code, state="COMPLETED", closed=True, receipt=make_receipt(energy_wh=12_000))
    answer = (await stage.http.get(f"/v1/reservations/{code}", headers=stage.driver())).json()
    assert (answer["state"], answer["energy_wh"]) == ("COMPLETED", 12_000)


async def test_the_drivers_credential_is_for_the_driver_only(stage: Stage) -> None:
    code = await stage.booked()
    mine = (await stage.http.get(f"/v1/reservations/{code}", headers=stage.driver())).json()
    theirs = await stage.http.get(f"/v1/operations/reservations/{code}", headers=stage.operators())
    assert mine["id_tag"] == "STANDIN"
    assert theirs.json()["id_tag"] is None
    assert "needs_attention" not in mine
    everybody = await stage.http.get(f"/v1/reservations/{code}", headers=stage.operators())
    assert everybody.json()["id_tag"] is None
