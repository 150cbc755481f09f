"""When a charger was last seen is said by who has its lease, and by nobody after it was given back."""

from datetime import UTC, datetime, timedelta

from ocpp_gateway.storage.leases import Seen, drop_leases, note_seen, take_leases
from tests.ocpp_gateway.conftest import CHARGER
from tests.ocpp_gateway.records import Records

NOW = datetime.now(UTC).replace(microsecond=0)


async def test_a_note_that_comes_after_the_lease_was_given_back_changes_nothing(records: Records) -> None:
    """On its way while its charger vanished: an absence would begin when it was long gone."""
    before, gone, late = (NOW + timedelta(seconds=s) for s in (1, 2, 3))
    async with records.engine.begin() as connection:
        leased = await take_leases(connection, {CHARGER: "ocpp1.6"}, instance="gw-1", now=NOW)
        epoch = leased[CHARGER].epoch
        await note_seen(connection, [Seen(CHARGER, epoch, before)])
    assert (await records.charger()).last_seen_at == before
    async with records.engine.begin() as connection:
        assert await drop_leases(connection, [Seen(CHARGER, epoch, gone)]) == {CHARGER}
        await note_seen(connection, [Seen(CHARGER, epoch, late)])
    assert (await records.charger()).last_seen_at == gone
