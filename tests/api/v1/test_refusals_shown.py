"""What OpenAPI says of refusals: each operation's codes as a closed list, and what else a refusal carries."""

from typing import Any

from jsonschema_rs import Draft202012Validator

from api.errors import PROBLEM_JSON
from api.v1.schemas.problems import SHOWN
from tests.api.stage import Stage, booking, fresh_key


async def document_of(stage: Stage) -> dict[str, Any]:
    shown: dict[str, Any] = (await stage.http.get("/openapi.json")).json()
    return shown


def judge_of(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """By a schema of the document."""
    return Draft202012Validator({**schema, "components": document["components"]}, validate_formats=True)


async def test_every_refusal_lists_the_codes_it_may_have_there(stage: Stage) -> None:
    document = await document_of(stage)
    judges = {
        model.__name__: judge_of(document, {"$ref": f"#/components/schemas/{model.__name__}"})
        for model in SHOWN
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                problem = response.get("content", {}).get(PROBLEM_JSON)
                if problem is None:
                    continue
                where = f"{method} {path} {status}"
                told_as, here = problem["schema"]["allOf"]
                assert set(here["properties"]["code"]["enum"]) == set(problem["examples"]), where
                for code, example in problem["examples"].items():
                    judges[told_as["$ref"].rsplit("/", 1)[-1]].validate(example["value"])
                    assert example["value"]["code"] == code, where


async def test_a_refused_booking_is_told_as_its_schema_says_with_alternatives(stage: Stage) -> None:
    document = await document_of(stage)
    key = {"Idempotency-Key": fresh_key(), **stage.driver()}
    answer = await stage.http.post("/v1/reservations", json=booking(pool_id="full"), headers=key)
    shown = document["paths"]["/v1/reservations"]["post"]["responses"]["409"]["content"][PROBLEM_JSON]
    assert answer.json()["alternatives"]
    judge = judge_of(document, shown["schema"])
    judge.validate(answer.json())
    assert not judge.is_valid(answer.json() | {"code": "debt_closed"})
    assert not judge.is_valid(answer.json() | {"alternatives": [{"site_id": "north"}]})


async def test_schemas_have_plain_names(stage: Stage) -> None:
    """Two models of one name would be told apart by their modules; generators drop or garble them."""
    schemas = (await document_of(stage))["components"]["schemas"]
    assert [name for name in schemas if not name.isalnum()] == [], "name these models apart"


def may_name(document: dict[str, Any], schema: dict[str, Any], member: str) -> bool:
    """Itself, or in what it refers to."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    below = [*schema.get("anyOf", ()), *schema.get("properties", {}).values(), schema.get("items")]
    inner = (one for one in below if isinstance(one, dict))
    return member in schema.get("properties", {}) or any(may_name(document, one, member) for one in inner)


def codes_of(operation: dict[str, Any]) -> set[str]:
    contents = (response.get("content", {}) for response in operation["responses"].values())
    return {code for content in contents for code in content.get(PROBLEM_JSON, {}).get("examples", ())}


async def test_who_may_name_a_bay_reads_how_it_may_be_refused(stage: Stage) -> None:
    document = await document_of(stage)
    naming = {
        operation["operationId"]: codes_of(operation)
        for operations in document["paths"].values()
        for operation in operations.values()
        if operation.get("tags", [""])[0] in ("reservations", "quotes")
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if may_name(document, content["schema"], "bay")
    }
    assert naming.keys() >= {"create_reservation", "create_group", "create_series", "create_quote"}
    assert [name for name, codes in naming.items() if not {"bay_unknown", "bay_unfit"} <= codes] == []
    holding = ("create_reservation", "create_group", "reschedule_reservation")
    assert [name for name in holding if not {"bay_taken", "bay_costs_too_much"} <= naming[name]] == []
    assert "bay_costs_too_much" in naming["create_quote"]


async def test_whatever_bars_who_books_is_shown_of_one_bay_as_of_several(stage: Stage) -> None:
    paths = (await document_of(stage))["paths"]
    of_one, of_several = (
        codes_of(paths[f"/v1/{name}"]["post"]) for name in ("reservations", "reservation-groups")
    )
    assert of_several == of_one | {"group_too_large"}


async def test_a_bay_that_is_not_there_is_refused_as_the_schema_says(stage: Stage) -> None:
    document = await document_of(stage)
    slot = {name: booking()[name] for name in ("site_id", "start")}
    at = {"first": slot["start"][:10], "at": "18:00", "every": "day", "times": 2}
    bodies = {
        "/v1/quotes": slot | {"energy": {"energy_wh": 20_000}, "bay": "Bay 99"},
        "/v1/reservations": slot | {"energy": {"energy_wh": 20_000}, "bay": "Bay 99"},
        "/v1/reservation-series": at | {"site_id": "north", "energy": {"energy_wh": 20_000}, "bay": "Bay 99"},
    }
    for path, body in bodies.items():
        headers = {"Idempotency-Key": fresh_key(), **stage.driver()}
        answer = await stage.http.post(path, json=body, headers=headers)
        assert answer.json()["code"] == "bay_unknown", answer.text
        shown = document["paths"][path]["post"]["responses"][str(answer.status_code)]
        judge_of(document, shown["content"][PROBLEM_JSON]["schema"]).validate(answer.json())
