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
