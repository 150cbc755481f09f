"""Whatever is sent: a documented problem, never a 500, and nothing changed."""

from typing import Any

import pytest

from domain.reservation.code import reservation_code
from tests.api.stage import END, START, Stage, assert_problem, booking, fresh_key

Case = tuple[str, str, str, Any]

DRIVER_POSTS = {
    "/v1/reservations": booking(),
    "/v1/reservations/{code}/cancel": {"reason": ""},
    "/v1/reservations/{code}/reschedule": {"start": START, "end": END},
    "/v1/reservations/{code}/extend": {"end": END},
    "/v1/reservations/{code}/shorten": {"end": END},
    "/v1/reservations/{code}/on-my-way": {"eta": START},
}
OPERATOR_POSTS: dict[str, dict[str, Any]] = {
    "/v1/operations/reservations/{code}/cancel": {"reason": ""},
    "/v1/operations/reservations/{code}/force-release": {"reason": ""},
    "/v1/operations/reservations/{code}/resolve": {"reason": ""},
    "/v1/operations/reservations/{code}/reassign": {"connector_id": 1},
    "/v1/operations/reservations/{code}/waive": {"kind": "no_show"},
    "/v1/operations/chargers/NORTH-1/reset": {"hard": True},
    "/v1/operations/chargers/NORTH-1/unlock": {"connector_number": 1},
    "/v1/operations/chargers/NORTH-1/change-availability": {"connector_number": 0, "operative": True},
    "/v1/operations/chargers/NORTH-1/trigger": {"message": "Heartbeat"},
    "/v1/operations/chargers/NORTH-1/get-configuration": {"keys": ["HeartbeatInterval"]},
    "/v1/operations/chargers/NORTH-1/set-configuration": {"key": "HeartbeatInterval", "value": "1"},
    "/v1/operations/chargers/NORTH-1/get-logs": {"upload_url": "https://logs.example/in"},
    "/v1/operations/troubles/7/end": {"reason": "seen on site"},
    "/v1/operations/bay-reports/7/resolve": {"answer": "seen to"},
}
UNKNOWN = {"chargers": "charger_unknown", "troubles": "trouble_unknown", "bay-reports": "bay_report_unknown"}
GOOD = {**DRIVER_POSTS, **OPERATOR_POSTS}
EVERY_BODY = sorted(GOOD)

UNREADABLE = {
    "not json": b"{not json",
    "cut off": b'{"start": "2026',
    "not utf-8": b'{"reason": "\xff\xfe"}',
    "too deep": b"[" * 30_000,
    "too deep, closed": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "endless integer": b'{"connector_id": ' + b"9" * 5_000 + b"}",
}
WRONG_SHAPES: dict[str, Any] = {
    "a list": [],
    "a string": "x",
    "a number": 7,
    "true": True,
    "an unknown member": {"surprise": 1},
}
WRONG_VALUES: list[Any] = [None, 7, -1, 2**70, 1e300, True, [], {}, "", "x" * 3000, "nul\x00byte", "\x1b[0m"]
ZONELESS_AND_WORSE = [
    "2026-11-22T14:00:00", "2026-11-22", "14:00", "tomorrow", 1795000000, 1795000000.5, "1795000000",
    "2026-13-01T00:00:00Z", "2026-11-22T24:61:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-23:59", "2026-11-22T14:00:00+99:00", "٢٠٢٦-11-22T14:00:00Z", "",
]  # fmt: skip


async def post(stage: Stage, path: str, code: str, **sent: Any) -> Any:
    who = stage.operators() if "/operations/" in path else stage.driver()
    headers = {**who, **sent.pop("headers", {})}
    if path == "/v1/reservations":
        headers["Idempotency-Key"] = fresh_key()
    return await stage.http.post(path.replace("{code}", code), headers=headers, **sent)


@pytest.fixture(scope="module")
async def code(stage: Stage) -> str:
    return await stage.booked()


@pytest.mark.parametrize("path", EVERY_BODY)
async def test_an_unreadable_body_is_400(stage: Stage, code: str, path: str) -> None:
    before = await stage.row_counts()
    for what, content in UNREADABLE.items():
        headers = {"Content-Type": "application/json"}
        response = await post(stage, path, code, content=content, headers=headers)
        assert response.status_code in (400, 422), f"{what}: {response.text}"
        assert response.json()["code"] in ("malformed_request", "invalid_request"), what
    assert await stage.row_counts() == before


@pytest.mark.parametrize("path", EVERY_BODY)
async def test_a_body_of_another_shape_is_422_with_pointers(stage: Stage, code: str, path: str) -> None:
    before = await stage.row_counts()
    for what, body in WRONG_SHAPES.items():
        problem = assert_problem(await post(stage, path, code, json=body), 422, "invalid_request")
        assert problem["errors"], what
        assert all(error["pointer"].startswith("#") for error in problem["errors"])
    assert await stage.row_counts() == before


