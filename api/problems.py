"""Exceptions to problem documents: the only place that knows which exception means which code."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.desk.refusals import ChangedMeanwhile, Overloaded, RulesUnusable, ScopeMissing, UnusableValue
from api.errors import (
    FOR_DEVELOPERS,
    PROBLEM_JSON,
    ApiProblem,
    instants,
    kind_of,
    problem_document,
)
from api.methods import allowed
from api.reader import reader_of
from api.tokens.bearer import challenge
from api.told import DATABASE, code_and_text
from domain.errors import DomainError, Explained, Why
from domain.facts.refused_for_now import OurFault
from texts.reader import Reader
from workflows.client.failures import CallFailed

_log = structlog.get_logger()
_AMOUNT = {"minor", "currency"}
_HTTP_CODES = {400: "malformed_request", 404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


def problem_response(
    request: Request,
    code: str,
    detail: str,
    *,
    reader: Reader = FOR_DEVELOPERS,
    extensions: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """`reader`: of `detail`; the title is in the same language, and the header Content-Language names it."""
    kind = kind_of(code)
    reservation: str = getattr(request.state, "reservation", "")
    offered: list[Any] = getattr(request.state, "alternatives", [])
    all_headers = {"Location": f"/v1/reservations/{reservation}"} if reservation else {}
    document = problem_document(
        code,
        detail,
        reader,
        instance=request.url.path,
        request_id=getattr(request.state, "request_id", ""),
        extensions=({"reservation": reservation} if reservation else {})
        | ({"alternatives": jsonable_encoder(offered)} if offered else {})
        | jsonable_encoder(extensions or {}),
    )
    all_headers |= headers or {}
    if kind.retry_after is not None:
        all_headers.setdefault("Retry-After", str(kind.retry_after))
    all_headers |= {"Content-Language": reader.language.value, "Vary": "Accept-Language"}
    return JSONResponse(document, status_code=kind.status, media_type=PROBLEM_JSON, headers=all_headers)


def about(request: Request, reservation: str) -> None:
    """From here on, whatever problem the request is answered with names this reservation."""
    request.state.reservation = reservation


def offering(request: Request, alternatives: Sequence[Any]) -> None:
    """From here on, whatever problem the request is answered with lists these, as they are shown."""
    request.state.alternatives = list(alternatives)


def install(app: FastAPI) -> None:
    """Register the translation of every exception that a route may let pass."""
    app.exception_handler(ApiProblem)(_api_problem)
    app.exception_handler(DomainError)(_domain_error)
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(HTTPException)(_http_exception)
    app.exception_handler(ScopeMissing)(_scope_missing)
    app.exception_handler(UnusableValue)(_unusable_value)
    app.exception_handler(RulesUnusable)(_rules_unusable)
    app.exception_handler(CallFailed)(_call_failed)
    for error in DATABASE:
        app.exception_handler(error)(_database_error)


async def _api_problem(request: Request, error: ApiProblem) -> JSONResponse:
    return problem_response(
        request,
        error.code,
        error.detail,
        reader=error.reader,
        extensions=error.extensions,
        headers=error.headers,
    )


async def _domain_error(request: Request, error: DomainError) -> JSONResponse:
    reader = reader_of(request) if isinstance(error, Explained) else FOR_DEVELOPERS
    told, see = reader.refused(error), kind_of(error.code).see
    later = error.retry_after_s if isinstance(error, Overloaded) else None
    headers = {} if later is None else {"Retry-After": str(later)}
    if isinstance(error, ChangedMeanwhile) and error.present is not None:
        headers["ETag"] = f'"{error.present}"'
    detail = f"{told} ({see})" if see else told
    said = instants(error.why) if isinstance(error, Explained) else {}
    return problem_response(request, error.code, detail, reader=reader, extensions=said, headers=headers)


async def _scope_missing(request: Request, error: ScopeMissing) -> JSONResponse:
    headers = challenge("insufficient_scope", " ".join(error.any_of))
    return problem_response(request, error.code, error.message, headers=headers)


async def _unusable_value(request: Request, error: UnusableValue) -> JSONResponse:
    place = {"in": "body", "pointer": f"#/{error.member}", "reason": error.reason, "message": error.message}
    return problem_response(request, error.code, error.message, extensions={"errors": [place]})


async def _rules_unusable(request: Request, error: RulesUnusable) -> JSONResponse:
    places = [
        {"in": "body", "pointer": f"#/rules/{_pointer(flaw.path)}", "reason": "rule", "message": flaw.problem}
        for flaw in error.flaws
    ]
    return problem_response(request, error.code, error.message, extensions={"errors": places})


def _pointer(path: str) -> str:
    """`bands[1].name` as a JSON pointer (RFC 6901)."""
    return path.replace("[", "/").replace("]", "").replace(".", "/")


async def _call_failed(request: Request, error: CallFailed) -> JSONResponse:
    reader = reader_of(request)
    code, text = code_and_text(error, reader)
    said = _figures(error.why) | instants(error.why) if code == error.code else {}
    return problem_response(request, code, text or reader.refusal(code), reader=reader, extensions=said)


def _figures(why: Why | None) -> dict[str, Any]:
    """What a refusal names as an amount, for programs: `cost` of what was not accepted, say."""
    said = {} if why is None else why.parameters()
    return {
        name: value for name, value in said.items() if isinstance(value, dict) and value.keys() == _AMOUNT
    }


def our_fault(request: Request, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """What anybody is told of a mistake of ours."""
    reader = reader_of(request)
    return problem_response(request, "internal_error", reader.why(OurFault()), reader=reader, headers=headers)


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
        if error.status_code >= 500:
            return our_fault(request, error.headers)
        code = "malformed_request"
    detail = {
        "not_found": "there is no such address; see /docs",
        "method_not_allowed": "this address does not take the method; see the Allow header",
        "malformed_request": "the body cannot be read as JSON in UTF-8",
        "body_too_large": "send less",
    }[code]
    headers = dict(error.headers or {})
    if code == "method_not_allowed":  # the framework names those of the first route that has the address
        headers["Allow"] = ", ".join(allowed(request.app, request.scope))
    return problem_response(request, code, detail, headers=headers)


async def _database_error(request: Request, error: Exception) -> JSONResponse:
    reader = reader_of(request)
    code, text = code_and_text(error, reader)
    return problem_response(request, code, text, reader=reader)
