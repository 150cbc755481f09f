"""Which problems a route may answer with, as OpenAPI shows them."""

from typing import Any

from api.errors import KINDS, PROBLEM_JSON, problem_document
from texts.reader import Reader

AUTH = ("token_missing", "token_invalid", "token_expired", "scope_missing")
KEYED = ("idempotency_key_missing", "idempotency_key_invalid", "idempotency_key_reused")
"""Of what asks for an Idempotency-Key."""
PLACED: dict[str, Any] = {
    "headers": {
        "Location": {
            "description": "Where what was made is read",
            "required": True,
            "schema": {"type": "string", "format": "uri-reference"},
        },
        "Idempotent-Replayed": {
            "description": "`true`: the answer of the first request with this Idempotency-Key, given again",
            "schema": {"const": "true"},
        },
    }
}
"""What the answer to a booking is sent with, beside its body."""
CREATED: dict[int | str, dict[str, Any]] = {201: PLACED}
AWAY = ("temporal_unavailable", "database_unavailable")


def documented(*codes: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` for these codes, each with an example problem document."""
    by_status: dict[int | str, dict[str, Any]] = {}
    reader = Reader()
    for code in codes:
        kind, title = KINDS[code], reader.refusal(code)
        entry = by_status.setdefault(
            kind.status, {"description": title, "content": {PROBLEM_JSON: {"examples": {}}}}
        )
        entry["content"][PROBLEM_JSON]["schema"] = {"$ref": "#/components/schemas/Problem"}
        entry["content"][PROBLEM_JSON]["examples"][code] = {
            "summary": title,
            "value": problem_document(
                code, title, reader, instance="/v1/…", request_id="9f6f0c2e5d8b4d0c8f0f7c1a2b3c4d5e"
            ),
        }
    return by_status
