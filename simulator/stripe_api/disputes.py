"""Disputes: a cardholder's bank takes money back, or asks first, and evidence may be submitted once before a date.

Source: docs.stripe.com/disputes/how-disputes-work, docs.stripe.com/disputes/api, docs.stripe.com/testing (disputes).
One that is "partially won" is `lost`, and only a part of it comes back
(support.stripe.com/questions/dispute-for-full-charge-amount-after-a-partial-refund-was-issued).
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.stripe_api.balance import DAY_SECONDS, Balance, Movement, balance_currency
from simulator.stripe_api.charges import Charges
from simulator.stripe_api.errors import StripeApiError, StripeObject, invalid_parameter, no_such
from simulator.stripe_api.events import EventLog, RequestContext
from simulator.stripe_api.evidence import already_submitted, no_evidence, read_evidence
from simulator.stripe_api.form import Params
from simulator.stripe_api.lists import PAGE_PARAMS, page
from simulator.stripe_api.payment_methods import PaymentMethods, behaviour_of
from simulator.stripe_api.store import Store

DISPUTE_FEE = {"chf": 2000, "eur": 2000, "gbp": 2000}
DISPUTE_FEE_ELSEWHERE = 1500
DAYS_TO_RESPOND = 9

WAITING = ("needs_response", "warning_needs_response")
UNDER_REVIEW = ("under_review", "warning_under_review")

DECIDING_EVIDENCE = {"winning_evidence": True, "losing_evidence": False}
"""Words that decide a test dispute when they are submitted as `uncategorized_text`."""


@dataclass(frozen=True)
class Claim:
    """What the bank says. An inquiry asks without taking money. `days` None allows no response."""

    reason: str = "fraudulent"
    amount: int | None = None
    inquiry: bool = False
    days: int | None = DAYS_TO_RESPOND


@dataclass(frozen=True)
class Verdict:
    """How the bank decides. `returned`: what comes back of one that is lost, in the provider's units.

    `rest_refundable`: what of the payment was not lost can be refunded then. The documentation does not say whether it
    can (`charge_disputed`: "has been charged back"), so both are played.
    """

    won: bool
    returned: int = 0
    rest_refundable: bool = False


class Disputes:
    """`/v1/disputes`."""

    def __init__(
        self, store: Store, events: EventLog, charges: Charges, methods: PaymentMethods, balance: Balance
    ) -> None:
        self._store = store
        self._events = events
        self._charges = charges
        self._methods = methods
        self._balance = balance

    def open(self, charge: StripeObject, claim: Claim) -> StripeObject:
        """A captured charge is disputed. Raises 400 for one that cannot be."""
        if not charge["captured"] or charge["disputed"]:
            raise StripeApiError(400, f"Charge {charge['id']} cannot be disputed.", param="charge")
        amount = charge["amount_captured"] if claim.amount is None else claim.amount
        if not 0 < amount <= charge["amount_captured"]:
            raise invalid_parameter("The amount in dispute must be part of what was captured.", "amount")
        due_by = 0 if claim.days is None else self._store.now() + claim.days * DAY_SECONDS
        dispute = self._store.add("disputes", "du", _fields(charge, claim, amount, due_by))
        charge["disputed"] = True
        self._events.record("charge.dispute.created", dispute)
        if not claim.inquiry:
            self._withdraw(dispute)
        return dispute

    def retrieve(self, params: Params, dispute_id: str) -> StripeObject:
        """`GET /v1/disputes/{id}`."""
        params.only()
        return self.find(dispute_id)

    def list(self, params: Params) -> StripeObject:
        """`GET /v1/disputes`, by charge or payment_intent."""
        params.only("charge", "payment_intent", *PAGE_PARAMS)
        charge, intent = params.text("charge"), params.text("payment_intent")
        matching = (
            item
            for item in self._store.all("disputes")
            if charge in (None, item["charge"]) and intent in (None, item["payment_intent"])
        )
        return page(matching, params, "/v1/disputes")

    def update(self, params: Params, dispute_id: str) -> StripeObject:
        """`POST /v1/disputes/{id}`: evidence is submitted, or only staged with `submit=false`."""
        params.only("evidence", "metadata", "submit")
        submit = params.boolean("submit")
        submit = "evidence" in params if submit is None else submit
        dispute = self.find(dispute_id)
        evidence = read_evidence(params, dispute["evidence"])
        if (submit or "evidence" in params) and dispute["status"] not in WAITING:
            raise already_submitted()
        if submit and dispute["evidence_details"]["due_by"] == 0:
            raise StripeApiError(400, "The bank allows no response to this dispute.")
        dispute.update(evidence=evidence, metadata=params.metadata(dispute["metadata"]))
        dispute["evidence_details"]["has_evidence"] = any(evidence.values())
        if submit:
            self._submit(dispute)
        self._events.record("charge.dispute.updated", dispute)
        if submit and evidence["uncategorized_text"] in DECIDING_EVIDENCE:
            self.decide(dispute, Verdict(won=DECIDING_EVIDENCE[evidence["uncategorized_text"]]))
        return dispute

    def close(self, params: Params, dispute_id: str) -> StripeObject:
        """`POST /v1/disputes/{id}/close`: it is accepted, which is not undone."""
        params.only()
        dispute = self.find(dispute_id)
        if dispute["status"] not in WAITING:
            raise StripeApiError(400, f"This dispute cannot be closed: it is {dispute['status']}.")
        self.decide(dispute, Verdict(won=False))
        return dispute

    def decide(self, dispute: StripeObject, verdict: Verdict) -> None:
        """The bank's last word: money and fee come back when it is won. An inquiry just ends.

        One that is lost may still be won: the payer withdraws it, or the network decides otherwise; of one that stays
        so something may come back later.
        """
        won = verdict.won
        overturned = dispute["status"] == "lost" and (won or verdict.returned > 0)
        kept = dispute["amount"] - self._store.reinstated.get(dispute["id"], 0)
        if not 0 <= verdict.returned < kept or (won and verdict.returned):
            raise invalid_parameter("What comes back must be part of what is disputed, and lost.", "returned")
        if dispute["status"] not in (*WAITING, *UNDER_REVIEW) and not overturned:
            raise StripeApiError(400, f"This dispute is decided: it is {dispute['status']}.")
        if dispute["status"].startswith("warning_"):
            dispute["status"] = "warning_closed"
        else:
            dispute["status"] = "won" if won else "lost"
        dispute["is_charge_refundable"] |= verdict.rest_refundable and dispute["status"] == "lost"
        self._events.record("charge.dispute.closed", dispute)
        if dispute["status"] == "won":
            self._reinstate(dispute, kept, -_fee(dispute))
        elif dispute["status"] == "lost" and verdict.returned:
            self._reinstate(dispute, verdict.returned, 0)

    def answer(self) -> None:
        """The banks of the test cards that dispute what was just captured."""
        while self._charges.just_captured:
            charge = self._charges.just_captured.pop(0)
            card = behaviour_of(self._methods.find(charge["payment_method"]))
            if card.dispute is not None:
                self._events.request = RequestContext()
                self.open(charge, Claim(card.dispute.reason, inquiry=card.dispute.inquiry))

    def end_overdue(self) -> None:
        """Nobody responded in time: the bank decides without us."""
        for dispute in self._store.all("disputes"):
            due_by = dispute["evidence_details"]["due_by"]
            if dispute["status"] in WAITING and 0 < due_by <= self._store.now():
                self.decide(dispute, Verdict(won=False))

    def find(self, dispute_id: str) -> StripeObject:
        """The dispute, or `resource_missing`."""
        dispute = self._store.get("disputes", dispute_id)
        if dispute is None:
            raise no_such("dispute", dispute_id, "dispute")
        return dispute

    def _submit(self, dispute: StripeObject) -> None:
        inquiry = dispute["status"].startswith("warning_")
        dispute["status"] = "warning_under_review" if inquiry else "under_review"
        details = dispute["evidence_details"]
        details.update(
            submission_count=details["submission_count"] + 1, has_evidence=True, submission_method="manual"
        )

    def _withdraw(self, dispute: StripeObject) -> None:
        self._move(dispute, "dispute", -dispute["amount"], _fee(dispute), "Chargeback withdrawal")
        self._events.record("charge.dispute.funds_withdrawn", dispute)

    def _reinstate(self, dispute: StripeObject, amount: int, fee: int) -> None:
        self._store.reinstated[dispute["id"]] = self._store.reinstated.get(dispute["id"], 0) + amount
        self._move(dispute, "dispute_reversal", amount, fee, "Chargeback reversal")
        self._events.record("charge.dispute.funds_reinstated", dispute)

    def _move(self, dispute: StripeObject, category: str, amount: int, fee: int, what: str) -> None:
        movement = Movement(
            "adjustment",
            category,
            dispute["id"],
            amount,
            dispute["currency"],
            fee,
            "Dispute fee",
            f"{what} for {dispute['charge']}",
            fee_is_ours=True,
        )
        dispute["balance_transactions"].append(self._balance.enter(movement))


def _fee(dispute: StripeObject) -> int:
    return DISPUTE_FEE.get(balance_currency(dispute["currency"]), DISPUTE_FEE_ELSEWHERE)


def _fields(charge: StripeObject, claim: Claim, amount: int, due_by: int) -> StripeObject:
    card = charge["payment_method_details"]["card"]
    case_type = "inquiry" if claim.inquiry else "chargeback"
    return {
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": no_evidence(),
        "evidence_details": {
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": claim.inquiry,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": card["brand"],
                "case_type": case_type,
                "network": card["network"],
                "network_reason_code": "10",
            },
            "type": "card",
        },
        "reason": claim.reason,
        "status": "warning_needs_response" if claim.inquiry else "needs_response",
    }
