"""The embedded stack starts in order, can be used, and leaves no process behind on any way out."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import func, select

from db.tables import ReservationRow
from runtime.cli import main
from runtime.embedded.failures import EmbeddedServerFailed
from runtime.embedded.ports import LOOPBACK
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.reset import IGNORE, IGNORE_ALL, OURS, NotOurs, StillRunning, reset
from runtime.stack.fixtures import DRIVER, DRIVER_MAIL, PEOPLE, SITES, seed_for_up
from runtime.stack.life import bring_life, to_be_booked
from runtime.stack.plan import REPOSITORY, StackPlan, UpSettings, free_ports
from runtime.stack.stack import Stack
from runtime.stack.told import let_driver_be_told


def _plan(folder: Path, *, keep: bool = False) -> StackPlan:
    return StackPlan(folder=folder, ports=free_ports(), keep=keep, ui=False)


def _left_behind(before: set[psutil.Process]) -> list[psutil.Process]:
    """But for what a server that ran before has begun since: its own backends come and go."""
    mine = (process for process in _children() - before if process.is_running())
    return [process for process in mine if before.isdisjoint(process.parents())]


def _children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


async def test_a_stack_serves_its_sites_and_leaves_no_process_behind(tmp_path: Path) -> None:
    before = _children()
    async with Stack(replace(_plan(tmp_path), people=PEOPLE), seed_for_up()) as stack:
        token = stack.issuer.driver(DRIVER, email=DRIVER_MAIL)
        await let_driver_be_told(stack, token)
        async with httpx.AsyncClient(base_url=stack.api_url, trust_env=False) as http:
            who = {"Authorization": f"Bearer {token}"}
            answer = await http.get("/v1/sites", headers=who)
            (point,) = (await http.get("/v1/contact-points", headers=who)).json()["items"]
            first_page = await http.get("/")
        assert (point["address"], point["confirmed_at"] is None) == (DRIVER_MAIL, False)
        assert answer.status_code == 200
        assert {site["id"] for site in answer.json()["items"]} == {site.id for site in SITES}
        assert {
            "postgres",
            "temporal",
            "stripe",
            "mailbox",
            "receiver",
            "identity",
            "api",
            "worker",
            "gateway",
        } == stack.processes.keys()
        assert [person.label for person in PEOPLE if person.label not in first_page.text] == [], (
            first_page.text
        )
        assert all(process.running for process in stack.processes.values())
        now = datetime.now(UTC)
        booked = await bring_life(stack, now)
        assert booked >= 2  # of two drivers on each of three days to come, whatever day it is
        assert await bring_life(stack, now) == booked
        async with stack.sessions() as session:
            rows = await session.scalar(select(func.count()).select_from(ReservationRow))
            assert (rows or 0) >= booked
    assert _left_behind(before) == []


@pytest.mark.parametrize("hour", [0, 9, 17, 22, 23])
def test_each_day_to_come_is_booked_once_whenever_it_is_asked_for(hour: int) -> None:
    """Shortly before midnight UTC it is tomorrow at the sites."""
    now = datetime(2026, 11, 30, hour, 30, tzinfo=UTC)
    wanted = list(to_be_booked(now))
    days = [start.date() for who, start in wanted if who == DRIVER]
    tomorrow = now.astimezone(wanted[0][1].tzinfo).date() + timedelta(days=1)
    assert len(set(wanted)) == len(wanted)
    assert days == [tomorrow + timedelta(days=n) for n in range(3)], (
        "and not at once, in the way of who is new here"
    )
    assert all(start > now + timedelta(hours=1) for _, start in wanted)


async def test_a_stack_that_cannot_start_stops_what_it_had_started(tmp_path: Path) -> None:
    before = _children()
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        plan = _plan(tmp_path)
        plan = replace(plan, ports=replace(plan.ports, api=taken.getsockname()[1]))
        with pytest.raises(EmbeddedServerFailed) as failure:
            async with Stack(plan, seed_for_up()):
                pytest.fail("the API had no port")
    assert failure.value.log_tail
    assert _left_behind(before) == []


def test_help_names_the_commands_and_the_variables() -> None:
    assert {"demo", "up", "reset"} <= set(_help().split())
    variables = set(re.findall(r"SLOTKEEPER_UP_\w+", _help("up")))
    assert variables == {f"SLOTKEEPER_UP_{field.upper()}" for field in UpSettings.model_fields}


def test_an_unknown_scenario_is_refused_before_anything_starts() -> None:
    answer = _run("demo", "no-such-story")
    assert answer.returncode == 2
    assert "no such scenario: no-such-story" in answer.stderr


@pytest.mark.parametrize(
    "option",
    [
        ("--at-once", "0"),
        ("--limit", "-1"),
        ("--limit", "nan"),
        ("--pace", "0.5"),
        ("--pace", "nan"),
        ("--pace", "x"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_before_anything_starts(
    capsys: pytest.CaptureFixture[str], option: tuple[str, str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["demo", *option])
    assert refused.value.code == 2
    assert option[0] in capsys.readouterr().err


def test_reset_removes_what_up_keeps_and_nothing_else(tmp_path: Path) -> None:
    for name in OURS:
        (tmp_path / name).mkdir()
    (tmp_path / "postgres" / "lock").touch()
    (tmp_path / "notes.txt").write_text("mine")
    assert reset(tmp_path) == list(OURS)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_reset_removes_nothing_where_no_stack_has_run(tmp_path: Path) -> None:
    for name in ("keys", "logs", "environment", "postgres"):
        (tmp_path / name).mkdir()
    with pytest.raises(NotOurs):
        reset(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4


async def test_reset_refuses_while_a_stack_runs_on_the_folder(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "postgres", durable=False):
        with pytest.raises(StillRunning):
            reset(tmp_path)


async def test_up_on_a_folder_in_use_says_so_whatever_the_ports(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "postgres", durable=False):
        answer = await asyncio.to_thread(_run, "up", SLOTKEEPER_UP_FOLDER=str(tmp_path))
    assert answer.returncode == 1
    assert "a stack runs already on" in answer.stderr
    assert "port" not in answer.stderr.splitlines()[1]


def test_up_without_its_port_leaves_no_folder_behind(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = _run("up", SLOTKEEPER_UP_FOLDER=str(folder), SLOTKEEPER_UP_API_PORT=port)
    assert answer.returncode == 1
    assert port in answer.stderr
    assert not folder.exists()


def test_reset_takes_the_gitignore_of_up_and_leaves_another_one(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder, ignored in ((ours, IGNORE_ALL), (theirs, "notes")):
        (folder / "postgres").mkdir(parents=True)
        (folder / "postgres" / "lock").touch()
        (folder / IGNORE).write_text(ignored)
        reset(folder)
    assert not ours.exists()
    assert (theirs / IGNORE).read_text() == "notes"


def _help(*command: str) -> str:
    answer = _run(*command, "--help")
    assert answer.returncode == 0
    return answer.stdout


def _run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "runtime.cli", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
