"""What can go wrong over HTTP: ONE table from stable code to status, for the domain's codes and our own.

Codes are the contract (clients match on them); titles and details are for people and may change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """How one code is shown. `retry_after` (seconds) is sent when the same request may succeed later.

    `see`: the address that lists what was not found.
    """

    status: int
    title: str
    retry_after: int | None = None
    see: str = ""


KINDS: Mapping[str, Kind] = {
    # --- the domain's refusals (domain.errors); a test asserts that every one of them is here -----------------
    "domain_error": Kind(409, "A rule refuses this"),
    "illegal_transition": Kind(409, "The reservation has moved on"),
    "not_possible_now": Kind(409, "Not possible in the reservation's present state"),
    "slot_invalid": Kind(422, "The slot breaks the site's rules"),
    "slot_in_past": Kind(422, "The slot lies in the past"),
    "slot_unavailable": Kind(409, "The slot is not available"),
    "too_many_reservations": Kind(409, "Too many open reservations"),
    "booking_too_late": Kind(409, "The booking was decided too late"),
    "payment_declined": Kind(402, "The payment was declined"),
    "currency_mismatch": Kind(422, "The currencies do not match"),
    "reservation_code_invalid": Kind(404, "Not a reservation code"),
    "site_unknown": Kind(404, "No such site", see="/v1/sites"),
    "pool_unknown": Kind(404, "No such pool"),
    "driver_unknown": Kind(404, "No such driver"),
    "reservation_unknown": Kind(404, "No such reservation"),
    "connector_unknown": Kind(404, "No such connector"),
    "charger_unknown": Kind(404, "No such charger", see="/v1/operations/chargers"),
    "charger_offline": Kind(409, "The charger is not connected"),
    "extension_already_used": Kind(409, "The extension was already used"),
    "outside_arrival_window": Kind(409, "Outside the arrival window"),
    "start_rejected": Kind(409, "The charger refused to start"),
    "stop_rejected": Kind(409, "The charger refused to stop"),
    "temporarily_unavailable": Kind(503, "Not possible at this moment", retry_after=2),
    "fact_unknown": Kind(500, "Something went wrong on our side"),
    "driver_blocked": Kind(403, "The driver's account is blocked"),
    # --- refusals of the payment provider (activities.failures) ------------------------------------------------
    "webhook_invalid": Kind(400, "The webhook's signature is not valid"),
    "stripe_refused": Kind(409, "The payment provider refuses this"),
    "payment_still_moving": Kind(409, "The payment is between two states"),
    "stripe_unavailable": Kind(503, "The payment provider cannot be reached", retry_after=5),
    "ledger_unbalanced": Kind(500, "Something went wrong on our side"),
    # --- of the desk, of the workflows' client, and of faces ----------------------------------------------------
    "invalid_request": Kind(422, "The request is not valid"),
    "malformed_request": Kind(400, "The request cannot be read"),
    "rotation_pending": Kind(409, "A password is already in waiting"),
    "cursor_invalid": Kind(400, "Not a cursor of this list"),
    "idempotency_key_missing": Kind(400, "Idempotency-Key is required"),
    "idempotency_key_invalid": Kind(400, "Idempotency-Key is not valid"),
    "idempotency_key_reused": Kind(422, "Idempotency-Key was used for another request"),
    "token_missing": Kind(401, "A bearer token is required"),
    "token_invalid": Kind(401, "The bearer token is not valid"),
    "token_expired": Kind(401, "The bearer token has expired"),
    "scope_missing": Kind(403, "The token lacks the scope"),
    "not_found": Kind(404, "Nothing here"),
    "method_not_allowed": Kind(405, "Method not allowed"),
    "body_too_large": Kind(413, "The request is too large"),
    "internal_error": Kind(500, "Something went wrong on our side"),
    "reservation_pending": Kind(503, "The reservation is not decided yet", retry_after=1),
    "no_answer_yet": Kind(503, "The reservation did not answer in time", retry_after=2),
    "overloaded": Kind(503, "Too many bookings at once", retry_after=1),
    "temporal_unavailable": Kind(503, "Reservations cannot be reached", retry_after=2),
    "database_unavailable": Kind(503, "The database cannot be reached", retry_after=2),
    "keys_unavailable": Kind(503, "Token keys cannot be fetched", retry_after=5),
}

PROBLEM_JSON = "application/problem+json"


@dataclass
class ApiProblem(Exception):
    """A refusal to be rendered as RFC 9457. `extensions` become members of the problem document."""

    code: str
    detail: str
    extensions: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.detail)


def kind_of(code: str) -> Kind:
    """The table's row; an unknown code is our bug and shows as `internal_error`."""
    return KINDS.get(code, KINDS["internal_error"])


def type_uri(code: str) -> str:
    return f"urn:slotkeeper:problem:{code}"


def problem_document(
    code: str, detail: str, *, instance: str, request_id: str, extensions: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The RFC 9457 document. Standard members win over extensions of the same name."""
    known = code if code in KINDS else "internal_error"
    kind = KINDS[known]
    return {
        **(extensions or {}),
        "type": type_uri(known),
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "code": known,
        "instance": instance,
        "request_id": request_id,
    }
