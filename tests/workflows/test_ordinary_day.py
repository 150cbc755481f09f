"""The path nearly every reservation takes: booked, locked, arrived at, charged from, left, settled."""

from datetime import timedelta

from tests.workflows.caching import with_and_without_cache
from tests.workflows.world import World

pytestmark = with_and_without_cache


async def test_a_driver_books_charges_and_pays(world: World) -> None:
    visit = await world.book(starts_in=timedelta(hours=2))
    assert visit.decision.outcome == "confirmed"
    assert world.bank.status(visit.code) == "authorised"

    await visit.advance(timedelta(hours=1, minutes=50))
    locked = await visit.until("LOCKED")
    assert locked.enforcement == "hard"
    assert world.chargers.holding["CP-1"] == {visit.holds[0].hold_id}

    await visit.charging()
    done = await visit.leaves()

    assert done.state == "COMPLETED"
    # 10 kWh at 0.50, less nothing: the reservation fee of 3.00 is credited to the session; 19 % tax.
    assert visit.lines(done) == {"reservation_fee": 300, "energy": 500, "fee_credit": -300, "tax": 95}
    assert visit.receipt(done).payments.captured.minor == 595
    assert world.bank.status(visit.code) == "captured"
    assert visit.holds == []
    assert visit.told == ["confirmed", "locked", "receipt"]
