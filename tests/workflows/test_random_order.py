"""Whatever a charger tells, in whatever order and however often: the reservation ends, and nothing stays held."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.service import RPCError, RPCStatusCode

from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.reservation.actions.messages import Operate
from domain.reservation.lifecycle import FINAL
from tests.workflows.caching import with_and_without_cache
from tests.workflows.visit import Visit
from tests.workflows.world import World

pytestmark = with_and_without_cache

STORIES_A_SEED = 3


@pytest.mark.parametrize("seed", [7, 77])
async def test_random_stories_end_well(world: World, seed: int) -> None:
    dice = random.Random(seed)
    world.site.build(STORIES_A_SEED * 3)
    await asyncio.gather(*(story(world, random.Random(dice.random())) for _ in range(STORIES_A_SEED)))


async def story(world: World, dice: random.Random) -> None:
    visit = await world.locked()
    events = await everything(visit)
    told = dice.choices(events, k=len(events) * 2)
    await tell(visit, told)
    view = await visit.view()  # a workflow task that failed would never answer
    if view.state not in FINAL:
        if dice.random() < 0.5:
            await visit.handle.cancel()
        else:
            # A request may lose the race against the end; that is an answer, too.
            await asyncio.gather(
                visit.ask("operator_cancel", Operate(reason="end of story")), return_exceptions=True
            )
    done = await visit.ended()
    assert done.state in FINAL
    assert not done.attention
    assert visit.holds == []
    assert visit.receipt(done).payments.captured.minor == visit.charge(done)
    await visit.replay()


async def tell(visit: Visit, events: list[ChargerEvent]) -> None:
    """As the gateway's relay does: a reservation that has closed meanwhile needs no more events."""
    for event in events:
        try:
            await visit.send(event)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return


async def everything(visit: Visit) -> list[ChargerEvent]:
    """One of every fact that there is, of the reservation's own connector, and some of another."""
    fact = await visit.fact(ChargerEventKind.CHARGER_ONLINE)
    facts = [
        *({"kind": kind, "matches_driver": True, "transaction_id": "tx-1"} for kind in KINDS),
        *({"kind": kind, "matches_driver": False, "transaction_id": "tx-2"} for kind in KINDS[:3]),
        *({"kind": STATUS, "status": status} for status in ConnectorStatus),
        {"kind": STATUS, "status": ConnectorStatus.FAULTED, "charger_id": "CP-99", "connector_id": 99},
        {
            "kind": ChargerEventKind.TRANSACTION_ENDED,
            "transaction_id": "tx-0",
            "at": fact.at - timedelta(days=1),
        },
    ]
    return [
        replace(fact, event_id=f"{visit.code}:{n}", **changes)  # type: ignore[arg-type] # a table of changes
        for n, changes in enumerate(facts)
    ]


STATUS = ChargerEventKind.CONNECTOR_STATUS
KINDS = [kind for kind in ChargerEventKind if kind is not STATUS]
