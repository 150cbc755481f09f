"""Bays that access rules keep for some: a walk-in is refused at the reader and at the start, and it is on record."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from db.documents import access_rules_to_document
from db.tables import AccessRulesVersion, DriverGroup, GroupMember, RefusedCard
from domain.terms.access_rules import AccessLine, AccessRules, Who
from simulator.charge_point import Misbehaviour
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.cards import NOT_NOW, all_versions, ask
from tests.ocpp_gateway.records import CODE, Records

TAXIS = AccessLine(name="Taxis", who=Who.GROUP, names=("taxis",), allow=True)
NO_OTHERS = AccessLine(name="Taxis only", who=Who.PUBLIC, allow=False)


async def keep_for_taxis(records: Records, *drivers: str) -> None:
    ago = datetime.now(UTC) - timedelta(hours=1)
    async with records.engine.begin() as connection:
        await connection.execute(insert(DriverGroup).values(id="taxis", name="Taxis", made_at=ago))
        for driver_id in drivers:
            member = {"group_id": "taxis", "driver_id": driver_id, "since": ago, "joined_by": "olga"}
            await connection.execute(insert(GroupMember).values(**member))
        rules = access_rules_to_document(AccessRules(lines=(TAXIS, NO_OTHERS)))
        row = {"site_id": "north", "version": 1, "valid_from": ago, "document": rules}
        await connection.execute(insert(AccessRulesVersion).values(**row))


async def refused(records: Records) -> list[tuple[str, str, str | None, str, int]]:
    row = RefusedCard
    async with records.engine.connect() as connection:
        found = await connection.execute(
            select(row.charger_id, row.id_tag, row.driver_id, row.line, row.times).order_by(row.id)
        )
        return [(one[0], one[1], one[2], one[3], one[4]) for one in found]


@all_versions
async def test_a_private_card_is_refused_and_a_taxis_charges(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    await keep_for_taxis(records, "alice")
    charger = await make_charger(version=version)
    for _ in range(2):
        assert not await charger.swipe(1, BOB)
    assert await ask(charger, BOB) == NOT_NOW[version]
    assert await refused(records) == [(CHARGER, BOB, "bob", "Taxis only", 3)]
    assert await charger.swipe(1, ALICE)
    assert len(await refused(records)) == 1


async def test_who_booked_before_the_rules_charges(records: Records, make_charger: MakeCharger) -> None:
    await keep_for_taxis(records)
    await records.hold("bob", number=1)
    charger = await make_charger()
    await charger.plug_in(1)
    assert await charger.swipe(1, BOB)
    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code) == (True, CODE)


@all_versions
async def test_what_begins_all_the_same_is_stopped_and_says_why(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    await keep_for_taxis(records)
    charger = await make_charger(
        version=version, misbehaviour=Misbehaviour(ignore_token=True, stop_when_refused=False)
    )
    await charger.plug_in(1)
    await charger.swipe(1, BOB)
    await charger.wait_for(lambda c: c.connector(1).transaction is None)
    (session,) = await records.sessions()
    assert (session.authorised, session.refused_for) == (False, "no_access")
