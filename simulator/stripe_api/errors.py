"""Stripe's error envelope: `{"error": {type, code, decline_code, message, param, payment_intent, ...}}`.

Source of types, codes and statuses: docs.stripe.com/api/errors and docs.stripe.com/error-codes.
"""

from __future__ import annotations

from typing import Any

StripeObject = dict[str, Any]
"""One API object in the JSON shape Stripe documents."""


class StripeApiError(Exception):
    """An answer other than 2xx.

    `executed` tells the idempotency layer whether the endpoint had begun: Stripe stores such answers under
    the key, but not refusals of the parameters, which may be corrected under the same key.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        executed: bool = True,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.executed = executed
        self.body = _body(type, message, code, param, details)


def _body(
    type_: str, message: str, code: str | None, param: str | None, details: StripeObject
) -> StripeObject:
    error: StripeObject = {"type": type_, "message": message}
    if code is not None:
        error["code"] = code
        error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    if param is not None:
        error["param"] = param
    error.update({name: value for name, value in details.items() if value is not None})
    return error


def invalid_parameter(message: str, param: str, code: str | None = None) -> StripeApiError:
    """400 for a parameter refused before the endpoint began."""
    return StripeApiError(400, message, code=code, param=param, executed=False)


def no_such(kind: str, object_id: str, param: str, *, status: int = 404) -> StripeApiError:
    """404 for an unknown object in the path, 400 for one named by a parameter."""
    return StripeApiError(status, f"No such {kind}: '{object_id}'", code="resource_missing", param=param)


def missing_method(kind: str) -> str:
    """The words for a `kind` of intent that is confirmed without a payment method."""
    return (
        f"You cannot confirm this {kind} because it's missing a payment method. Update it "
        "with a payment method and then confirm it again."
    )


def unexpected_state(message: str, intent: StripeObject) -> StripeApiError:
    """400 for an operation the PaymentIntent's status does not allow; the intent is in the answer."""
    return StripeApiError(400, message, code="payment_intent_unexpected_state", payment_intent=intent)


def unauthorized(message: str) -> StripeApiError:
    """401 for a missing or unknown API key."""
    return StripeApiError(401, message, executed=False)


def unrecognized_url(method: str, path: str) -> StripeApiError:
    """404 for a route the stand-in (or Stripe) does not have."""
    message = (
        f"Unrecognized request URL ({method}: {path}). "
        "Please see https://stripe.com/docs or we can help at https://support.stripe.com/."
    )
    return StripeApiError(404, message, executed=False)


def idempotency_conflict(message: str) -> StripeApiError:
    """400 for a key used again with another body or path."""
    return StripeApiError(400, message, type="idempotency_error", executed=False)


def idempotency_key_in_use(key: str) -> StripeApiError:
    """409 for a key whose first request is still being executed."""
    message = (
        f"There is currently another in-progress request using this Idempotent Key: {key} "
        "(that probably means you submitted twice, and the other request is still going through). "
        "Please try again later."
    )
    return StripeApiError(
        409, message, type="idempotency_error", code="idempotency_key_in_use", executed=False
    )
