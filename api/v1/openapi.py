"""What OpenAPI says beyond the routes: how to begin, the problem document's schema, and examples of now."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.errors import KINDS, PROBLEM_JSON
from api.v1.actions.examples import examples
from api.v1.idempotency_key import REQUIRED
from api.v1.responses import AUTH, documented
from api.v1.schemas.live import LiveAvailabilityOut
from api.v1.schemas.problems import SHOWN
from api.v1.shown_examples import show_examples
from api.v1.webhook_events import MODELS, show_events, webhooks
from domain.reservation.actions.action import Action

DESCRIPTION = """
Bookings for EV chargers. Every reservation has a short code (`7F3K-2QVM-X9TA`) that may be typed in any
spelling.

* **Tokens**: `Authorization: Bearer <JWT>` with scope `driver`, `operator` or `fleet`.
* **Booking** needs an `Idempotency-Key`; repeating key and body repeats the answer. The other actions take one.
  After a 503 with `Retry-After`, send the same key again; what failed for good (`booking_failed`, `booking_too_late`,
  `payment_provider_away`, `action_failed`) is asked for anew with another one.
* **Times** are RFC 3339 with a zone; answers are in UTC. **Money** is whole minor units and a currency.
* **Editing**: send the `ETag` that you read as `If-Match`, and nothing is changed that others have changed since (412).
* **Webhooks** below: what endpoints of engineers are sent (`/v1/webhook-endpoints`), kind by kind.
* **Errors** are RFC 9457 problem documents; match on `code`.
"""


_REQUEST_ID = {
    "description": "The request's, as sent or made up here; name it when you ask us about it",
    "required": True,
    "schema": {"type": "string"},
}
_REF = "#/components/schemas/{model}"
_CHALLENGE = {"description": "What the token lacks (RFC 6750)", "schema": {"type": "string"}}
_LANGUAGE = {"description": "Of title and detail", "required": True, "schema": {"type": "string"}}
_PRESENT = {"description": "Of what is there now, if there is anything", "schema": {"type": "string"}}
_NEXT = {
    "description": 'The page after this one, if there is one: `rel="next"` (RFC 8288)',
    "schema": {"type": "string"},
}
_RETRY_AFTER = {
    "description": "Seconds after which the same request may succeed",
    "schema": {"type": "integer", "minimum": 1},
}


def operation_id(route: APIRoute) -> str:
    """The name of the route's function, verb first: what a method of a generated client is called."""
    return route.name


def describe(app: FastAPI, actions: Iterable[Action], clock: Callable[[], datetime]) -> None:
    """Extend the generated document: the Problem schema, problems instead of FastAPI's own errors, examples.

    It is generated once; its examples are made anew whenever it is asked for, so that their times are still to come.
    """
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = app.openapi_schema
        if document is None:
            document = app.openapi_schema = _with_problems(generate())
        now = clock()
        show_examples(document, examples(actions, now), now)
        show_events(document, now)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    unknown: tuple[type[BaseModel], ...] = (*SHOWN, LiveAvailabilityOut, *MODELS)
    for shown in unknown:  # to FastAPI
        schema = shown.model_json_schema(ref_template=_REF, by_alias=True, mode="serialization")
        for name, part in schema.pop("$defs", {}).items():
            schemas.setdefault(name, part)
        schemas[shown.__name__] = schema
    document["webhooks"] = webhooks()
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for operation in _operations(document):
        _without_default_error(operation)
        _with_common(operation)
        for status, response in operation["responses"].items():
            _show_headers(status, response)
            _show_codes(response)
            if _is_page(response, schemas):
                response["headers"]["Link"] = _NEXT
        for parameter in operation.get("parameters", ()):
            _required_if_marked(parameter)
    return document


def _with_common(operation: dict[str, Any]) -> None:
    """What any operation of its kind may be refused with: a route names what is its own."""
    codes = [*AUTH] if operation.get("security") else []
    if codes and (operation.get("parameters") or "requestBody" in operation):
        codes.append("invalid_request")
    if codes and "requestBody" in operation:
        codes += ["malformed_request", "body_too_large"]
    for status, common in documented(*codes).items():
        shown = operation["responses"].setdefault(str(status), common)
        examples = shown["content"][PROBLEM_JSON]["examples"]
        examples.update(common["content"][PROBLEM_JSON]["examples"] | examples)


def _is_page(response: dict[str, Any], schemas: dict[str, Any]) -> bool:
    name = response.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    return "next_cursor" in schemas.get(name.rsplit("/", 1)[-1], {}).get("properties", ())


def _show_codes(response: dict[str, Any]) -> None:
    """Which codes its problems may have here: a closed list of each operation and status."""
    problem = response.get("content", {}).get(PROBLEM_JSON)
    if problem is not None:
        codes = sorted(problem["examples"])
        problem["schema"] = {
            "allOf": [problem["schema"], {"type": "object", "properties": {"code": {"enum": codes}}}]
        }


def _show_headers(status: str, response: dict[str, Any]) -> None:
    """What every answer of this status is sent with, and what each of these problems may be."""
    headers = response.setdefault("headers", {})
    headers["X-Request-Id"] = _REQUEST_ID
    codes = response.get("content", {}).get(PROBLEM_JSON, {}).get("examples", {})
    if codes:
        headers["Content-Language"] = _LANGUAGE
    if "changed_meanwhile" in codes:
        headers["ETag"] = _PRESENT
    if {"token_missing", "scope_missing"} & codes.keys():
        headers["WWW-Authenticate"] = _CHALLENGE | {"required": status == "401"}
    if patient := [code for code in codes if KINDS[code].retry_after is not None]:
        headers["Retry-After"] = _RETRY_AFTER | {"required": len(patient) == len(codes)}


def _required_if_marked(parameter: dict[str, Any]) -> None:
    if parameter["schema"].pop(REQUIRED, False):
        parameter["required"] = True
        parameter["schema"] = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"} | {
            key: value for key, value in parameter["schema"].items() if key not in ("anyOf", "type")
        }


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        operation
        for path in document["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
    ]


def _without_default_error(operation: dict[str, Any]) -> None:
    default = operation["responses"].get("422", {}).get("content", {})
    default.pop("application/json", None)
    if "422" in operation["responses"] and not default:
        del operation["responses"]["422"]
