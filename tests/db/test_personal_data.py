"""Every table is told to hold something of drivers or not, and what it holds they are given."""

import json
from collections.abc import AsyncIterator

import pytest

from api.desk.personal_data import PersonalData
from api.desk.principal import Principal
from api.desk.refusals import ScopeMissing
from db.engine import Sessions, create_engine, create_sessions
from db.personal.held import Altered
from db.personal.registry import HELD, NOT_OF_DRIVERS
from db.tables import metadata
from tests.db.everything import ADDRESS, ANOTHER, APP_TAG, CODE, NOON, PLATE, TAG, WHO, plant_everything

DRIVER = Principal(subject=WHO, scopes=frozenset({"driver"}))
OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))
_WHOSE = {"driver_id", "person_id", "drivers", "account", "id_tag"}
"""Columns that no table has that holds nothing of drivers."""


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=2)
    yield create_sessions(engine)
    await engine.dispose()


def test_each_table_is_named_once() -> None:
    named = [held.name for held in HELD] + list(NOT_OF_DRIVERS)
    assert sorted(named) == sorted(metadata.tables)


def test_no_table_that_names_drivers_is_said_to_hold_nothing_of_them() -> None:
    for name in NOT_OF_DRIVERS.keys() - {"erasures"}:
        table = metadata.tables[name]
        assert not _WHOSE & set(table.columns.keys()), name
        chained = {key.column.table.name for key in table.foreign_keys} & {"drivers", "people", "tokens"}
        assert not chained, f"{name} names {chained}"


def test_what_is_hidden_shown_and_set_are_columns() -> None:
    for held in HELD:
        columns = set(held.table.__table__.columns.keys())
        sets = set(held.erasing.sets) if isinstance(held.erasing, Altered) else set()
        assert set(held.hidden) | sets <= columns, held.name


async def exported(parts: AsyncIterator[bytes]) -> dict[str, list[dict[str, str]]]:
    document = json.loads(b"".join([part async for part in parts]))
    held: dict[str, list[dict[str, str]]] = document["held"]
    return held


async def test_a_driver_is_given_all_that_is_held_about_them(sessions: Sessions) -> None:
    await plant_everything(sessions)
    desk = PersonalData(sessions, lambda: NOON)
    held = await exported(desk.export_own(DRIVER))
    assert held == await exported(desk.export(OLGA, WHO))
    given = {one.name: one for one in HELD if not one.not_given}
    assert set(held) == set(given)
    assert [name for name, rows in held.items() if not rows] == []
    for name, rows in held.items():
        columns = set(metadata.tables[name].columns.keys()) - set(given[name].hidden)
        assert set(rows[0]) >= columns, name
    assert held["vehicles"][0]["plate"] == PLATE
    assert held["contact_points"][0]["address"] == ADDRESS
    assert held["reservations"][0]["code"] == CODE
    told = json.dumps(held["tokens"] + held["sessions"] + held["refused_cards"])
    assert TAG not in told
    assert APP_TAG not in told
    assert f"…{TAG[-4:]}" in json.dumps(held["tokens"], ensure_ascii=False)
    assert ANOTHER not in json.dumps(held)


async def test_nobody_is_given_anything_of_others(sessions: Sessions) -> None:
    await plant_everything(sessions)
    desk = PersonalData(sessions, lambda: NOON)
    stranger = Principal(subject="stranger", scopes=frozenset({"driver"}))
    assert all(rows == [] for rows in (await exported(desk.export_own(stranger))).values())
    fleet = Principal(subject="fiona", scopes=frozenset({"fleet"}), fleet_id="fleet-1")
    for refused in (fleet, OLGA):
        with pytest.raises(ScopeMissing):
            desk.export_own(refused)
    confined = Principal(subject="otto", scopes=frozenset({"operator"}), sites={})
    for refused in (DRIVER, fleet, confined):
        with pytest.raises(ScopeMissing):
            desk.export(refused, WHO)
