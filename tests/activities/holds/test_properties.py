"""Any sequence of place, move, lock and release: never an overlap, and refused only when truly full."""

from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from contracts.holds import LockHold, MoveHold, ReleaseHolds
from db.engine import Sessions
from db.tables import Hold
from domain.place.packing import Packed, pack, peak_overlap
from domain.place.slots import Slot
from domain.reservation.release import ReleaseReason
from tests.factories import NOON, make_booking, make_policy, make_seed, make_site, make_slot, plant

NOW = NOON - timedelta(hours=3)
CONNECTORS = 3
BUFFER = timedelta(minutes=5)


class Book:
    """What the test knows: the open holds, read back from the database after each step."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def open(self) -> list[Hold]:
        async with self._sessions() as session:
            return list((await session.scalars(select(Hold).where(Hold.released_at.is_(None)))).all())


def window(hold: Hold) -> Slot:
    assert hold.during.lower is not None
    assert hold.during.upper is not None
    return Slot(hold.during.lower, hold.during.upper)


def fits(holds: list[Hold], slot: Slot, walk_in: int) -> bool:
    """The truth: walk-in share kept, and an assignment exists with locked holds where they are."""
    wanted = Slot(slot.start, slot.end + BUFFER)
    present = [
        Slot(max(w.start, wanted.start), min(w.end, wanted.end))
        for h in holds
        if (w := window(h)).overlaps(wanted)
    ]
    if peak_overlap([*present, wanted]) > CONNECTORS - walk_in:
        return False
    packed = [Packed(str(h.id), window(h), h.connector_id if h.locked_at else None) for h in holds]
    return pack([*packed, Packed("new", wanted)], range(1, CONNECTORS + 1)) is not None


def assert_no_overlap(holds: list[Hold]) -> None:
    for connector in {h.connector_id for h in holds}:
        assert peak_overlap([window(h) for h in holds if h.connector_id == connector]) == 1


def any_slot(random: Random) -> Slot:
    return make_slot(15 * random.randrange(0, 24), 15 * random.randrange(1, 9))


@pytest.mark.parametrize("seed", range(8))
async def test_random_sequences(sessions: Sessions, seed: int) -> None:
    random = Random(seed)
    walk_in = seed % 2
    policy = make_policy(open_reservations_per_driver=1000)
    await plant(sessions, make_seed(make_site(chargers=CONNECTORS, walk_in=walk_in), policy=policy))
    holds, book = HoldActivities(sessions), Book(sessions)
    for step in range(45):
        before = await book.open()
        await one_step(random, holds, before, step, walk_in, NOW)
        assert_no_overlap(await book.open())


async def one_step(
    random: Random, holds: HoldActivities, before: list[Hold], step: int, walk_in: int, now: datetime
) -> None:
    kind = random.choices(["place", "move", "lock", "release"], [6, 2, 1, 1])[0]
    slot = any_slot(random)
    if kind == "place" or not before:
        decision = await holds.place_hold(make_booking(f"{step}", slot=slot))
        assert (decision.held is not None) == fits(before, slot, walk_in)
        return
    hold = random.choice(before)
    code, others = hold.reservation_code, [h for h in before if h.id != hold.id]
    if kind == "move":
        decision = await holds.move_hold(
            MoveHold(code=code, hold_id=hold.id, slot=slot, keep_connector=False, now=now)
        )
        same = (hold.slot_start, hold.slot_end) == (slot.start, slot.end)
        assert (decision.held is not None) == (same or fits(others, slot, walk_in))
    elif kind == "lock":
        locked = await holds.lock_hold(LockHold(code=code, hold_id=hold.id, now=now))
        assert (locked.contested, locked.faulted) == (False, False)
    else:
        assert (
            await holds.release_holds(ReleaseHolds(code=code, reason=ReleaseReason.CANCELLED, now=now)) == 1
        )
