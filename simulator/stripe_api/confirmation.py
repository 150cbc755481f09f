"""Confirming a PaymentIntent: the card answers, and the intent moves on.

Status machine: docs.stripe.com/payments/paymentintents/lifecycle.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.stripe_api.cards import AUTHENTICATION_REQUIRED, Decline
from simulator.stripe_api.charges import Charges
from simulator.stripe_api.errors import StripeApiError, StripeObject, invalid_parameter
from simulator.stripe_api.events import EventLog
from simulator.stripe_api.form import Params
from simulator.stripe_api.payment_methods import PaymentMethods, behaviour_of, card_error
from simulator.stripe_api.saved_cards import SavedCards

CONFIRM_PARAMS = ("off_session", "return_url", "error_on_requires_action", "use_stripe_sdk", "mandate")


@dataclass(frozen=True)
class Confirmation:
    """How a confirmation was asked for: with the holder there or not, and where to send them back to."""

    off_session: bool = False
    error_on_requires_action: bool = False
    return_url: str | None = None
    from_client: bool = False


def read_confirmation(params: Params) -> Confirmation:
    """The parameters that only a confirmation takes. `off_session` may be a boolean or a named kind."""
    off_session = params.text("off_session")
    if off_session not in (None, "true", "false", "one_off", "recurring"):
        raise invalid_parameter(f"Invalid boolean: {off_session}", "off_session")
    return Confirmation(
        off_session=off_session not in (None, "false"),
        error_on_requires_action=bool(params.boolean("error_on_requires_action")),
        return_url=params.text("return_url"),
    )


class Confirmations:
    """Attempts at a card on behalf of an intent that has a payment method."""

    def __init__(
        self, events: EventLog, charges: Charges, methods: PaymentMethods, saved: SavedCards
    ) -> None:
        self._events = events
        self._charges = charges
        self._methods = methods
        self._saved = saved

    def attempt(self, intent: StripeObject, asked: Confirmation) -> None:
        """Try the intent's method. Raises the 402 `card_error` of a decline, with the intent in it."""
        method = self._methods.find(intent["payment_method"])
        intent["last_payment_error"] = None
        if self._saved.must_authenticate(method, off_session=asked.off_session):
            if asked.off_session or asked.error_on_requires_action:
                raise self._decline(intent, method, AUTHENTICATION_REQUIRED)
            intent.update(status="requires_action", next_action=next_action(asked.return_url))
            self._events.record("payment_intent.requires_action", intent)
            return
        self._charge(intent, method, off_session=asked.off_session)

    def authenticated(self, intent: StripeObject) -> None:
        """The holder passed the challenge; the issuer may still decline."""
        intent["next_action"] = None
        self._charge(intent, self._methods.find(intent["payment_method"]), off_session=False)

    def authentication_failed(self, intent: StripeObject) -> None:
        """The holder failed or left the challenge: the method is taken off the intent."""
        method = self._methods.find(intent["payment_method"])
        intent.update(
            status="requires_payment_method",
            next_action=None,
            payment_method=None,
            last_payment_error={
                "type": "invalid_request_error",
                "code": "payment_intent_authentication_failure",
                "message": "The provided PaymentMethod has failed authentication.",
                "payment_method": method,
            },
        )
        self._events.record("payment_intent.payment_failed", intent)

    def _charge(self, intent: StripeObject, method: StripeObject, *, off_session: bool) -> None:
        decline = behaviour_of(method).decline
        if decline is not None:
            raise self._decline(intent, method, decline)
        capture = intent["capture_method"] != "manual"
        charge = self._charges.authorize(intent, method, capture=capture, off_session=off_session)
        intent.update(latest_charge=charge["id"], next_action=None)
        if intent["setup_future_usage"] and intent["customer"]:
            self._saved.keep(method, intent["customer"], intent["setup_future_usage"])
        self._methods.spend(method)
        if capture:
            intent.update(status="succeeded", amount_received=intent["amount"])
            self._events.record("payment_intent.succeeded", intent)
        else:
            intent.update(status="requires_capture", amount_capturable=intent["amount"])
            self._events.record("payment_intent.amount_capturable_updated", intent)

    def _decline(self, intent: StripeObject, method: StripeObject, decline: Decline) -> StripeApiError:
        charge = self._charges.decline(intent, method, decline)
        error: StripeObject = {
            "advice_code": decline.advice,
            "charge": charge["id"],
            "code": decline.code,
            "decline_code": decline.decline_code,
            "message": decline.message,
            "payment_method": method,
            "type": "card_error",
        }
        intent.update(
            status="requires_payment_method",
            latest_charge=charge["id"],
            next_action=None,
            payment_method=None,
            last_payment_error=error,
        )
        self._events.record("payment_intent.payment_failed", intent)
        return card_error(decline, charge=charge["id"], payment_intent=intent, payment_method=method)


def next_action(return_url: str | None) -> StripeObject:
    """Where the holder authenticates: on a page, or inside the app."""
    if return_url is not None:
        redirect = {"return_url": return_url, "url": "https://hooks.stripe.com/3d_secure_2/hosted"}
        return {"type": "redirect_to_url", "redirect_to_url": redirect}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}


def check_return_url(intent: StripeObject, kind: str, return_url: str | None) -> None:
    """Automatic payment methods may redirect, so a confirmation by the server must say where back to."""
    automatic = intent["automatic_payment_methods"]
    if not automatic or automatic["allow_redirects"] == "never" or return_url:
        return
    message = (
        f"This {kind} is configured to accept payment methods that might redirect your customer off of "
        "your page, so you must provide a `return_url`. If you don't want to accept redirect-based payment "
        "methods, set `automatic_payment_methods[enabled]` to true and "
        f"`automatic_payment_methods[allow_redirects]` to never when creating the {kind}."
    )
    raise invalid_parameter(message, "return_url")
