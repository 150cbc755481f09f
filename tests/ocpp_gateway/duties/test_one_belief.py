"""Over random evidence in the database: whoever asks who is at a connector is told what the pure rule believes."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from db.engine import create_sessions
from db.queries.charging.access import Question, facts_of_all
from db.queries.charging.evidence import berth_seen
from db.queries.place.connectors import connectors_at
from db.tables import ChargingSession, Connector
from domain.charging.connector import ConnectorStatus
from domain.charging.evidence import evidence_of
from domain.charging.presence import Occupant, PresenceBasis
from ocpp_gateway.storage.open_sessions import occupancy
from tests.ocpp_gateway.conftest import BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.records import CODE, Records

NOW = datetime.now(UTC)
AHEAD = NOW + timedelta(days=1)


def some_session(draw: random.Random, n: int, connector_id: int) -> dict[str, Any]:
    began = NOW - timedelta(minutes=draw.randint(1, 500))
    later = began + timedelta(minutes=draw.randint(0, 60))
    return {
        "charger_id": CHARGER,
        "connector_id": connector_id,
        "transaction_id": f"tx-{n}",
        "id_tag": BOB,
        "reservation_code": draw.choice([CODE, None]),
        "authorised": draw.random() < 0.8,
        "started_at": began,
        "meter_start_wh": 0,
        "meter_last_wh": 0,
        "meter_at": began,
        "last_sign_at": draw.choice([None, later]),
        "last_sign_live": draw.random() < 0.6,
        "contradicted_at": draw.choice([None, None, later + timedelta(minutes=1)]),
        "ended_at": draw.choice([None, later + timedelta(minutes=2)]),
        "end_inferred": draw.random() < 0.5,
    }


@pytest.mark.parametrize("seed", range(12))
async def test_booking_gate_gateway_and_operators_believe_the_same(seed: int, records: Records) -> None:
    draw = random.Random(seed)
    shares_bay = seed % 3 == 0
    if shares_bay:
        await records.share_bay()
    places = [records.connectors[CHARGER, number] for number in (1, 2)]
    rows = [some_session(draw, n, draw.choice(places)) for n in range(draw.randint(0, 6))]
    async with records.engine.begin() as connection:
        for place in places:
            status = draw.choice(list(ConnectorStatus)).value
            here = update(Connector).where(Connector.id == place)
            await connection.execute(here.values(status=status, status_heard_at=NOW))
        if rows:
            await connection.execute(insert(ChargingSession), rows)
    async with records.engine.connect() as connection:
        by_gateway = await occupancy(connection, CHARGER)
        (facts,) = await facts_of_all(connection, [Question(charger_id=CHARGER, id_tag=BOB, at=NOW)])
    async with create_sessions(records.engine)() as session:
        booked = {one.id: one for one in await connectors_at(session, "north")}
        for number, place in enumerate(places, start=1):
            found = await berth_seen(session, CHARGER, number, now=NOW, until=AHEAD, limit=100)
            assert found is not None
            seen, belief = found.seen, found.seen.presence(NOW)
            there = [one for one in seen.sessions if one.is_there]
            told = evidence_of(seen, NOW, after=None, limit=100)
            assert {piece.about for piece in told if piece.counts and piece.kind == "session"} == {
                one.transaction_id for one in there
            }
            assert sorted(booked[place].sessions) == sorted(one.reservation_code or "" for one in there)
            assert by_gateway[place] == any(one.connector_id == place for one in there)
            running = [one.is_of_now for one in facts.running if one.connector_id == place]
            # Who may stop, may stop also what is only told of from a queue; its connector is nobody's for that.
            undenied = [one for one in seen.sessions if one.ended_at is None and one.contradicted_at is None]
            authorised = [one for one in undenied if one.authorised and one.connector_id == place]
            assert sorted(running) == sorted(one.is_there for one in authorised)
            assert (place in facts.busy) == any(one.is_there for one in authorised)
            taken = belief.basis is PresenceBasis.SESSION or belief.occupant is Occupant.VEHICLE
            assert booked[place].is_taken_from(None) == taken


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
async def test_what_a_charger_told_is_evidence_once_with_the_former_words(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await charger.plug_in(1)
    assert await charger.swipe(1, BOB)
    await charger.charge(1, 700)
    await charger.finish_charging(1)
    await charger.reboot()  # its sessions end, and are told
    await charger.unplug(1)

    async def told_of() -> bool:
        return all(one.ended_at is not None and not one.end_inferred for one in await records.sessions())

    await records.eventually(told_of)
    async with create_sessions(records.engine)() as session:
        found = await berth_seen(session, CHARGER, 1, now=NOW, until=AHEAD, limit=100)
    assert found is not None
    pieces = evidence_of(found.seen, datetime.now(UTC), after=None, limit=100)
    shown = [piece for piece in pieces if piece.kind == "status" and piece.connector_id == found.connector.id]
    assert (shown[0].says, shown[0].counts) == ("available", True)
    assert not any(piece.counts for piece in shown[1:])
    assert len({(piece.at, piece.says) for piece in shown}) == len(shown) > 1
    assert sum(piece.kind == "boot" and piece.counts for piece in pieces) == 1
    assert sum(piece.kind == "boot" for piece in pieces) == 2
    assert {"started", "ended"} <= {piece.says for piece in pieces if piece.kind == "session"}
    assert "connected" in {piece.says for piece in pieces if piece.kind == "connection"}
    assert found.seen.presence(NOW).occupant is Occupant.NOBODY
