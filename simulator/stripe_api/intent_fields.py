"""A PaymentIntent's fields: which parameters set them, and the whole JSON shape of a new one."""

from __future__ import annotations

from simulator.stripe_api.errors import StripeObject, invalid_parameter
from simulator.stripe_api.form import Params

CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
FUTURE_USAGES = ("on_session", "off_session")
TEXTS = (
    "description",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
DETAIL_PARAMS = (*TEXTS, "metadata", "shipping", "payment_method_options")
SHAPE_PARAMS = (
    "automatic_payment_methods",
    "capture_method",
    "confirmation_method",
    "customer",
    "payment_method",
    "allowed_payment_method_types",
    "setup_future_usage",
)


def new_intent(params: Params, amount: int, currency: str) -> StripeObject:
    """All fields Stripe shows, before any method or customer is linked."""
    fields: StripeObject = {
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": automatic_methods(params),
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": params.choice("capture_method", CAPTURE_METHODS) or "automatic_async",
        "client_secret": None,
        "confirmation_method": params.choice("confirmation_method", ("automatic", "manual")) or "automatic",
        "currency": currency,
        "customer": None,
        "last_payment_error": None,
        "latest_charge": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "allowed_payment_method_types": allowed_types(params),
        "payment_method_types": ["card"],
        "processing": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        **dict.fromkeys(TEXTS),
    }
    update_details(fields, params)
    return fields


def update_details(fields: StripeObject, params: Params) -> None:
    """Set what does not depend on the status. Nothing is set when any of it is refused."""
    changed: StripeObject = {name: params.text(name) for name in TEXTS if name in params}
    changed["metadata"] = params.metadata(fields["metadata"])
    if "capture_method" in params:
        changed["capture_method"] = params.choice("capture_method", CAPTURE_METHODS)
    if "setup_future_usage" in params:
        changed["setup_future_usage"] = params.choice("setup_future_usage", FUTURE_USAGES)
    for name in ("shipping", "payment_method_options"):
        if name in params:
            changed[name] = params.mapping(name)
    fields.update(changed)


def allowed_types(params: Params) -> list[str] | None:
    """`allowed_payment_method_types`, which took the place of `payment_method_types` in this API version."""
    allowed = params.strings("allowed_payment_method_types")
    if any(kind != "card" for kind in allowed):
        raise invalid_parameter("The stand-in takes cards only.", "allowed_payment_method_types")
    return allowed or None


def automatic_methods(params: Params) -> StripeObject | None:
    """Enabled, redirects included, unless said otherwise: the default since API version 2023-08-16."""
    if "automatic_payment_methods" not in params:
        return {"allow_redirects": "always", "enabled": True}
    sent = Params(params.mapping("automatic_payment_methods") or {}).only("enabled", "allow_redirects")
    sent.require("enabled")
    if not sent.boolean("enabled"):
        return None
    redirects = sent.choice("allow_redirects", ("always", "never")) or "always"
    return {"allow_redirects": redirects, "enabled": True}
