"""What bills rest on is shown to operators; what followed a closed reservation to everybody it concerns."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from db.tables import Settlement
from domain.charging.readings import Basis, Context, Discarded, Part, Reading, Told, Why
from domain.money.amount import Money
from domain.reservation.code import reservation_code
from domain.settlement.evidence import LegEvidence
from tests.api.stage import NOW, Stage, assert_problem
from tests.factories import make_receipt

CODE = "7F3K-2QVM-X9TA"
BEGIN = Reading(at=NOW, wh=0, context=Context.BEGIN, told=Told.START)
END = Reading(at=NOW, wh=300, context=Context.END, told=Told.STOP)
LIFETIME = Reading(at=NOW, wh=7_930_179, told=Told.CONNECTOR)


def step(code: str, name: str, charge: int, **over: Any) -> Settlement:
    values: dict[str, Any] = {
        "captured_minor": charge,
        "released_minor": 0,
        "refunded_minor": 0,
        "posted_at": NOW,
    }
    return Settlement(
        reservation_code=code, step=name, outcome="COMPLETED", currency="EUR", charge_minor=charge,
        credit_minor=0, energy_wh=300, somebody_waits=False, occupancy_percent=0, priced_at=NOW, **(values | over),
    )  # fmt: skip


async def test_a_bill_shows_which_readings_count_and_why_others_do_not(stage: Stage) -> None:
    leg = LegEvidence(
        transaction_id="7",
        charger_id="NORTH-1",
        connector_number=1,
        energy_wh=300,
        billed_wh=300,
        basis=Basis.STOP,
        parts=(Part(begin=BEGIN, end=END, energy_wh=300),),
        discarded=(Discarded(reading=LIFETIME, why=Why.OTHER_REGISTER),),
    )
    legs = TypeAdapter(tuple[LegEvidence, ...]).dump_python((leg,), mode="json")
    await stage.publish(CODE, closed=True, state="COMPLETED")
    async with stage.sessions.begin() as session:
        session.add(step(CODE, "settle", 357, evidence={"legs": legs}))
    shown = await stage.http.get(f"/v1/operations/reservations/{CODE}/bills", headers=stage.operators())
    (bill,) = shown.json()["items"]
    assert (bill["step"], bill["charge_minor"], bill["energy_wh"]) == ("settle", 357, 300)
    (evidence,) = bill["evidence"]
    assert (evidence["basis"], evidence["transaction_id"]) == ("stop", "7")
    (counted,) = evidence["counted"]
    assert (counted["begin"]["wh"], counted["end"]["wh"], counted["end"]["told"]) == (0, 300, "stop")
    (discarded,) = evidence["discarded"]
    assert (discarded["wh"], discarded["why"]) == (7_930_179, "other_register")


async def test_bills_are_for_operators(stage: Stage) -> None:
    await stage.publish(CODE, closed=True)
    path = f"/v1/operations/reservations/{CODE}/bills"
    assert_problem(await stage.http.get(path, headers=stage.driver()), 403, "scope_missing")
    unknown = "/v1/operations/reservations/0000-0000-0000/bills"
    assert_problem(await stage.http.get(unknown, headers=stage.operators()), 404, "reservation_unknown")


@pytest.mark.parametrize(
    ("later", "told"), [("follow-up-1", "settled_anew"), ("refund-1", "settled_after_refund")]
)
async def test_what_was_settled_after_the_end_is_shown_with_the_reservation(
    stage: Stage, later: str, told: str
) -> None:
    code, receipt = reservation_code("driver-1", later), make_receipt(charge=595, captured=595)
    await stage.publish(
        code,
        closed=True,
        state="COMPLETED",
        receipt=receipt,
        deposit=Money(1000, "EUR"),
        payment_status="captured",
    )
    async with stage.sessions.begin() as session:
        session.add(step(code, "settle", 595))
    async with stage.sessions.begin() as session:
        session.add(step(code, later, 357, refunded_minor=238))
    for path, who in (
        (f"/v1/reservations/{code}", stage.driver()),
        (f"/v1/operations/reservations/{code}", stage.operators()),
    ):
        shown = (await stage.http.get(path, headers=who)).json()
        assert (shown["money"]["charge_minor"], shown["money"]["captured_minor"]) == (357, 357)
        assert shown["timeline"][-1]["code"] == told
