"""SetupIntents: a card is saved for later without taking money, its holder authenticating when the bank asks.

Status machine: docs.stripe.com/payments/paymentintents/lifecycle?intent=setup.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.stripe_api.cards import Decline
from simulator.stripe_api.confirmation import check_return_url, next_action
from simulator.stripe_api.customers import Customers
from simulator.stripe_api.errors import (
    StripeApiError,
    StripeObject,
    invalid_parameter,
    missing_method,
    no_such,
)
from simulator.stripe_api.events import EventLog
from simulator.stripe_api.form import Params
from simulator.stripe_api.intent_fields import FUTURE_USAGES, allowed_types, automatic_methods
from simulator.stripe_api.lists import PAGE_PARAMS, page
from simulator.stripe_api.payment_methods import PaymentMethods, behaviour_of, card_error
from simulator.stripe_api.saved_cards import SavedCards
from simulator.stripe_api.store import Store, random_token

CANCELLATION_REASONS = ("abandoned", "requested_by_customer", "duplicate")
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
CONFIRM_PARAMS = ("return_url", "use_stripe_sdk", "mandate_data")
DETAIL_PARAMS = ("description", "metadata", "payment_method_options")
CREATE_PARAMS = (
    "allowed_payment_method_types",
    "automatic_payment_methods",
    "confirm",
    "customer",
    "payment_method",
    "usage",
)


@dataclass(frozen=True)
class _Asked:
    """How a setup was confirmed: by the server, which says where back to, or by the holder's app."""

    return_url: str | None = None
    from_client: bool = False


