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
    "payment_method_types",
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
        "automatic_payment_methods": _automatic_methods(params),
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
        "payment_method_types": params.strings("payment_method_types") or ["card"],
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


def _automatic_methods(params: Params) -> StripeObject | None:
    """Enabled unless `payment_method_types` is sent: the default since API version 2023-08-16."""
    listed = "payment_method_types" in params
    if any(kind != "card" for kind in params.strings("payment_method_types")):
        raise invalid_parameter("The stand-in takes cards only.", "payment_method_types")
    if "automatic_payment_methods" not in params:
        return None if listed else {"allow_redirects": "always", "enabled": True}
    sent = Params(params.mapping("automatic_payment_methods") or {}).only("enabled", "allow_redirects")
    sent.require("enabled")
    if not sent.boolean("enabled"):
        return None
    if listed:
        message = (
            "You may only specify one of these parameters: automatic_payment_methods, payment_method_types."
        )
        raise invalid_parameter(message, "payment_method_types", "parameters_exclusive")
    redirects = sent.choice("allow_redirects", ("always", "never")) or "always"
    return {"allow_redirects": redirects, "enabled": True}
