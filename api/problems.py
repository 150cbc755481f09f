"""Exceptions to problem documents: the only place that knows which exception means which code."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from temporalio.service import RPCError, RPCStatusCode

from api.errors import KINDS, PROBLEM_JSON, ApiProblem, kind_of, problem_document
from domain.errors import DomainError

_log = structlog.get_logger()
_HTTP_CODES = {400: "malformed_request", 404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
_WAIT_AND_RETRY = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.CANCELLED,
        # An update that met a lost or failing workflow task (a crash, a bad deployment): tried again, it is met.
        RPCStatusCode.FAILED_PRECONDITION,
    }
)
_CONNECTION_LOST_CLASSES = ("08", "57P", "53")
"""SQLSTATE: connection exceptions, operator intervention (shutdown), insufficient resources."""


def problem_response(
    request: Request,
    code: str,
    detail: str,
    *,
    extensions: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    kind = kind_of(code)
    document = problem_document(
        code,
        detail,
        instance=request.url.path,
        request_id=getattr(request.state, "request_id", ""),
        extensions=jsonable_encoder(extensions or {}),
    )
    all_headers = dict(headers or {})
    if kind.retry_after is not None:
        all_headers.setdefault("Retry-After", str(kind.retry_after))
    return JSONResponse(document, status_code=kind.status, media_type=PROBLEM_JSON, headers=all_headers)


def install(app: FastAPI) -> None:
    """Register the translation of every exception that a route may let pass."""
    app.exception_handler(ApiProblem)(_api_problem)
    app.exception_handler(DomainError)(_domain_error)
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(HTTPException)(_http_exception)
    app.exception_handler(RPCError)(_temporal_error)
    for error in (OperationalError, InterfaceError, PoolTimeout, DBAPIError):
        app.exception_handler(error)(_database_error)


async def _api_problem(request: Request, error: ApiProblem) -> JSONResponse:
    return problem_response(
        request, error.code, error.detail, extensions=error.extensions, headers=error.headers
    )


async def _domain_error(request: Request, error: DomainError) -> JSONResponse:
    return problem_response(request, error.code, error.message)


async def _invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
    errors = error.errors()
    if any(item["type"] == "json_invalid" for item in errors):
        return problem_response(request, "malformed_request", "the body is not JSON")
    return problem_response(
        request,
        "invalid_request",
        "; ".join(f"{_where(item['loc'])}: {_message(item)}" for item in errors[:3]),
        extensions={"errors": [_field_error(item) for item in errors[:50]]},
    )


def _field_error(item: Mapping[str, Any]) -> dict[str, str]:
    source, *path = [str(part) for part in item["loc"]] or ["body"]
    pointer = "#/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in path) if path else "#"
    place = {"pointer": pointer} if source == "body" else {"parameter": path[0] if path else ""}
    return {"in": source, **place, "reason": str(item["type"]), "message": _message(item)}


def _message(item: Mapping[str, Any]) -> str:
    return str(item["msg"]).removeprefix("Value error, ")


def _where(loc: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in loc[1:]) or "body"


async def _http_exception(request: Request, error: HTTPException) -> JSONResponse:
    code = _HTTP_CODES.get(error.status_code)
    if code is None:
        code = "malformed_request" if error.status_code < 500 else "internal_error"
    detail = {
        "not_found": "there is no such address; see /docs",
        "method_not_allowed": "this address does not take the method; see the Allow header",
        "malformed_request": "the body cannot be read as JSON in UTF-8",
        "body_too_large": "send less",
    }.get(code, "please try again; tell us the request id if it stays")
    return problem_response(request, code, detail, headers=error.headers)


async def _temporal_error(request: Request, error: RPCError) -> JSONResponse:
    if error.status in _WAIT_AND_RETRY:
        _log.warning("temporal_unavailable", status=error.status.name, error=error.message)
        return problem_response(
            request, "temporal_unavailable", "reservations cannot be steered right now; try again shortly"
        )
    _log.error("temporal_call_failed", status=error.status.name, error=error.message)
    return problem_response(request, "internal_error", "tell us the request id if it stays")


async def _database_error(request: Request, error: Exception) -> JSONResponse:
    if is_connection_loss(error):
        _log.warning("database_unavailable", error=type(error).__name__)
        return problem_response(
            request, "database_unavailable", "nothing was changed by this attempt; try again shortly"
        )
    _log.error("database_call_failed", exc_info=error)
    return problem_response(request, "internal_error", "tell us the request id if it stays")


def is_connection_loss(error: Exception) -> bool:
    """Is the database away or overloaded (the request may succeed later), rather than our statement wrong?"""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return True
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    connection_gone = isinstance(error, DBAPIError) and error.connection_invalidated
    return connection_gone or state.startswith(_CONNECTION_LOST_CLASSES)


def documented(*codes: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` for these codes, each with an example problem document."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        kind = KINDS[code]
        entry = by_status.setdefault(
            kind.status, {"description": kind.title, "content": {PROBLEM_JSON: {"examples": {}}}}
        )
        entry["content"][PROBLEM_JSON]["schema"] = {"$ref": "#/components/schemas/Problem"}
        entry["content"][PROBLEM_JSON]["examples"][code] = {
            "summary": kind.title,
            "value": problem_document(
                code, kind.title, instance="/v1/…", request_id="9f6f0c2e5d8b4d0c8f0f7c1a2b3c4d5e"
            ),
        }
    return by_status
