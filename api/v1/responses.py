"""Which problems a route may answer with, as OpenAPI shows them."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from api.errors import KINDS, PROBLEM_JSON, problem_document
from api.v1.schemas.problems import Problem
from texts.reader import Reader


class Answers(dict[int | str, dict[str, Any]]):
    """OpenAPI `responses`. Joined by `|`, both sides' problems and headers of one status are kept."""

    def __or__(self, others: Mapping[Any, Any]) -> "Answers":  # type: ignore[override]  # keys are of one kind
        joined = Answers({**self, **others})
        for status in self.keys() & others.keys():
            mine, theirs = (side[status].get("content", {}).get(PROBLEM_JSON) for side in (self, others))
            if mine and theirs:
                shown = theirs | {"examples": mine["examples"] | theirs["examples"]}
                joined[status] = others[status] | {"content": {PROBLEM_JSON: shown}}
            if headers := self[status].get("headers", {}) | others[status].get("headers", {}):
                joined[status] = {**joined[status], "headers": headers}
        return joined


AUTH = ("token_missing", "token_invalid", "token_expired", "scope_missing")
KEYED = ("idempotency_key_missing", "idempotency_key_invalid", "idempotency_key_reused")
"""Of what asks for an Idempotency-Key."""
BOOKING = (
    "malformed_request", "body_too_large", "site_unknown", "pool_unknown", "driver_unknown", "vehicle_unknown",
    "driver_blocked", "slot_unavailable", "no_access", "no_fit", "site_closed", "slot_invalid", "slot_in_past",
    "energy_beyond_slot", "beyond_tier_horizon", "under_maintenance", "weekly_hours_used", "stay_too_long",
    "cooling_off", "too_many_reservations", "driver_booked_already", "debts_open", "dispute_open",
    "membership_required", "invoice_account_unusable", "cost_center_unknown", "budget_exceeded", "payment_declined",
    "payment_provider_away", "quote_unknown", "quote_used", "quote_expired", "quote_mismatch", "booking_failed",
    "booking_too_late", "overloaded", "temporal_not_set_up",
)  # fmt: skip
"""Of what books a slot, alone or beside others."""
BAY_PRICED = ("bay_unknown", "bay_unfit", "bay_costs_too_much")
"""Of what may name a bay, and holds nothing."""
BAY_NAMED = (*BAY_PRICED, "bay_taken")
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
CREATED = Answers({201: PLACED})
AWAY = ("temporal_unavailable", "database_unavailable")


def keep_common(router: APIRouter) -> None:
    """A route adds to the problems of its router; by the framework's rule it would replace those of the same status."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.responses = Answers(router.responses) | route.responses


def documented(*codes: str, told_as: type[Problem] = Problem) -> Answers:
    """OpenAPI `responses` for these codes, each with an example problem document; its schema lists them
    (`api.v1.openapi`). `told_as`: of those that say more.
    """
    by_status = Answers()
    reader = Reader()
    for code in codes:
        kind, title = KINDS[code], reader.refusal(code)
        entry = by_status.setdefault(
            kind.status, {"description": title, "content": {PROBLEM_JSON: {"examples": {}}}}
        )
        entry["content"][PROBLEM_JSON]["schema"] = {"$ref": f"#/components/schemas/{told_as.__name__}"}
        entry["content"][PROBLEM_JSON]["examples"][code] = {
            "summary": title,
            "value": problem_document(
                code, title, reader, instance="/v1/…", request_id="9f6f0c2e5d8b4d0c8f0f7c1a2b3c4d5e"
            ),
        }
    return by_status