@pytest.mark.parametrize("path", EVERY_BODY)
async def test_a_wrong_value_in_any_member_is_refused_or_understood(
    stage: Stage, code: str, path: str
) -> None:
    """Some odd values are fine for some members; then the request is good. Never anything in between."""
    members = set(GOOD[path])
    if path == "/v1/reservations":
        members |= {"pool_id", "connector_type", "driver_id"}
    for member in members:
        for value in WRONG_VALUES:
            if isinstance(value, float):
                continue
            response = await post(stage, path, code, json={**GOOD[path], member: value})
            assert response.status_code < 500, f"{member}={value!r}: {response.text}"
            if response.status_code == 422:
                assert response.json()["code"] == "invalid_request"
                assert "nul\x00" not in response.json()["detail"]


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/v1/reservations", "start"),
        ("/v1/reservations", "end"),
        ("/v1/reservations/{code}/reschedule", "start"),
        ("/v1/reservations/{code}/extend", "end"),
        ("/v1/reservations/{code}/shorten", "end"),
        ("/v1/reservations/{code}/on-my-way", "eta"),
    ],
)
async def test_an_instant_needs_a_zone_and_a_sane_year(
    stage: Stage, code: str, path: str, member: str
) -> None:
    before = await stage.row_counts()
    for value in ZONELESS_AND_WORSE:
        response = await post(stage, path, code, json={**GOOD[path], member: value})
        problem = assert_problem(response, 422, "invalid_request")
        assert problem["errors"][0]["pointer"] == f"#/{member}", value
    assert await stage.row_counts() == before


@pytest.mark.parametrize("path", ["/v1/reservations", "/v1/reservations/{code}/reschedule"])
async def test_a_slot_ends_after_it_starts(stage: Stage, code: str, path: str) -> None:
    for end in (START, "2026-11-22T13:00:00+01:00"):
        response = await post(stage, path, code, json={**GOOD[path], "end": end})
        assert_problem(response, 422, "invalid_request")


@pytest.mark.parametrize("path", EVERY_BODY)
async def test_an_oversize_body_is_413_declared_or_not(stage: Stage, code: str, path: str) -> None:
    big = b'{"reason": "' + b"x" * 70_000 + b'"}'

    async def in_chunks() -> Any:
        for start in range(0, len(big), 4096):
            yield big[start : start + 4096]

    assert_problem(await post(stage, path, code, content=big), 413, "body_too_large")
    assert_problem(await post(stage, path, code, content=in_chunks()), 413, "body_too_large")


@pytest.mark.parametrize("path", EVERY_BODY)
async def test_an_unknown_id_is_404(stage: Stage, path: str) -> None:
    if path == "/v1/reservations":
        response = await post(stage, path, "", json=booking(site_id="atlantis"))
        assert_problem(response, 404, "site_unknown")
        return
    missing = reservation_code("nobody", "never")
    before = await stage.row_counts()
    response = await post(stage, path.replace("NORTH-1", "GHOST"), missing, json=GOOD[path])
    unknown = next((code for part, code in UNKNOWN.items() if f"/{part}/" in path), "reservation_unknown")
    assert_problem(response, 404, unknown)
    assert await stage.row_counts() == before


@pytest.mark.parametrize(
    "query",
    [
        "state=SLEEPING", "limit=0", "limit=101", "limit=x", f"limit={'9' * 400}", "from=2026-11-22T14:00:00",
        "to=tomorrow", "site_id=" + "x" * 65, "site_id=a%00b", "from=", "cursor=" + "x" * 600,
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/reservations", "/v1/operations/reservations"])
async def test_a_wrong_filter_is_422(stage: Stage, path: str, query: str) -> None:
    who = stage.operators()
    problem = assert_problem(await stage.http.get(f"{path}?{query}", headers=who), 422, "invalid_request")
    assert problem["errors"][0]["parameter"] == query.split("=")[0]


@pytest.mark.parametrize(
    "cursor", ["x", "eyJhIjoxfQ", "W10", "%00", "WzEsMl0", "WyIyMDI2LTAxLTAxIiwgImEiXQ", "💥"]
)
async def test_a_cursor_that_we_did_not_make_is_400(stage: Stage, cursor: str) -> None:
    response = await stage.http.get("/v1/reservations", params={"cursor": cursor}, headers=stage.driver())
    assert_problem(response, 400, "cursor_invalid")


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-11-22T14:00:00", "duration_minutes=0", "duration_minutes=-5", "duration_minutes=1e3",
        "duration_seconds=99999999", "pool_id=a%00b", "connector_type=%07",
    ],
)  # fmt: skip
async def test_a_wrong_availability_question_is_422(stage: Stage, query: str) -> None:
    response = await stage.http.get(f"/v1/sites/north/availability?{query}", headers=stage.driver())
    assert_problem(response, 422, "invalid_request")


async def test_availability_asks_for_one_duration_and_a_span_forwards(stage: Stage) -> None:
    for query in (
        "duration_minutes=5&duration_seconds=300",
        "from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z",
        "from=2026-11-23T00:00:00Z&to=2027-11-22T00:00:00Z",
    ):
        response = await stage.http.get(f"/v1/sites/north/availability?{query}", headers=stage.driver())
        assert_problem(response, 422, "slot_invalid")


async def test_unknown_addresses_and_methods_are_problems_too(stage: Stage) -> None:
    assert_problem(await stage.http.get("/v1/nothing"), 404, "not_found")
    assert_problem(await stage.http.get("/%00"), 404, "not_found")
    response = await stage.http.delete("/v1/reservations")
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"]


async def test_a_request_id_is_taken_over_only_when_harmless(stage: Stage) -> None:
    taken = await stage.http.get("/healthz", headers={"X-Request-Id": "abc-1"})
    assert taken.headers["x-request-id"] == "abc-1"
    for offered in ("a b", "x" * 65, "<script>", ""):
        given = await stage.http.get("/healthz", headers={"X-Request-Id": offered})
        assert given.headers["x-request-id"] not in (offered, "")
