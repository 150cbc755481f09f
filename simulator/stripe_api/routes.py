"""Which operation answers which method and path of the v1 API."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from simulator.stripe_api.account import Account
from simulator.stripe_api.errors import StripeObject, invalid_parameter, no_such, unrecognized_url
from simulator.stripe_api.form import Params
from simulator.stripe_api.lists import PAGE_PARAMS, page

Operation = Callable[..., StripeObject]

MOST_EVENT_TYPES = 20
"""Of one list of events (docs.stripe.com/api/events/list)."""


@dataclass(frozen=True)
class V1Route:
    """`path` with `{id}` for an object's id, given to the operation after the parameters."""

    method: str
    path: str
    operation: Operation

    def match(self, path: str) -> list[str] | None:
        """The ids in `path`, or None when it is another route's."""
        found = re.fullmatch(self.path.replace("{id}", "([^/]+)"), path)
        return None if found is None else list(found.groups())


class V1Routes:
    """The route table of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._routes = [V1Route(*row) for row in self._table()]

    def find(self, method: str, path: str) -> tuple[Operation, list[str]]:
        """The operation and its path ids. Raises 404 `Unrecognized request URL`."""
        for route in self._routes:
            if route.method == method and (ids := route.match(path)) is not None:
                return route.operation, ids
        raise unrecognized_url(method, path)

    def _table(self) -> list[tuple[str, str, Operation]]:
        account = self._account
        intents, methods, customers = account.intents, account.methods, account.customers
        setups, disputes = account.setups, account.disputes
        balance, payouts = account.balance, account.payouts
        return [
            ("POST", "/v1/payment_intents", intents.create),
            ("GET", "/v1/payment_intents", intents.list),
            ("GET", "/v1/payment_intents/{id}", intents.retrieve),
            ("POST", "/v1/payment_intents/{id}", intents.update),
            ("POST", "/v1/payment_intents/{id}/confirm", intents.confirm),
            ("POST", "/v1/payment_intents/{id}/capture", intents.capture),
            ("POST", "/v1/payment_intents/{id}/cancel", intents.cancel),
            ("POST", "/v1/setup_intents", setups.create),
            ("GET", "/v1/setup_intents", setups.list),
            ("GET", "/v1/setup_intents/{id}", setups.retrieve),
            ("POST", "/v1/setup_intents/{id}", setups.update),
            ("POST", "/v1/setup_intents/{id}/confirm", setups.confirm),
            ("POST", "/v1/setup_intents/{id}/cancel", setups.cancel),
            ("GET", "/v1/charges", account.charges.list),
            ("GET", "/v1/charges/{id}", account.charges.retrieve),
            ("POST", "/v1/refunds", account.refunds.create),
            ("GET", "/v1/refunds", account.refunds.list),
            ("GET", "/v1/refunds/{id}", account.refunds.retrieve),
            ("GET", "/v1/disputes", disputes.list),
            ("GET", "/v1/disputes/{id}", disputes.retrieve),
            ("POST", "/v1/disputes/{id}", disputes.update),
            ("POST", "/v1/disputes/{id}/close", disputes.close),
            ("GET", "/v1/balance", balance.retrieve_balance),
            ("GET", "/v1/balance_transactions", balance.list),
            ("GET", "/v1/balance_transactions/{id}", balance.retrieve),
            ("POST", "/v1/payouts", payouts.create),
            ("GET", "/v1/payouts", payouts.list),
            ("GET", "/v1/payouts/{id}", payouts.retrieve),
            ("POST", "/v1/payouts/{id}/cancel", payouts.cancel),
            ("GET", "/v1/subscriptions", account.subscriptions.list),
            ("GET", "/v1/subscriptions/{id}", account.subscriptions.retrieve),
            ("DELETE", "/v1/subscriptions/{id}", account.subscriptions.cancel),
            ("POST", "/v1/customers", customers.create),
            ("GET", "/v1/customers", customers.list),
            ("GET", "/v1/customers/{id}", customers.retrieve),
            ("POST", "/v1/customers/{id}", customers.update),
            ("DELETE", "/v1/customers/{id}", methods.delete_customer),
            ("POST", "/v1/payment_methods", methods.create),
            ("GET", "/v1/payment_methods", methods.list),
            ("GET", "/v1/payment_methods/{id}", methods.retrieve),
            ("POST", "/v1/payment_methods/{id}/attach", methods.attach),
            ("POST", "/v1/payment_methods/{id}/detach", methods.detach),
            ("GET", "/v1/events", self._list_events),
            ("GET", "/v1/events/{id}", self._retrieve_event),
        ]

    def _list_events(self, params: Params) -> StripeObject:
        params.only("type", "types", *PAGE_PARAMS)
        types = params.strings("types")
        if len(types) > MOST_EVENT_TYPES:
            raise invalid_parameter(f"Array must contain at most {MOST_EVENT_TYPES} elements.", "types")
        one = params.text("type")
        if one is not None and types:
            message = "You may only specify one of these parameters: type, types."
            raise invalid_parameter(message, "types", "parameters_exclusive")
        wanted = types or ([one] if one is not None else [])
        matching = (e for e in self._account.store.all("events") if not wanted or e["type"] in wanted)
        return page(matching, params, "/v1/events")

    def _retrieve_event(self, params: Params, event_id: str) -> StripeObject:
        params.only()
        event = self._account.store.get("events", event_id)
        if event is None:
            raise no_such("event", event_id, "id")
        return event
