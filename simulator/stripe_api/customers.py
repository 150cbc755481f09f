"""Customers: who a payment is kept for."""

from __future__ import annotations

from simulator.stripe_api.errors import StripeObject, no_such
from simulator.stripe_api.events import EventLog
from simulator.stripe_api.form import Params
from simulator.stripe_api.lists import PAGE_PARAMS, page
from simulator.stripe_api.store import Store, random_token

TEXT_FIELDS = ("email", "name", "phone", "description")


class Customers:
    """`/v1/customers`."""

    def __init__(self, store: Store, events: EventLog) -> None:
        self._store = store
        self._events = events

    def create(self, params: Params) -> StripeObject:
        """`POST /v1/customers`."""
        params.only(*TEXT_FIELDS, "metadata")
        fields: StripeObject = {name: params.text(name) for name in TEXT_FIELDS}
        fields["metadata"] = params.metadata({})
        fields |= {"object": "customer", "balance": 0, "delinquent": False, "invoice_prefix": random_token(8)}
        customer = self._store.add("customers", "cus", fields)
        self._events.record("customer.created", customer)
        return customer

    def retrieve(self, params: Params, customer_id: str) -> StripeObject:
        """`GET /v1/customers/{id}`."""
        params.only()
        customer = self._store.get("customers", customer_id)
        return self.find(customer_id, param="id") if customer is None else customer

    def update(self, params: Params, customer_id: str) -> StripeObject:
        """`POST /v1/customers/{id}`."""
        params.only(*TEXT_FIELDS, "metadata")
        customer = self.find(customer_id, param="id")
        changed = {name: params.text(name) for name in TEXT_FIELDS if name in params}
        metadata = params.metadata(customer["metadata"])
        customer.update(changed, metadata=metadata)
        self._events.record("customer.updated", customer)
        return customer

    def delete(self, params: Params, customer_id: str) -> StripeObject:
        """`DELETE /v1/customers/{id}`: a stub stays, which can be read and used for nothing."""
        params.only()
        customer = self.find(customer_id, param="id")
        self._events.record("customer.deleted", customer)
        customer.clear()
        customer.update(id=customer_id, object="customer", deleted=True)
        return customer

    def list(self, params: Params) -> StripeObject:
        """`GET /v1/customers`."""
        params.only("email", *PAGE_PARAMS)
        email = params.text("email")
        kept = (item for item in self._store.all("customers") if not is_deleted(item))
        matching = (item for item in kept if email in (None, item["email"]))
        return page(matching, params, "/v1/customers")

    def find(self, customer_id: str, *, param: str = "customer", status: int = 404) -> StripeObject:
        """The customer, or `resource_missing` for one that is unknown or deleted."""
        customer = self._store.get("customers", customer_id)
        if customer is None or is_deleted(customer):
            raise no_such("customer", customer_id, param, status=status)
        return customer


def is_deleted(customer: StripeObject) -> bool:
    """Whether only its stub is left."""
    return bool(customer.get("deleted"))
