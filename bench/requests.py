"""Bookings as the API sends them, and the yardstick's counterpart."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from bench.bare import BARE_QUEUE, BareWorkflow
from bench.place import SITES, deposit_site, free_site, rich_site
from contracts.names import BOOKING_PATIENCE, RESERVATIONS_QUEUE
from contracts.reservation import BookDecision, BookRequest
from contracts.search_attributes import SITE, SLOT_START, STATE
from domain.place.fit import Needs
from domain.place.slots import Slot, next_grid_start
from domain.reservation.code import reservation_code, workflow_id
from texts import details
from texts.reader import Reader
from workflows.reservation.workflow import ReservationWorkflow

CARD = "pm_card_visa"
_STEP = timedelta(minutes=30)
_WINDOWS, _STRIDE = 577, 89
"""Prime and coprime: consecutive bookings of a site lie days apart, within twelve days."""
_PATIENCE = timedelta(seconds=30)


FREE, DEPOSIT, RICH = "free", "deposit", "rich"
"""Kinds of sites, and of the bookings there."""


_KINDS: Mapping[str, tuple[Callable[[int], str], str | None]] = {
    FREE: (free_site, None),
    DEPOSIT: (deposit_site, CARD),
    RICH: (rich_site, None),
}
_CAR = Needs(length_cm=490, width_cm=190, height_cm=150)


@dataclass(frozen=True, slots=True)
class Booked:
    handle: WorkflowHandle[object, object]
    slot: Slot


@dataclass(frozen=True, slots=True)
class Variant:
    """`book` makes the n-th booking (never the same n twice) and returns once it is decided."""

    name: str
    book: Callable[[int], Awaitable[None]]


WITHOUT_DEPOSIT, WITHOUT_DEPOSIT_RICH = "booking, no deposit", "the same, bays differ"


def variants(client: Client) -> tuple[Variant, ...]:
    """The yardstick first."""

    async def yardstick(n: int) -> None:
        await bare(client, n)

    async def without_deposit(n: int) -> None:
        await booked(client, FREE, n)

    async def where_bays_differ(n: int) -> None:
        await booked(client, RICH, n)

    async def with_deposit(n: int) -> None:
        await booked(client, DEPOSIT, n)

    return (
        Variant("bare workflow", yardstick),
        Variant(WITHOUT_DEPOSIT, without_deposit),
        Variant(WITHOUT_DEPOSIT_RICH, where_bays_differ),
        Variant("booking with deposit", with_deposit),
    )


async def bare(client: Client, n: int) -> None:
    """The yardstick's n-th booking."""
    start = WithStartWorkflowOperation(
        BareWorkflow.run,
        f"request-{n}",
        id=f"bare-{n}",
        task_queue=BARE_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
    )
    answer = await client.execute_update_with_start_workflow(
        BareWorkflow.book, start_workflow_operation=start, id="book", rpc_timeout=_PATIENCE
    )
    assert answer == 1


async def booked(client: Client, kind: str, n: int) -> Booked:
    """The n-th booking of its kind, confirmed."""
    site, card = _KINDS[kind]
    request = _request(kind, site(n % SITES), n, card)
    if kind == RICH:
        request = replace(request, needs=_CAR)
    return Booked(await send(client, request), Slot(request.start, request.end))


async def send(client: Client, request: BookRequest) -> WorkflowHandle[object, object]:
    """One Update-with-Start; raises AssertionError unless the booking is confirmed."""
    start = WithStartWorkflowOperation(
        ReservationWorkflow.run,
        request,
        id=workflow_id(request.code),
        task_queue=RESERVATIONS_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        static_summary=Reader().fact(details.Reservation(reservation=request.code)),
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(STATE, "REQUESTED"),
                SearchAttributePair(SITE, request.site_id),
                SearchAttributePair(SLOT_START, request.start),
            ]
        ),
    )
    decision: BookDecision = await client.execute_update_with_start_workflow(
        "book", start_workflow_operation=start, id="book", result_type=BookDecision, rpc_timeout=_PATIENCE
    )
    assert decision.outcome == "confirmed", f"{decision.outcome}: {decision.decline_code} {decision.why}"
    return client.get_workflow_handle(workflow_id(request.code))


def _request(kind: str, site_id: str, n: int, card: str | None) -> BookRequest:
    now = datetime.now(UTC)
    window = (n // SITES) * _STRIDE % _WINDOWS
    start = next_grid_start(now + timedelta(days=1), _STEP) + window * _STEP
    driver = f"{kind}-driver-{n}"
    return BookRequest(
        code=reservation_code(driver, f"bench-{n}"),
        account=driver,
        driver_id=driver,
        site_id=site_id,
        start=start,
        end=start + timedelta(minutes=15),
        book_by=now + BOOKING_PATIENCE,
        payment_method=card,
    )
