"""A payment that its driver disputes at the bank: the case, its evidence, its money, and its end."""

import asyncio
from typing import Any

from simulator.scenarios.caller import Caller, Refused, expect_problem
from simulator.scenarios.expectation import Unmet, expect, expect_equal
from simulator.scenarios.place import LATE_CANCELLATION_FEE, ChargerPlan, Place, rules
from simulator.scenarios.stage import Scenario, Stage
from simulator.scenarios.trip import PATIENCE_S

_POLL_S = 0.3
_BANK_FEE = 2000
"""What the provider keeps while a dispute in EUR is open."""


async def won(s: Stage) -> None:
    trip = await s.book("theo", starts_in=6)
    await trip.reaches("CONFIRMED", "LOCKED")
    await trip.cancel()
    await trip.ends("CANCELLED")
    await trip.bill(cancellation=LATE_CANCELLATION_FEE)
    await trip.paid(LATE_CANCELLATION_FEE)

    s.say("theo cancelled late, and tells his bank that he had nothing for the fee: it takes it back")
    (payment,) = (await s.app("theo").get(f"/v1/reservations/{trip.code}/payments"))["items"]
    made = await s.world.stripe.dispute(payment["reference"], reason="product_not_received")
    case = _Case(s, made["id"])
    opened = await case.until(evidence_state="staged")
    expect_equal("the case", _figures(opened), ("open", trip.code, LATE_CANCELLATION_FEE, _BANK_FEE))
    expect_equal("when it was submitted", opened["submitted_at"], None)
    await case.stands(disputed=LATE_CANCELLATION_FEE, dispute_fees=_BANK_FEE)
    refusal = await s.is_refused("theo", starts_in=30, saying="books again meanwhile")
    expect_problem(refusal, 403, "dispute_open")

    s.say("the evidence is put together; an operator reads it and submits it, which can be done once")
    terms, log = (
        opened["evidence"][name] for name in ("cancellation_policy_disclosure", "access_activity_log")
    )
    expect("4.00 EUR" in terms, "the terms that theo accepted to say the fee", terms)
    expect("Cancelled by the driver" in log, "what happened to say who cancelled", log)
    await case.submit()
    submitted = await case.until(evidence_state="submitted")
    expect(submitted["submitted_at"] is not None, "the time of the submission", submitted)
    await case.is_answered()

    s.say("the bank decides for us: the fee is back, and theo books again")
    await s.world.stripe.decide_dispute(made["id"], won=True)
    closed = await case.until(state="won")
    expect_equal("what the bank has", (closed["taken_minor"], closed["fee_minor"]), (0, 0))
    await case.stands(disputed=0, dispute_fees=0)
    await trip.paid(LATE_CANCELLATION_FEE)
    again = await s.book("theo", starts_in=30, saying="books again")
    await again.reaches("CONFIRMED")
    await again.cancel()
    await again.ends("CANCELLED")
    await again.paid(0)


def _figures(case: dict[str, Any]) -> tuple[str, str, int, int]:
    return case["state"], case["reservation"], case["taken_minor"], case["fee_minor"]


class _Case:
    """One dispute as an operator sees it."""

    def __init__(self, stage: Stage, dispute: str) -> None:
        self._operator: Caller = stage.operator("olga")
        self._path = f"/v1/operations/disputes/{dispute}"
        self._object = dispute
        self._patience = PATIENCE_S * stage.scenario.pace

    async def until(self, **wanted: str) -> dict[str, Any]:
        """Wait until it is shown so; all of it then."""
        shown: dict[str, Any] | None = None
        try:
            async with asyncio.timeout(self._patience):
                while shown is None or any(shown[name] != value for name, value in wanted.items()):
                    await asyncio.sleep(_POLL_S)
                    shown = await self._shown()
        except TimeoutError:
            raise Unmet(f"the dispute to show {wanted}", shown) from None
        return shown

    async def submit(self) -> None:
        await self._operator.post(f"{self._path}/submit", {"text": "The fee was shown before he booked."})

    async def is_answered(self) -> None:
        """It cannot be submitted once more."""
        try:
            await self.submit()
        except Refused as refusal:
            expect_problem(refusal, 409, "dispute_answered")
        else:
            raise Unmet("the evidence to be submitted once", "twice")

    async def stands(self, **wanted: int) -> None:
        """What it has moved in the ledger: these accounts, and as much out of clearing."""
        moved = f"/v1/operations/ledger/entries?provider_object={self._object}"
        balances = dict.fromkeys((*wanted, "stripe_clearing"), 0)
        for entry in (await self._operator.get(moved))["items"]:
            balances[entry["account"]] = balances.get(entry["account"], 0) + entry["amount_minor"]
        expect_equal("the ledger", balances, {**wanted, "stripe_clearing": -sum(wanted.values())})

    async def _shown(self) -> dict[str, Any] | None:
        """None: its event is on its way."""
        try:
            return await self._operator.get(self._path)
        except Refused as refusal:
            expect_problem(refusal, 404, "dispute_unknown")
            return None


SCENARIOS = (
    Scenario(
        id="dispute",
        title="A fee disputed at the bank: evidence staged and submitted once, won, the books agree",
        places=(
            Place(
                id="fort",
                name="Fort",
                chargers=(ChargerPlan(id="fort-1", version="2.0.1"),),
                policy=rules(),
                latitude=37.0,
            ),
        ),
        cards={"theo": "CARD-THEO"},
        begins_in=3,
        tell=won,
    ),
)
