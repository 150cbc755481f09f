"""What OpenAPI shows of every route, and the page that shows it."""

import re
from collections import Counter
from datetime import datetime
from typing import Any

from api.errors import KINDS
from api.web.pages import TEMPLATES
from tests.api.stage import NOW, Stage, fresh_key
from tests.api.v1.closed_words import FREE, open_though_closed


async def test_the_document_is_sent_as_small_as_it_is_taken(stage: Stage) -> None:
    packed = await stage.http.get("/openapi.json")
    plain = await stage.http.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.json() == plain.json()
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) * 10 < int(plain.headers["content-length"])


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
    loaded = re.findall(r'(?:src|spec-url|link [^>]*href)="([^"]+)"', page.text)
    assert len(loaded) == 4
    assert "/openapi.json" not in loaded, "its viewer gives up after five seconds"
    for address in loaded:
        assert address.startswith("/"), "of another host"
        assert (await stage.http.get(address)).status_code == 200, address
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "http" not in policy
    assert 'read <a href="/openapi.json">' in page.text.partition("<noscript>")[2]
    assert (await stage.http.get("/redoc")).status_code == 404


async def test_what_pages_show_of_the_documentation_is_there(stage: Stage) -> None:
    there: set[str] = set()
    for method, path, one in await operations(stage):
        there |= {f"{method}-{re.sub('[{}]', '-', path)}", *(f"tag--{tag}" for tag in one.get("tags", ()))}
    led_to = {
        one
        for template in TEMPLATES.glob("*.html")
        for one in re.findall(r'"/docs#([^"]*)"', template.read_text())
    }
    assert led_to
    assert led_to <= {f"?route={one}" for one in there}


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
        if path.endswith(("/refunds", "/returns", "/swap-offers")):  # no actions of the workflow's
            continue
        example = operation["post"]["requestBody"]["content"]["application/json"]["example"]
        who = stage.operators() if "/operations/" in path else stage.driver()
        code = await stage.booked()
        response = await stage.http.post(path.replace("{code}", code), json=example, headers=who)
        assert response.status_code == 200, f"{path}: {response.text}"


async def operations(stage: Stage) -> list[tuple[str, str, dict[str, Any]]]:
    """Each with its method and path."""
    paths = (await stage.http.get("/openapi.json")).json()["paths"]
    return [(method, path, one) for path, methods in paths.items() for method, one in methods.items()]


async def test_an_operation_is_called_by_a_verb_and_what_it_is_done_to(stage: Stage) -> None:
    """Generated clients call their methods so: it is the name of the route's function."""
    ids = [operation["operationId"] for _, _, operation in await operations(stage)]
    assert [one for one, times in Counter(ids).items() if times > 1] == [], "name these functions apart"
    unfit = [one for one in ids if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", one)]
    assert unfit == [], "name these functions verb_noun"
    read = {"list", "read", "export", "follow"}
    for method, path, operation in await operations(stage):
        verb = operation["operationId"].split("_")[0]
        assert (verb in read) == (method == "get"), (
            f"{method} {path}: a GET, and nothing else, is one of {read}"
        )


async def test_an_operation_shows_which_scopes_it_needs_and_refuses_all_others(stage: Stage) -> None:
    callers = {"driver": stage.driver(), "fleet": stage.fleet(), "operator": stage.operators()}
    for method, path, operation in await operations(stage):
        if not path.startswith("/v1/") or "webhooks" in path:
            continue
        (scheme,) = operation["security"]
        ((_, needed),) = scheme.items()
        for scope, who in callers.items():
            if not needed or scope in needed:
                continue
            response = await stage.http.request(method, path.replace("{", "").replace("}", ""), headers=who)
            assert response.json()["code"] == "scope_missing", f"{method} {path} as {scope}: {response.text}"
        assert needed == ["operator"] or "/operations/" not in path, (
            f"{path}: take Operator of api.v1.callers"
        )


async def test_answers_show_the_headers_they_are_sent_with(stage: Stage) -> None:
    for method, path, operation in await operations(stage):
        for status, response in operation["responses"].items():
            where, headers = f"{method} {path} {status}", response["headers"]
            assert "X-Request-Id" in headers, where
            codes = response.get("content", {}).get("application/problem+json", {}).get("examples", {})
            assert not codes or "Content-Language" in headers, where
            assert ("Retry-After" in headers) == any(KINDS[code].retry_after for code in codes), where
    replies = {(method, path): one["responses"] for method, path, one in await operations(stage)}
    key = fresh_key()
    for replayed in (False, True):
        booked = await stage.book(key=key)
        shown = replies["post", "/v1/reservations"][str(booked.status_code)]["headers"]
        own = {"Location", "Idempotent-Replayed"} if replayed else {"Location"}
        assert own <= {name for name in shown if name in booked.headers}


async def test_operations_have_tags(stage: Stage) -> None:
    assert [path for _, path, operation in await operations(stage) if not operation.get("tags")] == []


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


async def test_what_is_closed_in_the_domain_is_closed_in_answers(stage: Stage) -> None:
    """Nobody has to read sentences to know what there is."""
    found = open_though_closed(stage.app.openapi())
    assert found - FREE.keys() == set(), "type them by the domain's StrEnum; or say in FREE why there is none"
    assert FREE.keys() - found == set(), "these are closed, or gone"
