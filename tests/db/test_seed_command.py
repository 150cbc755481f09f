"""`python -m db.seed`: a file becomes an installation, mistakes are named by their place, secrets stay unsaid."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db.engine import create_engine, create_sessions
from db.queries.place.terms import terms_at
from db.seed import Seed, seed
from db.seed.example import example as example_seed
from db.tables import Charger, Site
from domain.terms.accepted import Terms
from tests.factories import CHEAP_HASHER, make_seed, make_site

PASSWORD = "an-unheard-of-password"
POLICY = ("sites", 0, "policy")
OSLO = {"latitude": 59.91, "longitude": 10.75}
BELOW_ZERO = {
    "currency": "EUR",
    "energy_per_kwh": {"minor": 49, "currency": "EUR"},
    "time_per_minute": {"minor": 0, "currency": "EUR"},
    "session_fee": {"minor": -1, "currency": "EUR"},
    "tax_basis_points": 1900,
}
Run = tuple[int, str, str]


async def run(*arguments: str, url: str = "") -> Run:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "db.seed",
        *arguments,
        env={**os.environ, "DATABASE_URL": url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


@pytest.fixture(scope="module")
async def example() -> dict[str, Any]:
    code, out, _ = await run("--example")
    assert code == 0
    plan: dict[str, Any] = json.loads(out)
    plan["sites"][0]["chargers"][0]["password"] = PASSWORD
    return plan


def written(folder: Path, plan: Any) -> str:
    file = folder / "sites.json"
    file.write_text(json.dumps(plan))
    return str(file)


async def hash_of(url: str, charger: str) -> str | None:
    engine = create_engine(url, pool_size=1)
    async with create_sessions(engine)() as session:
        stored = await session.scalar(select(Charger.password_hash).where(Charger.id == charger))
    await engine.dispose()
    return stored


async def sow(url: str, plan: Seed) -> None:
    engine = create_engine(url, pool_size=1)
    async with create_sessions(engine).begin() as session:
        await seed(session, plan, now=datetime.now(UTC), hasher=CHEAP_HASHER)
    await engine.dispose()


async def terms_of(url: str, site_id: str) -> Terms:
    engine = create_engine(url, pool_size=1)
    async with create_sessions(engine)() as session:
        terms = await terms_at(session, await session.get_one(Site, site_id), datetime.now(UTC))
    await engine.dispose()
    return terms


async def test_the_example_can_be_installed_again_and_again(
    database_url: str, tmp_path: Path, example: dict[str, Any]
) -> None:
    file = written(tmp_path, example)
    code, out, err = await run(file, url=database_url)
    assert (code, err) == (0, "")
    assert set(out.splitlines()) == {
        "sites: 1 added, 1 changed",
        "pools: 3 added, 0 changed",
        "chargers: 2 added, 0 changed",
        "connectors: 4 added, 1 changed",
        "bays: 3 added, 0 changed",
        "drivers: 2 added, 0 changed",
        "cards: 2 added, 0 changed",
        "policy versions: 1 added, 0 changed",
        "tariff versions: 1 added, 0 changed",
    }
    stored = await hash_of(database_url, "STATION-1")
    assert stored is not None
    assert PASSWORD not in stored
    assert (await run(file, url=database_url))[1].startswith("Nothing to do")


async def test_a_charger_without_a_password_in_the_file_keeps_its_own(
    database_url: str, tmp_path: Path, example: dict[str, Any]
) -> None:
    await run(written(tmp_path, example), url=database_url)
    before = await hash_of(database_url, "STATION-1")
    plan = json.loads(json.dumps(example))
    del plan["sites"][0]["chargers"][0]["password"]
    plan["sites"][0]["name"] = "Renamed"
    _, out, _ = await run(written(tmp_path, plan), url=database_url)
    assert out == "sites: 0 added, 1 changed\n"
    assert await hash_of(database_url, "STATION-1") == before


async def test_a_site_without_rules_is_told(database_url: str, tmp_path: Path) -> None:
    file = written(tmp_path, {"sites": [{"id": "bare", "name": "Bare", "latitude": 48.1, "longitude": 11.6}]})
    _, out, _ = await run(file, url=database_url)
    assert "site bare cannot be booked yet" in out


async def test_an_example_site_brings_its_own_rules_and_leaves_everybodys_alone(
    database_url: str, tmp_path: Path, example: dict[str, Any]
) -> None:
    everybodys = make_seed(make_site(site_id="north"))
    await sow(database_url, everybodys)
    before = await terms_of(database_url, "north")
    _, out, _ = await run(written(tmp_path, example), url=database_url)
    assert "default" not in out
    assert await terms_of(database_url, "north") == before
    assert (await terms_of(database_url, "station")).policy == example_seed().sites[0].policy


async def test_the_default_changes_only_under_its_own_name_and_is_told(
    database_url: str, tmp_path: Path, example: dict[str, Any]
) -> None:
    await sow(database_url, make_seed(make_site(site_id="north")))
    site = example["sites"][0]
    everybodys = {"default_policy": site["policy"], "default_tariff": site["tariff"]}
    _, out, _ = await run(written(tmp_path, everybodys), url=database_url)
    assert out.splitlines()[2:] == [
        "the default policy is a new one, for every site without its own",
        "the default tariff is a new one, for every site without its own",
    ]
    terms = await terms_of(database_url, "north")
    assert (terms.policy, terms.tariff) == (example_seed().sites[0].policy, example_seed().sites[0].tariff)
    code, _, err = await run(written(tmp_path, {"policy": site["policy"]}), "--check")
    assert code == 2
    assert "policy: " in err


async def test_rules_in_force_already_must_be_in_the_sites_currency(
    database_url: str, tmp_path: Path
) -> None:
    await sow(database_url, make_seed())
    file = written(tmp_path, {"sites": [{"id": "oslo", "name": "Oslo", "currency": "NOK", **OSLO}]})
    code, _, err = await run(file, url=database_url)
    assert code == 2
    assert "sites[0].currency: NOK, but its rules are in EUR" in err


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ((*POLICY, "overstay", "step"), "PT0S", "sites[0].policy.overstay.step: must be longer than zero"),
        ((*POLICY, "no_show_fee", "minor"), -1, "sites[0].policy.no_show_fee: must not be negative"),
        ((*POLICY, "deposit", "currency"), "USD", "sites[0].policy.deposit: is in USD"),
        ((*POLICY, "grace"), "-PT1M", "sites[0].policy.grace: must not be negative"),
        ((*POLICY, "grease"), "PT1M", "sites[0].policy.grease: "),
        (
            ("sites", 0, "tariff", "currency"),
            "USD",
            "sites[0].tariff.currency: USD, but the policy is in EUR",
        ),
        (("default_tariff",), BELOW_ZERO, "default_tariff.session_fee: must not be negative"),
        (("sites", 0, "currency"), "SEK", "sites[0].currency: SEK"),
        (("sites", 0, "zone"), "Europe/Bärlin", "sites[0].zone: "),
        (("sites", 0, "latitude"), None, "sites[0].latitude: "),
        (("sites", 0, "chargers", 0, "password"), 1234567, "sites[0].chargers[0].password: "),
        (
            ("sites", 0, "chargers", 1, "id"),
            "STATION-1",
            "sites[0].chargers[1].id: 'STATION-1' is there twice",
        ),
        (
            ("sites", 0, "chargers", 0, "connectors", 1, "pool_id"),
            "x",
            "connectors[1].pool_id: the site has no",
        ),
        (("drivers", 1, "rfid", 0), "04a1b2c3d4", "drivers[1].rfid[0]: "),
    ],
)
async def test_a_mistake_is_named_by_its_place_and_nothing_secret_is_said(
    tmp_path: Path, example: dict[str, Any], place: tuple[str | int, ...], value: Any, told: str
) -> None:
    plan = at = json.loads(json.dumps(example))
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    code, out, err = await run(written(tmp_path, plan), "--check")
    assert (code, out) == (2, "")
    assert told in err
    assert PASSWORD not in err
    assert "1234567" not in err


async def test_what_is_missing_around_the_file_is_told_too(tmp_path: Path, example: dict[str, Any]) -> None:
    assert "cannot be read" in (await run(str(tmp_path / "none.json")))[2]
    assert "DATABASE_URL is not set" in (await run(written(tmp_path, example)))[2]
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert "Invalid JSON" in (await run(str(broken)))[2]
    assert "DATABASE_URL" in (await run("--help"))[1]


@pytest.mark.parametrize(
    ("where", "told"),
    [({}, "sites[0].latitude: "), ({"latitude": 0, "longitude": 0}, "sites[0].latitude: 0, 0 is open sea")],
)
async def test_a_site_without_coordinates_is_refused(
    tmp_path: Path, where: dict[str, float], told: str
) -> None:
    """Two of them would be each other's nearest site."""
    code, _, err = await run(written(tmp_path, {"sites": [{"id": "a", "name": "A", **where}]}), "--check")
    assert code == 2
    assert told in err
