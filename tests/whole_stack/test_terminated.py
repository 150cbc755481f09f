"""A workflow that was terminated: its money is settled as it would have done itself, once, and its driver told."""

from functools import partial
from typing import Any
from uuid import uuid4

from contracts.names import RESERVATIONS_QUEUE
from contracts.provider_reconciliation import MoneyFinding, MoneyReconciliation
from contracts.reconciliation import ReconciliationReport
from domain.terms.policy import AtSlotEnd
from simulator.charge_point import VirtualChargePoint
from tests.whole_stack.answers import accepted, eventually
from tests.whole_stack.place import Place, Trip, new_place
from tests.whole_stack.rules import in_seconds
from tests.whole_stack.stack import Stack
from workflows.reconciliation.money import MoneyReconciliationWorkflow
from workflows.reconciliation.workflow import ReconciliationWorkflow

WH = 4000


async def reconciled(place: Place) -> ReconciliationReport:
    """A run of the reconciler."""
    return await place.stack.temporal.execute_workflow(
        ReconciliationWorkflow.run, 0, id=f"reconcile-{uuid4()}", task_queue=RESERVATIONS_QUEUE
    )


async def findings(trip: Trip) -> list[MoneyFinding]:
    """What the comparison with the payment provider says of it."""
    report = await trip.place.stack.temporal.execute_workflow(
        MoneyReconciliationWorkflow.run,
        MoneyReconciliation(days=1, quiet_seconds=0),
        id=f"money-{uuid4()}",
        task_queue=RESERVATIONS_QUEUE,
    )
    return [one for one in report.findings if one.reservation == trip.code and one.kind != "lost_event"]


async def read(trip: Trip, what: str) -> list[dict[str, Any]]:
    """`bills`, `notifications`, `audit`."""
    url = f"/v1/operations/reservations/{trip.code}/{what}"
    answer = accepted(await trip.place.stack.http.get(url, headers=trip.place.operator))
    items: list[dict[str, Any]] = answer["items"]
    return items


async def told(trip: Trip) -> list[str]:
    return [one["template"] for one in await read(trip, "notifications")]


async def charging(
    place: Place, number: int = 1, lasts: float = 1800, **booking: Any
) -> tuple[Trip, VirtualChargePoint]:
    charger = await place.charger("1.6", number)
    trip = await place.booked(10, lasts, **booking)
    await trip.until("LOCKED")
    await charger.plug_in(1)
    assert await charger.swipe(1, place.card(booking.get("who", "anna")))
    await trip.until("CHARGING")
    await charger.charge(1, WH)

    async def metered() -> bool:
        return bool((await read_sessions(trip))[0]["energy_wh"] >= WH)

    await eventually(metered)
    return trip, charger


async def read_sessions(trip: Trip) -> list[dict[str, Any]]:
    url = f"/v1/operations/sessions?reservation_code={trip.code}"
    items: list[dict[str, Any]] = accepted(await trip.place.stack.http.get(url, headers=trip.place.operator))[
        "items"
    ]
    return items


async def session_ended(trip: Trip) -> bool:
    return bool((await read_sessions(trip))[0]["ended_at"])


async def test_terminated_before_any_session_costs_nothing_and_is_settled_once(place: Place) -> None:
    trip = await place.booked(600)
    await eventually(trip.is_at_rest)  # else it is asked about a minute later: tests/workflows/test_ended.py
    await trip.handle.terminate("by hand")
    report = await reconciled(place)
    assert trip.code in report.settled
    assert await trip.money() == [("canceled", 0)]
    (bill,) = await read(trip, "bills")
    assert (bill["step"], bill["charge_minor"]) == ("settle", 0)
    view = await trip.view()
    assert (view["state"], view["money"]["captured_minor"]) == ("CANCELLED", 0)
    assert "ended_by_failure" in await told(trip)
    again = await reconciled(place)
    assert trip.code not in (*again.released, *again.settled, *again.failed)
    assert len(await read(trip, "bills")) == 1


