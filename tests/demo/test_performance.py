"""Stories are told side by side or in turns, at any pace, and the verdict says whether the machine was slow."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from db.seed.checks import check
from domain.terms.policy import Policy
from runtime.cli import SLOWEST
from runtime.demo.machine import Conditions
from runtime.demo.performance import Performance
from runtime.demo.progress import PlainProgress
from runtime.demo.report import Outcome, print_summary
from runtime.stack.plan import StackPlan, free_ports
from runtime.stack.stack import Stack
from simulator.scenarios.catalogue import ALL
from simulator.scenarios.evidence import Books
from simulator.scenarios.expectation import Unmet
from simulator.scenarios.place import Place, rules, seconds
from simulator.scenarios.stage import Scenario, Stage, Wait, seed_of

AGREE = Books(stripe_taken=0, ledger_taken=0, still_authorised=0, open_holds=0)
QUIET = Conditions(load_before=0.1, load_after=1.5, cores=2)
BUSY = Conditions(load_before=9.3, load_after=12.0, cores=2)
PLACE = Place(id="garden", name="Garden", chargers=(), policy=rules(grace=seconds(3)))


class Told:
    """What stories did, in order."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.side_by_side = 0
        self._running = 0

    def scenario(self, name: str, *, harms_the_worker: bool = False, begins_in: float = 0.0) -> Scenario:
        async def tell(stage: Stage) -> None:
            self._running += 1
            self.side_by_side = max(self.side_by_side, self._running)
            await stage.app("ana").reservations()
            if harms_the_worker:
                await stage.world.others_done()
            self.events.append(name)
            self._running -= 1

        return Scenario(
            id=name,
            title=name,
            places=(),
            tell=tell,
            drivers=("ana",),
            harms_the_worker=harms_the_worker,
            begins_in=begins_in,
        )


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("stack")
    plan = StackPlan(folder=folder, ports=free_ports(), keep=False, ui=False)
    async with Stack(plan, seed_of(())) as stack:
        yield stack


@pytest.mark.parametrize(("at_once", "side_by_side"), [(None, 4), (4, 4), (2, 2), (1, 1)])
async def test_as_many_as_wanted_run_side_by_side_and_none_waits_for_the_one_that_kills(
    stack: Stack, at_once: int | None, side_by_side: int
) -> None:
    told = Told()
    stories = (
        told.scenario("killer", harms_the_worker=True),
        *(told.scenario(name) for name in ("one", "two", "three")),
    )
    performance = Performance(stories, stack, PlainProgress(), limit=60.0, at_once=at_once)
    outcomes, books = await performance.run()
    assert books == AGREE
    assert [outcome.error for outcome in outcomes] == [None] * 4
    assert [outcome.scenario.id for outcome in outcomes] == ["killer", "one", "two", "three"]
    assert told.events[-1] == "killer"
    assert told.side_by_side == side_by_side


async def test_a_story_lets_the_others_begin_before(stack: Stack) -> None:
    told = Told()
    stories = (told.scenario("later", begins_in=1.0), told.scenario("one"), told.scenario("two"))
    outcomes, _ = await Performance(stories, stack, PlainProgress(), limit=60.0).run()
    assert [outcome.error for outcome in outcomes] == [None] * 3
    assert told.events[-1] == "later"


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.id)
def test_at_another_pace_all_rules_of_a_story_keep_their_proportions(scenario: Scenario) -> None:
    slower = scenario.at_pace(2.0).at_pace(1.5)
    assert slower.pace == 3.0
    assert replace(slower, pace=1.0, places=scenario.places) == scenario
    for before, after in zip(scenario.places, slower.places, strict=True):
        assert _seconds(after.policy) == [3 * length for length in _seconds(before.policy)]
        assert (after.policy.deposit, after.id) == (before.policy.deposit, before.id)


def _seconds(policy: Policy) -> list[float]:
    lengths = [
        policy.slots.longest,
        policy.overstay.grace,
        policy.overstay.step,
        *(tier.ahead for tier in policy.cancellation),
        policy.grace,
        policy.lock_lead,
        policy.session_patience,
    ]
    return [length.total_seconds() for length in lengths]


def _outcome(*, passed: bool, took: float) -> Outcome:
    return Outcome(
        scenario=replace(Told().scenario("no-show"), places=(PLACE,)),
        seconds=20.0,
        error=None if passed else Unmet("LOCKED", "NO_SHOW"),
        last="finn books",
        waits=(Wait(driver="finn", took=0.2, allowed=15.0), Wait(driver="gita", took=took, allowed=6.0)),
    )


@pytest.mark.parametrize("pace", [1.0, 2.5, SLOWEST])
def test_at_any_pace_that_can_be_asked_for_the_sites_can_be_planted(pace: float) -> None:
    check(seed_of(tuple(scenario.at_pace(pace) for scenario in ALL)))


@pytest.mark.parametrize(
    ("conditions", "took", "slow"), [(QUIET, 0.3, False), (QUIET, 6.6, True), (BUSY, 0.3, True)]
)
def test_a_failure_is_told_with_what_the_machine_was_like_and_how_to_go_on(
    capsys: pytest.CaptureFixture[str], conditions: Conditions, took: float, slow: bool
) -> None:
    assert print_summary([_outcome(passed=False, took=took)], AGREE, conditions) == 1
    said = capsys.readouterr().out
    assert f"no-show: gita's booking took {took} s" in said
    assert "6.0 s" in said
    assert str(conditions) in said
    assert ("This is slow" in said) is slow
    assert "--at-once 4 --pace 2" in said
    assert said.splitlines()[-1] == "0 scenarios passed, 1 failed"


def test_a_payment_that_differs_fails_a_demo_whose_sums_agree(capsys: pytest.CaptureFixture[str]) -> None:
    books = replace(AGREE, differences=("not_posted pi_1 of 7F3K-2QVM-X9TA",))
    assert print_summary([_outcome(passed=True, took=0.3)], books, QUIET) == 1
    said = capsys.readouterr().out
    assert "DO NOT AGREE" in said
    assert "not_posted pi_1 of 7F3K-2QVM-X9TA" in said


def test_nothing_is_said_of_the_machine_when_all_went_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_summary([_outcome(passed=True, took=6.6)], AGREE, BUSY) == 0
    said = capsys.readouterr().out
    assert "Load" not in said
    assert "--pace" not in said
