"""The header Idempotency-Key: read, checked, and shown in OpenAPI. What a key means is the desk's."""

import re
from typing import Annotated

from fastapi import Depends, Header, Request

from api.errors import ApiProblem

HEADER = "Idempotency-Key"
REQUIRED = "x-required"
"""Marks a parameter whose absence a route itself refuses; OpenAPI shows it as required (`api.v1.openapi`)."""
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")


def _required(
    request: Request,
    # Declared for OpenAPI only: a missing header is a 400 with its own code, not a 422.
    _shown: Annotated[
        str | None,
        Header(
            alias=HEADER,
            description="Required. 1 to 255 printable ASCII characters; repeat it to repeat the answer",
            examples=["3f0c0a5e-booking-1"],
            json_schema_extra={REQUIRED: True},
        ),
    ] = None,
) -> str:
    key = _checked(request)
    if key is None:
        raise ApiProblem(
            "idempotency_key_missing", "send the header Idempotency-Key, e.g. a UUID made by your app"
        )
    return key


def _optional(
    request: Request,
    _shown: Annotated[
        str | None,
        Header(
            alias=HEADER,
            description="Optional. With it, a repeated request gets the first one's answer and acts once",
            examples=["3f0c0a5e-cancel-1"],
        ),
    ] = None,
) -> str | None:
    return _checked(request)


def _checked(request: Request) -> str | None:
    offered = request.headers.getlist(HEADER)
    if not offered or offered == [""]:
        return None
    if len(offered) > 1 or not _PRINTABLE.fullmatch(offered[0]):
        raise ApiProblem(
            "idempotency_key_invalid", "send one Idempotency-Key of 1 to 255 printable ASCII characters"
        )
    return offered[0]


RequiredKey = Annotated[str, Depends(_required)]
OptionalKey = Annotated[str | None, Depends(_optional)]