class SetupIntents:
    """`/v1/setup_intents`."""

    def __init__(
        self,
        store: Store,
        events: EventLog,
        customers: Customers,
        methods: PaymentMethods,
        saved: SavedCards,
    ) -> None:
        self._store = store
        self._events = events
        self._customers = customers
        self._methods = methods
        self._saved = saved

    def create(self, params: Params) -> StripeObject:
        """`POST /v1/setup_intents`, confirmed at once with `confirm=true`."""
        params.only(*CREATE_PARAMS, *DETAIL_PARAMS, *CONFIRM_PARAMS)
        confirm = bool(params.boolean("confirm"))
        asked = _Asked(params.text("return_url"))
        if asked.return_url and not confirm:
            message = "You can only pass in `return_url` when `confirm` is set to true."
            raise invalid_parameter(message, "return_url")
        fields = _new_setup(params)
        if confirm:
            check_return_url(fields, "SetupIntent", asked.return_url)
        self._link(fields, params)
        if confirm and fields["payment_method"] is None:
            raise unexpected_state(missing_method("SetupIntent"), fields)
        setup = self._store.add("setup_intents", "seti", fields)
        setup["client_secret"] = f"{setup['id']}_secret_{random_token(25)}"
        self._events.record("setup_intent.created", setup)
        if confirm:
            self._attempt(setup, asked)
        return setup

    def retrieve(self, params: Params, setup_id: str) -> StripeObject:
        """`GET /v1/setup_intents/{id}`."""
        params.only("client_secret")
        setup = self.find(setup_id)
        if params.text("client_secret") not in (None, setup["client_secret"]):
            message = "The client_secret provided does not match any associated SetupIntent on this account."
            raise StripeApiError(400, message, code="setup_intent_invalid_parameter", param="client_secret")
        return setup

    def list(self, params: Params) -> StripeObject:
        """`GET /v1/setup_intents`, by customer or payment method."""
        params.only("customer", "payment_method", *PAGE_PARAMS)
        customer, method = params.text("customer"), params.text("payment_method")
        matching = (
            item
            for item in self._store.all("setup_intents")
            if customer in (None, item["customer"]) and method in (None, item["payment_method"])
        )
        return page(matching, params, "/v1/setup_intents")

    def update(self, params: Params, setup_id: str) -> StripeObject:
        """`POST /v1/setup_intents/{id}`: customer and method while open, details at any time."""
        params.only("customer", "payment_method", *DETAIL_PARAMS)
        setup = self.find(setup_id)
        if "customer" in params or "payment_method" in params:
            _require_status(setup, OPEN, "updated")
        changed = dict(setup)
        self._link(changed, params)
        _update_details(changed, params)
        setup.update(changed)
        return setup

    def confirm(self, params: Params, setup_id: str) -> StripeObject:
        """`POST /v1/setup_intents/{id}/confirm`."""
        params.only("payment_method", "payment_method_options", *CONFIRM_PARAMS)
        return self._confirm(self.find(setup_id), params, _Asked(params.text("return_url")))

    def save_from_client(self, setup_id: str, method_id: str) -> StripeObject:
        """What the driver's app does with a client secret: confirm with the holder present."""
        params = Params({"payment_method": method_id})
        return self._confirm(self.find(setup_id), params, _Asked(from_client=True))

    def finish_action(self, setup_id: str, *, succeed: bool) -> StripeObject:
        """The holder passed (or failed) the issuer's challenge of a setup that `requires_action`."""
        setup = self.find(setup_id)
        _require_status(setup, ("requires_action",), "authenticated")
        method = self._methods.find(setup["payment_method"])
        if succeed:
            self._save(setup, method)
        else:
            message = "The provided PaymentMethod has failed authentication."
            code = "setup_intent_authentication_failure"
            error = {"type": "invalid_request_error", "code": code, "message": message}
            self._failed(setup, {**error, "payment_method": method})
        return setup

    def cancel(self, params: Params, setup_id: str) -> StripeObject:
        """`POST /v1/setup_intents/{id}/cancel`."""
        params.only("cancellation_reason")
        reason = params.choice("cancellation_reason", CANCELLATION_REASONS)
        setup = self.find(setup_id)
        _require_status(setup, OPEN, "canceled")
        setup.update(status="canceled", next_action=None, cancellation_reason=reason)
        self._events.record("setup_intent.canceled", setup)
        return setup

    def find(self, setup_id: str) -> StripeObject:
        """The setup, or `resource_missing`."""
        setup = self._store.get("setup_intents", setup_id)
        if setup is None:
            raise no_such("setupintent", setup_id, "intent")
        return setup

    def _confirm(self, setup: StripeObject, params: Params, asked: _Asked) -> StripeObject:
        _require_status(setup, OPEN, "confirmed")
        if not asked.from_client:
            check_return_url(setup, "SetupIntent", asked.return_url)
        changed = dict(setup)
        self._link(changed, params)
        _update_details(changed, params)
        if changed["payment_method"] is None:
            raise unexpected_state(missing_method("SetupIntent"), setup)
        setup.update(changed)
        self._attempt(setup, asked)
        return setup

    def _attempt(self, setup: StripeObject, asked: _Asked) -> None:
        method = self._methods.find(setup["payment_method"])
        setup.update(last_setup_error=None, latest_attempt=f"setatt_{random_token(24)}")
        if self._saved.must_authenticate(method, off_session=False):
            setup.update(status="requires_action", next_action=next_action(asked.return_url))
            self._events.record("setup_intent.requires_action", setup)
            return
        self._save(setup, method)

    def _save(self, setup: StripeObject, method: StripeObject) -> None:
        card = behaviour_of(method)
        if card.decline is not None and not card.savable:
            raise self._decline(setup, method, card.decline)
        setup.update(status="succeeded", next_action=None)
        if setup["customer"]:
            self._saved.keep(method, setup["customer"], setup["usage"])
        self._events.record("setup_intent.succeeded", setup)

    def _decline(self, setup: StripeObject, method: StripeObject, decline: Decline) -> StripeApiError:
        error: StripeObject = {
            "type": "card_error",
            "code": decline.code,
            "decline_code": decline.decline_code,
            "message": decline.message,
            "payment_method": method,
        }
        self._failed(setup, error)
        return card_error(decline, setup_intent=setup, payment_method=method)

    def _failed(self, setup: StripeObject, error: StripeObject) -> None:
        setup.update(
            status="requires_payment_method", next_action=None, payment_method=None, last_setup_error=error
        )
        self._events.record("setup_intent.setup_failed", setup)

    def _link(self, fields: StripeObject, params: Params) -> None:
        customer, method_id = params.text("customer"), params.text("payment_method")
        if customer is not None:
            fields["customer"] = self._customers.find(customer, status=400)["id"]
        if method_id is not None:
            method = self._methods.usable(method_id, fields["customer"], "SetupIntent")
            fields.update(payment_method=method["id"], status="requires_confirmation", next_action=None)


def _new_setup(params: Params) -> StripeObject:
    fields: StripeObject = {
        "object": "setup_intent",
        "allowed_payment_method_types": allowed_types(params),
        "application": None,
        "automatic_payment_methods": automatic_methods(params),
        "cancellation_reason": None,
        "client_secret": None,
        "customer": None,
        "description": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": params.choice("usage", FUTURE_USAGES) or "off_session",
    }
    _update_details(fields, params)
    return fields


def _update_details(fields: StripeObject, params: Params) -> None:
    changed: StripeObject = {"metadata": params.metadata(fields["metadata"])}
    if "description" in params:
        changed["description"] = params.text("description")
    if "payment_method_options" in params:
        changed["payment_method_options"] = params.mapping("payment_method_options")
    fields.update(changed)


def unexpected_state(message: str, setup: StripeObject) -> StripeApiError:
    """400 for an operation the SetupIntent's status does not allow; the setup is in the answer."""
    return StripeApiError(400, message, code="setup_intent_unexpected_state", setup_intent=setup)


def _require_status(setup: StripeObject, allowed: tuple[str, ...], verb: str) -> None:
    if setup["status"] in allowed:
        return
    message = (
        f"This SetupIntent could not be {verb} because it has a status of {setup['status']}. Only a "
        f"SetupIntent with one of the following statuses may be {verb}: {', '.join(allowed)}."
    )
    raise unexpected_state(message, setup)
