"""The world outside the account, under `/_simulator/`: drivers with the app, issuers, and time."""

from collections.abc import Callable
from typing import Literal

from pydantic import Field
from starlette.requests import Request

from simulator.stripe_api.account import Account
from simulator.stripe_api.control_request import ControlBody, Handler
from simulator.stripe_api.errors import StripeApiError, StripeObject
from simulator.stripe_api.events import RequestContext

LONGEST_SECONDS = 400 * 24 * 60 * 60


class ChosenMethod(ControlBody):
    """The method the driver chose in the app."""

    payment_method: str


class ActionOutcome(ControlBody):
    """How the issuer's challenge ended."""

    outcome: Literal["succeed", "fail"] = "succeed"


class TimePassing(ControlBody):
    """How much later it is to be."""

    seconds: int = Field(ge=0, le=LONGEST_SECONDS)


def outside_routes(account: Account) -> list[tuple[str, str, Handler]]:
    """Method, path and handler."""
    outside = Outside(account)
    return [
        ("POST", "/payment_intents/{id}/pay", outside.pay),
        ("POST", "/payment_intents/{id}/action", outside.finish_payment),
        ("POST", "/payment_intents/{id}/lapse", outside.lapse),
        ("POST", "/setup_intents/{id}/save", outside.save),
        ("POST", "/setup_intents/{id}/action", outside.finish_setup),
        ("POST", "/time", outside.let_pass),
    ]


class Outside:
    """One method a route; each returns the object afterwards, also when a card was declined."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def pay(self, request: Request) -> StripeObject:
        """Pay as the driver's app would."""
        chosen = ChosenMethod.model_validate_json(await request.body())
        intent_id, intents = request.path_params["id"], self._account.intents
        return self._done(
            lambda: intents.pay_from_client(intent_id, chosen.payment_method), lambda: intents.find(intent_id)
        )

    async def finish_payment(self, request: Request) -> StripeObject:
        """End the issuer's challenge to a payment."""
        succeed = await _succeeds(request)
        intent_id, intents = request.path_params["id"], self._account.intents
        return self._done(
            lambda: intents.finish_action(intent_id, succeed=succeed), lambda: intents.find(intent_id)
        )

    async def save(self, request: Request) -> StripeObject:
        """Save a method as the driver's app would."""
        chosen = ChosenMethod.model_validate_json(await request.body())
        setup_id, setups = request.path_params["id"], self._account.setups
        return self._done(
            lambda: setups.save_from_client(setup_id, chosen.payment_method), lambda: setups.find(setup_id)
        )

    async def finish_setup(self, request: Request) -> StripeObject:
        """End the issuer's challenge to saving a method."""
        succeed = await _succeeds(request)
        setup_id, setups = request.path_params["id"], self._account.setups
        return self._done(
            lambda: setups.finish_action(setup_id, succeed=succeed), lambda: setups.find(setup_id)
        )

    async def lapse(self, request: Request) -> StripeObject:
        """Let one authorisation lapse now, as an issuer may before its window ends."""
        intent = self._account.intents.find(request.path_params["id"])
        return self._done(lambda: self._account.time.lapse(intent), lambda: intent)

    async def let_pass(self, request: Request) -> StripeObject:
        """Be later: what is due by then happens, idempotency keys are forgotten after their day."""
        passing = TimePassing.model_validate_json(await request.body())
        self._account.time.let_pass(passing.seconds)
        self._account.store.save()
        return {"now": self._account.store.now()}

    def _done(self, act: Callable[[], object], afterwards: Callable[[], StripeObject]) -> StripeObject:
        self._account.events.request = RequestContext()
        try:
            act()
        except StripeApiError as error:
            if error.status != 402:
                raise
        finally:
            self._account.store.save()
        return afterwards()


async def _succeeds(request: Request) -> bool:
    action = ActionOutcome.model_validate_json(await request.body() or b"{}")
    return action.outcome == "succeed"
