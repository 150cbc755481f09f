"""What OpenAPI shows of every route, and the page that shows it."""

from datetime import datetime
from typing import Any

from api.errors import KINDS
from tests.api.stage import NOW, Stage


async def test_openapi_shows_an_example_for_every_body_and_every_problem(stage: Stage) -> None:
    document = (await stage.http.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert len(operation["summary"].split()) >= 3, where
            for status, response in operation["responses"].items():
                if int(status) >= 400 and path.startswith("/v1"):
                    problems = response["content"]["application/problem+json"]
                    assert problems["examples"], f"{where} {status}"
                    assert all(KINDS[code].status == int(status) for code in problems["examples"]), where
            if path.startswith("/v1/") and "webhooks" not in path:
                assert {"401", "403"} <= operation["responses"].keys(), where
                assert operation["security"], where
            for content in operation.get("requestBody", {}).get("content", {}).values():
                assert _has_example(content, schemas), where


async def test_the_documentation_page_is_served(stage: Stage) -> None:
    page = await stage.http.get("/docs")
    assert page.status_code == 200
    assert "swagger-ui-bundle.js" in page.text


async def test_the_documentation_page_says_what_to_do_without_its_viewer(stage: Stage) -> None:
    page = (await stage.http.get("/docs")).text
    assert 'read <a href="/openapi.json">' in page.partition('<div id="swagger-ui">')[2]


async def test_the_root_leads_to_the_documentation(stage: Stage) -> None:
    response = await stage.http.get("/")
    assert (response.status_code, response.headers["location"]) == (307, "/docs")


def _has_example(content: dict[str, Any], schemas: dict[str, Any]) -> bool:
    schema = content["schema"]
    references = [schema, *schema.get("anyOf", [])]
    named = [schemas[item["$ref"].rsplit("/", 1)[-1]] for item in references if "$ref" in item]
    return "example" in content or "examples" in content or any("examples" in item for item in named)


async def test_examples_name_times_that_are_still_to_come(stage: Stage) -> None:
    paths = (await stage.http.get("/openapi.json")).json()["paths"]
    below = "/v1/reservations"
    bodies = {
        path.removeprefix(below): operation["post"]["requestBody"]["content"]["application/json"]["example"]
        for path, operation in paths.items()
        if path.startswith(below) and "requestBody" in operation.get("post", {})
    }
    assert NOW < datetime.fromisoformat(bodies[""]["start"]) < datetime.fromisoformat(bodies[""]["end"])
    booked_until = datetime.fromisoformat(bodies[""]["end"])
    assert datetime.fromisoformat(bodies["/{code}/reschedule"]["start"]) >= booked_until
    assert datetime.fromisoformat(bodies["/{code}/extend"]["end"]) > booked_until
    assert datetime.fromisoformat(bodies["/{code}/on-my-way"]["eta"]) < booked_until


async def test_every_example_of_an_action_is_accepted_as_its_body(stage: Stage) -> None:
    paths = (await stage.http.get("/openapi.json")).json()["paths"]
    for path, operation in paths.items():
        if "/reservations/{code}/" not in path or "requestBody" not in operation.get("post", {}):
            continue
        if path.endswith(("/refunds", "/returns")):  # no action: of closed reservations only
            continue
        example = operation["post"]["requestBody"]["content"]["application/json"]["example"]
        who = stage.operators() if "/operations/" in path else stage.driver()
        code = await stage.booked()
        response = await stage.http.post(path.replace("{code}", code), json=example, headers=who)
        assert response.status_code == 200, f"{path}: {response.text}"


async def test_operation_ids_are_unique(stage: Stage) -> None:
    paths = (await stage.http.get("/openapi.json")).json()["paths"]
    ids = [operation["operationId"] for operations in paths.values() for operation in operations.values()]
    assert len(set(ids)) == len(ids)


async def test_a_key_that_a_route_insists_on_is_shown_as_required(stage: Stage) -> None:
    paths = (await stage.http.get("/openapi.json")).json()["paths"]
    insisting = {
        f"{method} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        for parameter in operation.get("parameters", ())
        if parameter["name"] == "Idempotency-Key" and parameter.get("required")
    }
    assert "post /v1/reservations" in insisting
    for each in insisting:
        method, path = each.split(" ")
        response = await stage.http.request(
            method, path, headers=stage.operators() if "operations" in path else stage.driver()
        )
        assert response.json()["code"] in ("idempotency_key_missing", "invalid_request"), each
