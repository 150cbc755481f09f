"""How a booking will be paid is told before it is made, to each driver their own plan."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from db.documents import policy_to_document
from db.tables import PolicyVersion, ReservationRow
from domain.reservation.code import reservation_code
from domain.terms.payer import Payer, PayerKind
from domain.terms.payments import PaymentRules, TrustRules
from tests.api.stage import END, NOW, START, Stage
from tests.factories import make_policy, make_terms

POLICY = make_policy(payments=PaymentRules(trusted=TrustRules(visits=1, within=timedelta(days=30))))
ASKED = {"site_id": "north", "start": START, "end": END}
ON_TRUST = (
    "Nothing is held on your card, as you have kept your bookings so far;"
    " what this one costs is taken at the end"
)
HELD = (
    "10.00 EUR is held on your card when you book, or near the start if that is days away;"
    " what is not charged in the end is let go"
)
FOR_OTHERS = (
    "Who has come to 1 bookings in the last 30 days and missed none, owes nothing and disputes no payment books"
    " without that; for up to 2 bookings at once"
)


@pytest.fixture
async def trusting(stage: Stage) -> Stage:
    """The site trusts who came once, which driver-1 has."""
    async with stage.sessions.begin() as session:
        document = policy_to_document(POLICY)
        await session.merge(
            PolicyVersion(id=9_000, site_id="north", version=9, valid_from=NOW, document=document)
        )
    came = NOW - timedelta(days=3)
    code = reservation_code("driver-1", "came")
    await stage.publish(
        code, state="COMPLETED", slot_start=came, slot_end=came + timedelta(hours=1), closed=True
    )
    return stage


async def terms(stage: Stage, path: str, who: dict[str, str]) -> dict[str, Any]:
    answer = await stage.http.get(path, headers=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["terms"]
    return found


async def test_a_quote_and_a_site_tell_each_driver_their_own_plan(trusting: Stage) -> None:
    me, other = trusting.driver(), trusting.driver("driver-2")
    for who, kind in ((me, "trusted"), (other, "card")):
        asked = await trusting.http.post("/v1/quotes", json=ASKED, headers=who)
        told = [asked.json()["terms"]]
        told += [
            await terms(trusting, path, who) for path in ("/v1/sites/north", "/v1/sites/north/availability")
        ]
        for one in told:
            assert one["payer"] == {"kind": kind, "account": "", "until": None}
            assert (ON_TRUST in one["words"]) is (kind == "trusted")
            assert (HELD in one["words"], FOR_OTHERS in one["words"]) == (kind == "card", kind == "card")
            assert one["payments"]["trusted"] == {"visits": 1, "within_seconds": 30 * 86_400, "most_open": 2}
    operators = await terms(trusting, "/v1/sites/north", trusting.operators())
    assert operators["payer"]["kind"] == "card"


async def test_a_quote_is_read_again_as_it_was_told(trusting: Stage) -> None:
    me = trusting.driver()
    asked = (await trusting.http.post("/v1/quotes", json=ASKED, headers=me)).json()
    async with trusting.sessions.begin() as session:
        await session.execute(update(ReservationRow).values(state="NO_SHOW"))
    again = (await trusting.http.get(f"/v1/quotes/{asked['id']}", headers=me)).json()
    assert again == asked
    anew = (await trusting.http.post("/v1/quotes", json=ASKED, headers=me)).json()
    assert anew["terms"]["payer"]["kind"] == "card"


async def test_a_fleet_is_told_of_the_driver_it_asks_for(trusting: Stage) -> None:
    came = NOW - timedelta(days=3)
    await trusting.publish(
        reservation_code("fleet-1", "came"),
        state="COMPLETED",
        driver_id="fleet-1-driver",
        fleet_id="fleet-1",
        slot_start=came,
        slot_end=came + timedelta(hours=1),
    )
    asked = ASKED | {"driver_id": "fleet-1-driver"}
    told = (await trusting.http.post("/v1/quotes", json=asked, headers=trusting.fleet())).json()
    assert told["terms"]["payer"]["kind"] == "trusted"


async def test_a_reservation_keeps_how_it_is_paid_and_tells_driver_and_operator(stage: Stage) -> None:
    code = reservation_code("driver-1", "on-trust")
    await stage.publish(code, terms=make_terms(policy=POLICY, payer=Payer(kind=PayerKind.TRUSTED)))
    for who, path in ((stage.driver(), "reservations"), (stage.operators(), "operations/reservations")):
        told = await terms(stage, f"/v1/{path}/{code}", who)
        assert told["payer"]["kind"] == "trusted"
        assert ON_TRUST in told["words"]
