"""The world outside the account, under `/_simulator/`: drivers with the app, issuers, and time."""

from collections.abc import Callable
from typing import Literal

from pydantic import Field
from starlette.requests import Request

from simulator.stripe_api.account import Account
from simulator.stripe_api.control_request import ControlBody, Handler
from simulator.stripe_api.disputes import DAYS_TO_RESPOND, Claim, Verdict
from simulator.stripe_api.errors import StripeApiError, StripeObject, no_such
from simulator.stripe_api.events import RequestContext

LONGEST_SECONDS = 400 * 24 * 60 * 60


class ChosenMethod(ControlBody):
    """The method the driver chose in the app."""

    payment_method: str


class ActionOutcome(ControlBody):
    """How the issuer's challenge ended."""

    outcome: Literal["succeed", "fail"] = "succeed"


class NewDispute(ControlBody):
    """What the bank of a charge's holder claims; see `disputes.Claim`."""

    reason: str = "fraudulent"
    amount: int | None = Field(None, ge=1)
    inquiry: bool = False
    days: int | None = Field(DAYS_TO_RESPOND, ge=1, le=365)


class Decision(ControlBody):
    """The bank's last word."""

    outcome: Literal["won", "lost"]
    returned: int = 0
    rest_refundable: bool = False


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
        ("POST", "/payment_intents/{id}/dispute", outside.dispute),
        ("POST", "/disputes/{id}/decide", outside.decide),
        ("POST", "/refunds/{id}/fail", outside.fail_refund),
        ("POST", "/payouts/{id}/fail", outside.fail_payout),
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

    async def dispute(self, request: Request) -> StripeObject:
        """The holder disputes what an intent took; the dispute."""
        new = NewDispute.model_validate_json(await request.body() or b"{}")
        intent = self._account.intents.find(request.path_params["id"])
        if intent["latest_charge"] is None:
            raise no_such("charge", "", "charge", status=400)
        charge = self._account.charges.find(intent["latest_charge"])
        claim = Claim(new.reason, new.amount, new.inquiry, new.days)
        return self._returned(lambda: self._account.disputes.open(charge, claim))

    async def decide(self, request: Request) -> StripeObject:
        """The bank decides a dispute; the dispute after it."""
        decision = Decision.model_validate_json(await request.body())
        dispute = self._account.disputes.find(request.path_params["id"])
        verdict = Verdict(
            won=decision.outcome == "won",
            returned=decision.returned,
            rest_refundable=decision.rest_refundable,
        )
        return self._done(lambda: self._account.disputes.decide(dispute, verdict), lambda: dispute)

    async def fail_refund(self, request: Request) -> StripeObject:
        """The holder's bank sends a refund back; the refund after it."""
        refund = self._account.refunds.find(request.path_params["id"])
        reason = request.query_params.get("reason", "expired_or_canceled_card")
        return self._done(lambda: self._account.refunds.fail(refund, reason), lambda: refund)

    async def fail_payout(self, request: Request) -> StripeObject:
        """Our bank sends a payout back; the payout after it."""
        payout = self._account.payouts.find(request.path_params["id"])
        return self._done(lambda: self._account.payouts.fail(payout), lambda: payout)

    async def let_pass(self, request: Request) -> StripeObject:
        """Be later: what is due by then happens, idempotency keys are forgotten after their day."""
        passing = TimePassing.model_validate_json(await request.body())
        self._account.time.let_pass(passing.seconds)
        self._account.store.save()
        return {"now": self._account.store.now()}

    def _returned(self, act: Callable[[], StripeObject]) -> StripeObject:
        made: list[StripeObject] = []
        return self._done(lambda: made.append(act()), lambda: made[0])

    def _done(self, act: Callable[[], object], afterwards: Callable[[], StripeObject]) -> StripeObject:
        self._account.events.request = RequestContext()
        try:
            act()
        except StripeApiError as error:
            if error.status != 402:
                raise
        finally:
            self._account.disputes.answer()
            self._account.store.save()
        return afterwards()


async def _succeeds(request: Request) -> bool:
    action = ActionOutcome.model_validate_json(await request.body() or b"{}")
    return action.outcome == "succeed"
