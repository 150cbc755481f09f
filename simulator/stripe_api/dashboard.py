"""What a person does in the provider's dashboard, under `/_simulator/dashboard/`: under no key of ours."""

from collections.abc import Callable

from pydantic import Field
from starlette.requests import Request

from simulator.stripe_api.account import Account
from simulator.stripe_api.balance import Movement
from simulator.stripe_api.control_request import ControlBody, Handler
from simulator.stripe_api.errors import StripeObject
from simulator.stripe_api.events import RequestContext
from simulator.stripe_api.form import Params
from simulator.stripe_api.store import random_token
from simulator.stripe_api.subscriptions import Sold


class HandRefund(ControlBody):
    """Minor units; without an amount, all that is left."""

    payment_intent: str
    amount: int | None = Field(None, ge=1)
    reason: str | None = None


class HandPayout(ControlBody):
    """Minor units; without an amount, all that is available, as an automatic payout does."""

    currency: str
    amount: int | None = Field(None, ge=1)


class Adjustment(ControlBody):
    """Minor units, negative: taken."""

    currency: str
    amount: int


class HandSubscription(ControlBody):
    """To one price of a product. `paid` false: the first invoice is not."""

    customer: str
    product: str
    price: str
    days: int = Field(30, ge=1)
    paid: bool = True
    metadata: dict[str, str] = Field(default_factory=dict)


class Renewal(ControlBody):
    """The next period begins, and its invoice is paid or not."""

    paid: bool = True


class Standing(ControlBody):
    """What becomes of what is due, or of what is paid: one of the provider's statuses."""

    status: str


class Metadata(ControlBody):
    """What an object's metadata says from now on."""

    metadata: dict[str, str]


def dashboard_routes(account: Account) -> list[tuple[str, str, Handler]]:
    """Method, path and handler."""
    dashboard = Dashboard(account)
    return [
        ("POST", "/dashboard/refunds", dashboard.refund),
        ("POST", "/dashboard/payment_intents/{id}/cancel", dashboard.cancel),
        ("POST", "/dashboard/payouts", dashboard.pay_out),
        ("POST", "/dashboard/customers/{id}/delete", dashboard.delete_customer),
        ("POST", "/dashboard/adjustments", dashboard.adjust),
        ("POST", "/dashboard/subscriptions", dashboard.subscribe),
        ("POST", "/dashboard/subscriptions/{id}/renew", dashboard.renew),
        ("POST", "/dashboard/subscriptions/{id}/standing", dashboard.stand),
        ("POST", "/dashboard/subscriptions/{id}/end_with_period", dashboard.end_with_period),
        ("POST", "/dashboard/subscriptions/{id}/metadata", dashboard.correct),
    ]


class Dashboard:
    """One method a route; each returns the object that was made or changed."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def refund(self, request: Request) -> StripeObject:
        """Give money back."""
        wanted = HandRefund.model_validate_json(await request.body())
        values = {name: str(value) for name, value in wanted.model_dump().items() if value is not None}
        return self._by_hand(lambda: self._account.refunds.create(Params(values)))

    async def cancel(self, request: Request) -> StripeObject:
        """Release an authorisation, or close an intent."""
        intent_id = request.path_params["id"]
        return self._by_hand(lambda: self._account.intents.cancel(Params({}), intent_id))

    async def pay_out(self, request: Request) -> StripeObject:
        """Send money to the bank."""
        wanted = HandPayout.model_validate_json(await request.body())
        if wanted.amount is None:
            return self._by_hand(lambda: self._account.payouts.pay_what_is_available(wanted.currency))
        values = {"currency": wanted.currency, "amount": str(wanted.amount)}
        return self._by_hand(lambda: self._account.payouts.create(Params(values)))

    async def adjust(self, request: Request) -> StripeObject:
        """Move the balance for a reason of the provider's own, as its support does."""
        wanted = Adjustment.model_validate_json(await request.body())
        movement = Movement("adjustment", "other_adjustment", None, wanted.amount, wanted.currency)
        return self._by_hand(lambda: self._account.balance.enter(movement))

    async def subscribe(self, request: Request) -> StripeObject:
        """Sell a subscription, as a checkout does."""
        wanted = HandSubscription.model_validate_json(await request.body())
        return self._by_hand(lambda: self._account.subscriptions.begin(Sold(**wanted.model_dump())))

    async def renew(self, request: Request) -> StripeObject:
        """Begin its next period."""
        paid = Renewal.model_validate_json(await request.body()).paid
        subscription_id = request.path_params["id"]
        return self._by_hand(lambda: self._account.subscriptions.renew(subscription_id, paid=paid))

    async def stand(self, request: Request) -> StripeObject:
        """Change its status, as paying late does, or giving up to collect."""
        status = Standing.model_validate_json(await request.body()).status
        subscription_id = request.path_params["id"]
        return self._by_hand(lambda: self._account.subscriptions.stands(subscription_id, status))

    async def end_with_period(self, request: Request) -> StripeObject:
        """Let it end with its period, as a customer does in the portal."""
        subscription_id = request.path_params["id"]
        return self._by_hand(lambda: self._account.subscriptions.end_with_period(subscription_id))

    async def correct(self, request: Request) -> StripeObject:
        """Correct a subscription's metadata."""
        said = Metadata.model_validate_json(await request.body()).metadata
        subscription_id = request.path_params["id"]
        return self._by_hand(lambda: self._account.subscriptions.correct(subscription_id, said))

    async def delete_customer(self, request: Request) -> StripeObject:
        """Delete a customer and what is kept for them."""
        customer_id = request.path_params["id"]
        return self._by_hand(lambda: self._account.methods.delete_customer(Params({}), customer_id))

    def _by_hand(self, act: Callable[[], StripeObject]) -> StripeObject:
        self._account.events.request = RequestContext(f"req_{random_token(14)}")
        try:
            return act()
        finally:
            self._account.store.save()
