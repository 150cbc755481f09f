"""What OpenAPI says beyond the routes: how to begin, and the problem document's schema."""

from typing import Any

from fastapi import FastAPI

from api.schemas.problems import Problem

DESCRIPTION = """
Bookings for EV chargers. Every reservation has a short code (`7F3K-2QVM-X9TA`) that may be typed in any
spelling.

* **Tokens**: `Authorization: Bearer <JWT>` with scope `driver`, `operator` or `fleet`.
* **Booking** needs an `Idempotency-Key`; repeating key and body repeats the answer. The other actions take one.
* **Times** are RFC 3339 with a zone; answers are in UTC. **Money** is whole minor units and a currency.
* **Errors** are RFC 9457 problem documents; match on `code`.

This page loads its viewer from a public CDN; without the internet read `/openapi.json`.
"""


def describe(app: FastAPI) -> None:
    """Extend the generated document: the Problem schema, and problems instead of FastAPI's own errors."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
            schemas.update(problem.pop("$defs", {}))
            schemas["Problem"] = problem
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            for operation in _operations(document):
                _without_default_error(operation)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


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
