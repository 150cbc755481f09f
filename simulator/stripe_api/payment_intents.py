"""PaymentIntents: amount and method agreed, authorised, captured or cancelled.

Status machine: docs.stripe.com/payments/paymentintents/lifecycle.
"""

from __future__ import annotations

from simulator.stripe_api.charges import Charges
from simulator.stripe_api.confirmation import (
    CONFIRM_PARAMS,
    Confirmation,
    Confirmations,
    check_return_url,
    read_confirmation,
)
from simulator.stripe_api.currencies import format_amount, read_amount, read_currency, require_chargeable
from simulator.stripe_api.customers import Customers
from simulator.stripe_api.errors import (
    StripeApiError,
    StripeObject,
    invalid_parameter,
    missing_method,
    no_such,
    unexpected_state,
)
from simulator.stripe_api.events import EventLog
from simulator.stripe_api.form import Params
from simulator.stripe_api.intent_fields import DETAIL_PARAMS, SHAPE_PARAMS, new_intent, update_details
from simulator.stripe_api.lists import PAGE_PARAMS, page
from simulator.stripe_api.payment_methods import PaymentMethods
from simulator.stripe_api.store import Store, random_token

CANCELLATION_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action")


class PaymentIntents:
    """`/v1/payment_intents`."""

    def __init__(
        self,
        store: Store,
        events: EventLog,
        charges: Charges,
        customers: Customers,
        methods: PaymentMethods,
        confirmations: Confirmations,
    ) -> None:
        self._store = store
        self._events = events
        self._charges = charges
        self._customers = customers
        self._methods = methods
        self._confirmations = confirmations

    def create(self, params: Params) -> StripeObject:
        """`POST /v1/payment_intents`, confirmed at once with `confirm=true`.

        A declined confirmation leaves the intent behind, waiting for another method, as at Stripe.
        """
        params.only("amount", "currency", "confirm", *SHAPE_PARAMS, *DETAIL_PARAMS, *CONFIRM_PARAMS)
        params.require("amount", "currency")
        currency = read_currency(params)
        amount = read_amount(params, currency)
        confirm = bool(params.boolean("confirm"))
        asked = _confirmation_of_create(params, confirm)
        fields = new_intent(params, amount, currency)
        if confirm:
            _check_return_url(fields, asked)
        self._link(fields, params)
        if confirm and fields["payment_method"] is None:
            raise _missing_method(fields)
        intent = self._store.add("payment_intents", "pi", fields)
        intent["client_secret"] = f"{intent['id']}_secret_{random_token(25)}"
        self._events.record("payment_intent.created", intent)
        if confirm:
            self._confirmations.attempt(intent, asked)
        return intent

    def retrieve(self, params: Params, intent_id: str) -> StripeObject:
        """`GET /v1/payment_intents/{id}`; a `client_secret` sent along must be the intent's."""
        params.only("client_secret")
        intent = self.find(intent_id)
        if params.text("client_secret") not in (None, intent["client_secret"]):
            message = (
                "The client_secret provided does not match any associated PaymentIntent on this account."
            )
            raise StripeApiError(400, message, code="payment_intent_invalid_parameter", param="client_secret")
        return intent

    def list(self, params: Params) -> StripeObject:
        """`GET /v1/payment_intents`, by customer."""
        params.only("customer", *PAGE_PARAMS)
        customer = params.text("customer")
        matching = (i for i in self._store.all("payment_intents") if customer in (None, i["customer"]))
        return page(matching, params, "/v1/payment_intents")

    def update(self, params: Params, intent_id: str) -> StripeObject:
        """`POST /v1/payment_intents/{id}`: amount and method while open, details at any time."""
        params.only("amount", "currency", "customer", "payment_method", "setup_future_usage", *DETAIL_PARAMS)
        intent = self.find(intent_id)
        if any(name in params for name in ("amount", "currency", "payment_method", "customer")):
            _require_status(intent, OPEN, "updated")
        currency = read_currency(params) if "currency" in params else intent["currency"]
        amount = read_amount(params, currency) if "amount" in params else intent["amount"]
        changed = {**intent, "currency": currency, "amount": amount}
        self._link(changed, params)
        update_details(changed, params)
        intent.update(changed)
        return intent

    def confirm(self, params: Params, intent_id: str) -> StripeObject:
        """`POST /v1/payment_intents/{id}/confirm`."""
        params.only("payment_method", "capture_method", "setup_future_usage", *DETAIL_PARAMS, *CONFIRM_PARAMS)
        asked = read_confirmation(params)
        intent = self.find(intent_id)
        return self._confirm(intent, params, asked)

    def pay_from_client(self, intent_id: str, method_id: str) -> StripeObject:
        """What the driver's app does with a client secret: confirm with the holder present."""
        params = Params({"payment_method": method_id})
        return self._confirm(self.find(intent_id), params, Confirmation(from_client=True))

    def finish_action(self, intent_id: str, *, succeed: bool) -> StripeObject:
        """The holder passed (or failed) the issuer's challenge of an intent that `requires_action`."""
        intent = self.find(intent_id)
        _require_status(intent, ("requires_action",), "authenticated")
        if succeed:
            self._confirmations.authenticated(intent)
        else:
            self._confirmations.authentication_failed(intent)
        return intent

    def capture(self, params: Params, intent_id: str) -> StripeObject:
        """`POST /v1/payment_intents/{id}/capture`: `amount_to_capture` or all; the remainder is released."""
        params.only("amount_to_capture", "final_capture", *DETAIL_PARAMS)
        amount = params.integer("amount_to_capture")
        intent = self.find(intent_id)
        _require_status(intent, ("requires_capture",), "captured")
        capturable: int = intent["amount_capturable"]
        amount = capturable if amount is None else amount
        if amount > capturable:
            message = (
                f"The amount you're trying to capture ({format_amount(amount, intent['currency'])}) is more "
                f"than the amount capturable ({format_amount(capturable, intent['currency'])})."
            )
            raise StripeApiError(400, message, code="amount_too_large", param="amount_to_capture")
        require_chargeable(amount, intent["currency"], "amount_to_capture")
        update_details(intent, params)
        self._charges.capture(self._charges.find(intent["latest_charge"]), amount)
        intent.update(status="succeeded", amount_capturable=0, amount_received=amount)
        self._events.record("payment_intent.succeeded", intent)
        return intent

    def cancel(self, params: Params, intent_id: str) -> StripeObject:
        """`POST /v1/payment_intents/{id}/cancel`: an authorisation is released."""
        params.only("cancellation_reason")
        reason = params.choice("cancellation_reason", CANCELLATION_REASONS)
        intent = self.find(intent_id)
        _require_status(intent, CANCELABLE, "canceled")
        intent.update(
            status="canceled",
            amount_capturable=0,
            next_action=None,
            canceled_at=self._store.now(),
            cancellation_reason=reason,
        )
        self._events.record("payment_intent.canceled", intent)
        return intent

    def lapse(self, intent: StripeObject) -> None:
        """The authorisation was not captured in time (docs.stripe.com/payments/place-a-hold)."""
        _require_status(intent, ("requires_capture",), "expired")
        self._charges.expire(self._charges.find(intent["latest_charge"]))
        intent.update(
            status="canceled",
            amount_capturable=0,
            canceled_at=self._store.now(),
            cancellation_reason="expired",
        )
        self._events.record("payment_intent.canceled", intent)

    def find(self, intent_id: str) -> StripeObject:
        """The intent, or `resource_missing`."""
        intent = self._store.get("payment_intents", intent_id)
        if intent is None:
            raise no_such("payment_intent", intent_id, "intent")
        return intent

    def _confirm(self, intent: StripeObject, params: Params, asked: Confirmation) -> StripeObject:
        _require_status(intent, OPEN, "confirmed")
        _check_return_url(intent, asked)
        changed = dict(intent)
        self._link(changed, params)
        update_details(changed, params)
        if changed["payment_method"] is None:
            raise _missing_method(intent)
        intent.update(changed)
        self._confirmations.attempt(intent, asked)
        return intent

    def _link(self, fields: StripeObject, params: Params) -> None:
        """Check and set `customer` and `payment_method`; an intent with a method awaits confirmation."""
        customer, method_id = params.text("customer"), params.text("payment_method")
        if customer is not None:
            fields["customer"] = self._customers.find(customer, status=400)["id"]
        if method_id is None:
            return
        method = self._methods.usable(method_id, fields["customer"], "PaymentIntent")
        fields.update(payment_method=method["id"], status="requires_confirmation", next_action=None)


def _confirmation_of_create(params: Params, confirm: bool) -> Confirmation:
    if not confirm:
        for name in CONFIRM_PARAMS:
            if name in params:
                message = f"You can only pass in `{name}` when `confirm` is set to true."
                raise invalid_parameter(message, name)
    return read_confirmation(params)


def _check_return_url(intent: StripeObject, asked: Confirmation) -> None:
    if not asked.from_client:
        check_return_url(intent, "PaymentIntent", asked.return_url)


def _missing_method(intent: StripeObject) -> StripeApiError:
    return unexpected_state(missing_method("PaymentIntent"), intent)


def _require_status(intent: StripeObject, allowed: tuple[str, ...], verb: str) -> None:
    if intent["status"] in allowed:
        return
    message = (
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}. Only a "
        f"PaymentIntent with one of the following statuses may be {verb}: {', '.join(allowed)}."
    )
    raise unexpected_state(message, intent)