async def test_terminated_while_charging_is_settled_when_the_session_has_ended(place: Place) -> None:
    trip, charger = await charging(place)
    await trip.handle.terminate("by hand")
    report = await reconciled(place)
    assert trip.code in report.waiting
    assert trip.code not in (*report.released, *report.failed)
    assert [status for status, _ in await trip.money()] == ["requires_capture"]
    assert await trip.open_holds() == []
    assert await findings(trip) == []
    await charger.unplug(1)
    await eventually(lambda: session_ended(trip))
    assert trip.code in (await reconciled(place)).settled
    (bill,) = await read(trip, "bills")
    assert {line["kind"] for line in bill["lines"]} <= {"energy", "time", "tax"}
    assert await trip.money() == [("succeeded", bill["charge_minor"])]
    view = await trip.view()
    assert (view["energy_wh"], view["money"]["captured_minor"]) == (WH, bill["charge_minor"])
    assert (view["money"]["payment_status"], view["needs_attention"]) == ("captured", "")
    assert {"ended_by_failure", "receipt"} <= set(await told(trip))
    assert ("system", "orphan_settled") in await trip.audit()
    (found,) = await findings(trip)
    assert (found.kind, found.repaired, found.why) == ("not_settled", True, None)
    again = await reconciled(place)
    assert trip.code not in (*again.released, *again.settled, *again.failed)


async def test_a_terminated_session_is_stopped_at_the_slots_end_where_the_site_says_so(stack: Stack) -> None:
    rules = in_seconds(at_slot_end=AtSlotEnd.STOP)
    async with new_place(stack, policy=rules) as place:
        trip, _ = await charging(place, lasts=4)
        await trip.handle.terminate("by hand")
        assert trip.code in (await reconciled(place)).waiting

        async def stopped() -> bool:
            await reconciled(place)
            return await session_ended(trip)

        await eventually(stopped, patience_s=60)
        (session,) = await read_sessions(trip)
        assert session["stop_reason"] == "Remote"

        async def settled() -> bool:
            await reconciled(place)
            return bool(await read(trip, "bills"))

        await eventually(settled)
        (bill,) = await read(trip, "bills")
        assert await trip.money() == [("succeeded", bill["charge_minor"])]


async def test_terminated_after_charging_costs_what_an_operators_ending_does(roomy: Place) -> None:
    """The same story twice: the one is ended by an operator, the other's workflow is terminated."""
    (ended, first), (lost, second) = (
        await charging(roomy, 1),
        await charging(roomy, 2, who="ben"),
    )
    for trip, charger in ((ended, first), (lost, second)):
        await charger.stop_by_card(1, roomy.card("anna" if trip is ended else "ben"))
        await eventually(partial(session_ended, trip))
    await ended.operated("cancel", {"reason": "the site lost power"})
    await ended.closed()
    await lost.handle.terminate("by hand")
    assert lost.code in (await reconciled(roomy)).settled
    (before,), (after,) = await read(ended, "bills"), await read(lost, "bills")
    assert after["charge_minor"] == before["charge_minor"] > 0
    kinds = [[line["kind"] for line in bill["lines"]] for bill in (before, after)]
    assert kinds[0] == kinds[1]
    assert await lost.money() == await ended.money() == [("succeeded", after["charge_minor"])]


async def test_terminated_while_settling_goes_on_under_the_same_step(place: Place) -> None:
    trip, charger = await charging(place)
    await place.stack.stripe.fail_next("status", path="/v1/payment_intents/*/capture", status=503, times=500)  # type: ignore[arg-type] # a StrEnum's value
    await charger.unplug(1)

    async def shown() -> bool:
        return [row.state for row in await place.reservations()] == ["SETTLING"]

    await eventually(shown)
    await trip.handle.terminate("by hand")
    assert trip.code in (await reconciled(place)).failed
    await place.stack.stripe.clear_faults()
    assert trip.code in (await reconciled(place)).settled
    (bill,) = await read(trip, "bills")
    assert bill["step"] == "settle"
    assert await trip.money() == [("succeeded", bill["charge_minor"])]
    view = await trip.view()
    assert (view["state"], "ended_by_failure" in await told(trip)) == ("COMPLETED", False)
    assert (view["energy_wh"], view["money"]["captured_minor"]) == (WH, bill["charge_minor"])
