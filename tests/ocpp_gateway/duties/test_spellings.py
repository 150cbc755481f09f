"""However a reader spells a card, it is the card that is booked, and no other."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.ocpp_gateway.conftest import ALICE, BOB, MakeCharger
from tests.ocpp_gateway.duties.cards import NOT_NOW, all_versions, ask, begin
from tests.ocpp_gateway.exchange.test_flawed_messages import quirks
from tests.ocpp_gateway.records import CODE, Records

SPELLINGS = (
    ALICE.lower(),
    "A1:1C:E0:01",
    "a1-1c-e0-01",
    "A1 1C E0 01",
    "0xA11CE001",
    f"{ALICE}\0\0",
    f" {ALICE}\r\n",
)
OTHERS = ("01E01CA1", "0xA11CE0", f"{ALICE}000000", "A1-1CE001")


@all_versions
async def test_a_card_is_known_in_every_spelling_and_in_no_other_order(
    version: str, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    assert {await ask(charger, spelled) for spelled in SPELLINGS} == {"Accepted"}
    assert "Accepted" not in {await ask(charger, other) for other in OTHERS}
    assert await begin(charger, "a1:1c:e0:01") == "Accepted"
    (session,) = await records.sessions()
    assert (session.id_tag, session.reservation_code, session.authorised) == (ALICE, CODE, True)
    path = "idTag" if version == "1.6" else "idToken/idToken"
    start = "StartTransaction" if version == "1.6" else "TransactionEvent"
    noted = await quirks(engine, records, 3)
    assert {("Authorize", path, "wrong_word"), (start, path, "wrong_word")} <= noted


@pytest.mark.parametrize("spelled", ["B0:B0:00:01", f"{BOB}\0"])
async def test_a_stranger_s_card_opens_no_hold_by_its_spelling(
    spelled: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice", number=1)
    assert await begin(charger, spelled) == NOT_NOW["1.6"]
