"""What can go wrong over HTTP: ONE table from stable code to status, for the domain's codes and our own.

Codes are the contract (clients match on them); titles and details are for people and may change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.errors import Why
from texts.reader import Reader


@dataclass(frozen=True, slots=True)
class Kind:
    """How one code is shown; its title is the catalogue's (`refusal.<code>`).

    `retry_after` (seconds) is sent when the same request may succeed later. `see`: the address that lists what was
    not found.
    """

    status: int
    retry_after: int | None = None
    see: str = ""


KINDS: Mapping[str, Kind] = {
    # --- the domain's refusals (domain.errors); a test asserts that every one of them is here -----------------
    "domain_error": Kind(409),
    "illegal_transition": Kind(409),
    "not_possible_now": Kind(409),
    "cost_not_accepted": Kind(409),
    "price_not_accepted": Kind(409),
    "rules_unusable": Kind(422),
    "quote_unknown": Kind(404),
    "quote_used": Kind(409),
    "quote_expired": Kind(409),
    "quote_mismatch": Kind(422),
    "slot_invalid": Kind(422),
    "energy_beyond_slot": Kind(422),
    "slot_in_past": Kind(422),
    "beyond_tier_horizon": Kind(422),
    "slot_unavailable": Kind(409),
    "site_closed": Kind(409),
    "bay_taken": Kind(409),
    "bay_changed": Kind(409),
    "proposal_superseded": Kind(409),
    "bay_costs_too_much": Kind(409),
    "bay_unfit": Kind(409),
    "opening_hours_invalid": Kind(422),
    "under_maintenance": Kind(409),
    "maintenance_span_invalid": Kind(422),
    "maintenance_in_past": Kind(422),
    "maintenance_too_long": Kind(422),
    "maintenance_overlaps": Kind(409),
    "maintenance_over": Kind(409),
    "maintenance_unknown": Kind(404),
    "no_access": Kind(403),
    "no_fit": Kind(409),
    "too_many_reservations": Kind(409),
    "driver_booked_already": Kind(409),
    "driver_taken": Kind(409),
    "weekly_hours_used": Kind(409),
    "stay_too_long": Kind(409),
    "cooling_off": Kind(409),
    "person_unknown": Kind(404),
    "group_too_large": Kind(409),
    "group_unknown": Kind(404),
    "guest_unknown": Kind(404),
    "guest_pass_invalid": Kind(403),
    "series_unusable": Kind(422),
    "swap_offer_unknown": Kind(404),
    "swap_offer_over": Kind(409),
    "swap_not_possible": Kind(409),
    "series_unknown": Kind(404),
    "waiting_entry_unknown": Kind(404, see="/v1/waiting-list-entries"),
    "waiting_wish_unusable": Kind(422),
    "too_many_waiting_entries": Kind(409),
    "waiting_list_full": Kind(409),
    "no_offer_open": Kind(409),
    "offer_lapsed": Kind(409),
    "no_snooze_left": Kind(409),
    "offer_accepted": Kind(409),
    "action_failed": Kind(503),  # for good under its key, as the next
    "payment_provider_away": Kind(503),  # as booking_failed
    "booking_failed": Kind(503),  # for good: the same request finds the same booking, so no Retry-After
    "booking_too_late": Kind(409),
    "payment_declined": Kind(402),
    "currency_mismatch": Kind(422),
    "reservation_code_invalid": Kind(404),
    "site_unknown": Kind(404, see="/v1/sites"),
    "site_plan_unknown": Kind(404),
    "site_plan_invalid": Kind(422),
    "pool_unknown": Kind(404),
    "too_many_new_drivers": Kind(429, retry_after=3600),
    "driver_unknown": Kind(404),
    "reservation_unknown": Kind(404),
    "connector_unknown": Kind(404),
    "bay_unknown": Kind(404),
    "vehicle_unknown": Kind(404, see="/v1/vehicles"),
    "connector_lesser": Kind(409),
    "berth_promised_twice": Kind(409),
    "installed_elsewhere": Kind(409),
    "promised_otherwise": Kind(409),
    "charger_unknown": Kind(404, see="/v1/operations/chargers"),
    "bay_report_unknown": Kind(404, see="/v1/operations/bay-reports"),
    "too_many_bay_reports": Kind(429, retry_after=3600),
    "nothing_to_move_for": Kind(409),
    "trouble_unknown": Kind(404, see="/v1/operations/troubles"),
    "unplaced_transaction_unknown": Kind(404, see="/v1/operations/unplaced-transactions"),
    "unplaced_transaction_decided": Kind(409),
    "transaction_not_placeable": Kind(422),
    "session_there_already": Kind(409),
    "charger_offline": Kind(409),
    "session_unknown": Kind(404, see="/v1/operations/sessions"),
    "session_over": Kind(409),
    "session_is_reservations": Kind(409),
    "extension_already_used": Kind(409),
    "outside_arrival_window": Kind(409),
    "start_rejected": Kind(409),
    "stop_rejected": Kind(409),
    "temporarily_unavailable": Kind(503, retry_after=2),
    "driver_blocked": Kind(403),
    "debts_open": Kind(402),
    "debt_unknown": Kind(404, see="/v1/debts"),
    "document_unknown": Kind(404, see="/v1/documents"),
    "document_too_long": Kind(422),
    "debt_closed": Kind(409),
    "invoice_account_unusable": Kind(402),
    "budget_exceeded": Kind(402),
    "budget_unknown": Kind(404, see="/v1/fleet/budgets"),
    "cost_center_unknown": Kind(404, see="/v1/fleet/cost-centers"),
    "invoice_account_unknown": Kind(404, see="/v1/operations/invoice-accounts"),
    "transfer_booked_otherwise": Kind(409),
    "dispute_open": Kind(403),
    "membership_required": Kind(403),
    "group_member_unknown": Kind(404),
    "membership_unknown": Kind(404),
    "card_unknown": Kind(404, see="/v1/operations/cards"),
    "card_taken": Kind(409),
    "driver_group_unknown": Kind(404, see="/v1/operations/driver-groups"),
    "driver_group_taken": Kind(409),
    "site_forbidden": Kind(403),
    "erasure_not_now": Kind(409),
    "invitation_unknown": Kind(404),
    "invitation_expired": Kind(409),
    "invitation_revoked": Kind(409),
    "invitation_used": Kind(409),
    "invitation_used_up": Kind(409),
    "email_unverified": Kind(403),
    "too_many_attempts": Kind(429, retry_after=3600),
    "quiet_hours_invalid": Kind(422),
    "contact_point_invalid": Kind(422),
    "contact_point_unknown": Kind(404, see="/v1/contact-points"),
    "too_many_contact_points": Kind(409),
    "contact_code_invalid": Kind(409),
    "endpoint_invalid": Kind(422),
    "webhook_endpoint_unknown": Kind(404),
    "too_many_webhook_endpoints": Kind(409),
    "webhook_endpoint_not_listening": Kind(409),
    "webhook_endpoint_tried_often": Kind(429, retry_after=60),
    "message_unknown": Kind(404, see="/v1/operations/messages"),
    "message_under_way": Kind(409),
    "dispute_bars_nobody": Kind(409),
    "dispute_not_answerable": Kind(409),
    "dispute_answered": Kind(409),
    "dispute_not_claimable": Kind(409),
    "dispute_unknown": Kind(404, see="/v1/operations/disputes"),
    "debt_not_payable": Kind(409),
    "currency_not_exported": Kind(422),
    "credit_currency_mismatch": Kind(422),
    "money_request_unknown": Kind(404, see="/v1/operations/money-requests"),
    "money_request_decided": Kind(409),
    "second_person_needed": Kind(403),
    "beyond_authority": Kind(403),
    "refund_not_settled": Kind(409),
    "refund_disputed": Kind(409, see="/v1/operations/disputes"),
    "refund_still_owed": Kind(409),
    "more_than_owed": Kind(409),
    "return_booked_otherwise": Kind(409),
    "refund_too_large": Kind(409),
    "refund_line_unknown": Kind(422),
    "refund_amount_invalid": Kind(422),
    # --- refusals of the payment provider (activities.failures) ------------------------------------------------
    "webhook_invalid": Kind(400),
    "stripe_refused": Kind(409),
    "payment_still_moving": Kind(409),
    "stripe_unavailable": Kind(503, retry_after=5),
    "ledger_unbalanced": Kind(500),
    # --- of the desk, of the workflows' client, and of faces ----------------------------------------------------
    "invalid_request": Kind(422),
    "malformed_request": Kind(400),
    "changed_meanwhile": Kind(412),
    "rotation_pending": Kind(409),
    "password_by_rotation": Kind(422),
    "local_list_is_kept": Kind(409),
    "cursor_invalid": Kind(400),
    "idempotency_key_missing": Kind(400),
    "idempotency_key_invalid": Kind(400),
    "idempotency_key_reused": Kind(422),
    "token_missing": Kind(401),
    "token_invalid": Kind(401),
    "token_expired": Kind(401),
    "scope_missing": Kind(403),
    "not_found": Kind(404),
    "method_not_allowed": Kind(405),
    "body_too_large": Kind(413),
    "internal_error": Kind(500),
    "reservation_pending": Kind(409, retry_after=1),
    "no_answer_yet": Kind(503, retry_after=2),
    "too_many_streams": Kind(429),
    "overloaded": Kind(503, retry_after=1),
    "temporal_unavailable": Kind(503, retry_after=2),
    "temporal_not_set_up": Kind(503, retry_after=30),
    "database_unavailable": Kind(503, retry_after=2),
    "keys_unavailable": Kind(503, retry_after=5),
    # --- of pages -----------------------------------------------------------------------------------------
    "issuer_unavailable": Kind(503, retry_after=5),
    "sign_in_failed": Kind(403),
    "form_not_ours": Kind(403),
    "form_unreadable": Kind(422),
    "page_unknown": Kind(404),
    "passkey_refused": Kind(403),
    "passkey_counts_back": Kind(403),
    "too_many_passkeys": Kind(409),
    "passkey_unknown": Kind(404),
    "sign_in_link_over": Kind(410),
}

PROBLEM_JSON = "application/problem+json"
FOR_DEVELOPERS = Reader()
"""What only a wrong client can meet is told in English (docs/decisions/0011)."""


@dataclass
class ApiProblem(Exception):
    """A refusal to be rendered as RFC 9457. `extensions` become members of the problem document.

    `reader`: for whom `detail` is put into words.
    """

    code: str
    detail: str
    extensions: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    reader: Reader = FOR_DEVELOPERS

    def __post_init__(self) -> None:
        super().__init__(self.detail)


def kind_of(code: str) -> Kind:
    """The table's row; an unknown code is our bug and shows as `internal_error`."""
    return KINDS.get(code, KINDS["internal_error"])


def type_uri(code: str) -> str:
    return f"urn:slotkeeper:problem:{code}"


def problem_document(
    code: str,
    detail: str,
    reader: Reader,
    *,
    instance: str,
    request_id: str,
    extensions: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The RFC 9457 document, its title in the reader's language. Standard members win over extensions."""
    known = code if code in KINDS else "internal_error"
    return {
        **(extensions or {}),
        "type": type_uri(known),
        "title": reader.refusal(known),
        "status": KINDS[known].status,
        "detail": detail,
        "code": known,
        "instance": instance,
        "request_id": request_id,
    }


def instants(why: Why | None) -> dict[str, Any]:
    """What a refusal says of time, for programs: from when on it would be another answer (`opens`, `ends_at`)."""
    said = {} if why is None else why.parameters()
    return {name: said[name] for name in ("opens", "ends_at") if said.get(name) is not None}
