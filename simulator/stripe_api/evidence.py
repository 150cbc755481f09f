"""The evidence of a dispute: its fields and the provider's limits (docs.stripe.com/api/disputes/update)."""

from __future__ import annotations

from simulator.stripe_api.errors import StripeApiError, StripeObject, invalid_parameter, no_such
from simulator.stripe_api.form import Params

MOST_CHARACTERS = 150_000
LONGEST_FIELD = 20_000

TEXTS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
)
FILES = (
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
)


def no_evidence() -> StripeObject:
    """Every field, empty."""
    return {**dict.fromkeys(sorted(TEXTS + FILES)), "enhanced_evidence": {}}


def read_evidence(params: Params, staged: StripeObject) -> StripeObject:
    """`staged` with what was sent; an empty string clears a field. Raises 400 beyond the limits.

    Files cannot be uploaded to the stand-in, so none is known.
    """
    sent = params.mapping("evidence")
    if sent is None:
        return staged
    given = Params(sent).only(*TEXTS, *FILES)
    changed = dict(staged)
    for name, value in sent.items():
        if value == "":
            changed[name] = None
        elif name in FILES:
            raise no_such("file upload", given.text(name) or "", f"evidence[{name}]", status=400)
        else:
            changed[name] = given.text(name, longest=LONGEST_FIELD, within="evidence")
    total = sum(len(changed[name] or "") for name in TEXTS)
    if total > MOST_CHARACTERS:
        message = f"The combined character count of the evidence is {total}, more than the {MOST_CHARACTERS} allowed."
        raise invalid_parameter(message, "evidence")
    return changed


def already_submitted() -> StripeApiError:
    """400: evidence goes to the bank once."""
    return StripeApiError(400, "The evidence of this dispute has been submitted and cannot be changed.")
