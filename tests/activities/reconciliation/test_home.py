"""A namespace that proves nothing frees nothing, until a person has looked."""

from datetime import timedelta
from uuid import uuid4

import pytest
from structlog.testing import capture_logs
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.reconciliation.home import Home
from activities.reconciliation.reconciler import ReconciliationActivities
from contracts.reconciliation import NOT_FOUND, NamespaceIdentity
from domain.reservation.code import workflow_id
from runtime.reconcile import Desk, Wish, parse, reconcile
from tests.activities.money.money_desk import SLOT
from tests.activities.reconciliation.left_behind import LeftBehind, some_code
from tests.api.namespace import own_namespace
from workflows.client.ended import EndedReservations
from workflows.client.failures import TemporalAway
from workflows.client.namespace import NamespaceMemory

ELSEWHERE = NamespaceIdentity(id=str(uuid4()), name="elsewhere", retention=timedelta(days=1))


async def test_where_the_namespace_is_missing_nothing_is_freed(left_behind: LeftBehind, code: str) -> None:
    """It says NOT_FOUND too, about every workflow, but names none that is missing."""
    await left_behind.recorded(code)
    await left_behind.desk.authorise(code=code)
    client = Client(left_behind.client.service_client, namespace="no-such-namespace")
    work = ReconciliationActivities(
        left_behind.desk.sessions, left_behind.desk.stripe, NamespaceMemory(client), EndedReservations(client)
    )
    with pytest.raises(TemporalAway):
        await ActivityEnvironment().run(work.release_orphans, 0)
    assert await left_behind.is_untouched(code)
    assert (await left_behind.desk.totals())["authorized"] == 1000


async def test_another_namespace_than_that_of_the_first_run_frees_nothing(
    left_behind: LeftBehind, code: str
) -> None:
    """Not even what it describes as closed: it may be of the same name."""
    await Home(left_behind.desk.sessions).accept(ELSEWHERE)
    await (await left_behind.booked(code)).terminate()
    with capture_logs() as said:
        report = await left_behind.reconcile()
    assert (report.implausible, report.released) == ("another_namespace", [])
    assert await left_behind.is_untouched(code)
    assert (await left_behind.desk.totals())["authorized"] == 1000
    assert left_behind.counted.bugs() == ["implausible_another_namespace"]
    (alarm,) = [entry for entry in said if entry["event"] == "reconciler_view_implausible"]
    assert (alarm["log_level"], alarm["ours"]) == ("error", ELSEWHERE.id)
    assert "python -m runtime.reconcile" in alarm["then"]


async def test_a_worker_pointed_at_another_existing_namespace_frees_nothing(
    left_behind: LeftBehind, code: str, temporal_env: WorkflowEnvironment
) -> None:
    await left_behind.booked(code)
    assert (await left_behind.reconcile()).implausible == ""
    ours, left_behind.client = left_behind.client, await own_namespace(temporal_env, f"other-{uuid4().hex}")
    report = await left_behind.reconcile()
    assert (report.implausible, report.examined, report.released) == ("another_namespace", 0, [])
    assert await left_behind.is_untouched(code)
    left_behind.client = ours
    assert (await left_behind.reconcile()).implausible == "", "and by itself it goes on in ours"


async def test_a_namespace_that_does_not_know_most_frees_nothing(left_behind: LeftBehind) -> None:
    codes = [some_code() for _ in range(2)]
    for number, code in enumerate(codes, start=5):
        await left_behind.recorded(code, SLOT.moved_to(SLOT.end + number * timedelta(hours=3)))
    await left_behind.others(running=1)
    report = await left_behind.reconcile()
    assert (report.implausible, report.unknown, report.examined) == ("most_unknown", 2, 3)
    assert [await left_behind.is_untouched(code) for code in codes] == [True, True]
    assert left_behind.counted.bugs() == ["implausible_most_unknown"]


async def test_a_namespace_that_forgot_a_run_of_the_reconciler_frees_nothing(
    left_behind: LeftBehind, code: str
) -> None:
    """As a server does that was restored from a backup: it knows most, but not what came later."""
    await left_behind.reconcile(attempt=left_behind.attempt_of("reconciliation-lost", str(uuid4())))
    await left_behind.recorded(code)
    await left_behind.others(running=2)
    for _ in range(2):
        assert (await left_behind.reconcile()).implausible == "memory_lost"
    assert await left_behind.is_untouched(code)


async def test_a_person_looks_first_and_then_accepts_the_namespace(
    left_behind: LeftBehind, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await Home(left_behind.desk.sessions).accept(ELSEWHERE)
    await left_behind.recorded(code)
    await left_behind.desk.authorise(code=code)
    assert await _told(left_behind) == 0
    assert f"{code} NOT_FOUND" in capsys.readouterr().out
    assert await _told(left_behind, "--free", code, "--yes") == 1, "not by the word of another namespace"
    assert await _told(left_behind, "--accept-namespace", "--free-unknown") == 0
    assert f"would be freed: {code}" in capsys.readouterr().out
    assert await left_behind.is_untouched(code)
    assert (await left_behind.reconcile()).implausible == "another_namespace"
    assert await _told(left_behind, "--accept-namespace", "--free-unknown", "--yes") == 0
    assert not await left_behind.is_untouched(code)
    assert (await left_behind.desk.totals())["authorized"] == 0
    assert (await left_behind.reconcile()).implausible == ""


async def test_looking_makes_no_namespace_ours(
    left_behind: LeftBehind, temporal_env: WorkflowEnvironment
) -> None:
    ours, left_behind.client = left_behind.client, await own_namespace(temporal_env, f"other-{uuid4().hex}")
    assert await _told(left_behind) == 0
    left_behind.client = ours
    assert (await left_behind.reconcile()).implausible == ""


async def test_a_person_frees_none_whose_workflow_runs(left_behind: LeftBehind, code: str) -> None:
    await left_behind.booked(code)
    assert await _told(left_behind, "--free", code, "--yes") == 0
    assert await left_behind.is_untouched(code)


async def test_a_person_frees_none_whose_workflow_began_during_the_survey(
    left_behind: LeftBehind, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    class Revived(NamespaceMemory):
        """Right after it was found unknown, its workflow begins."""

        async def ended_as(self, code: str) -> str | None:
            ended_as = await super().ended_as(code)
            if ended_as == NOT_FOUND:
                await left_behind.started(workflow_id(code))
            return ended_as

    desk = left_behind.desk
    await left_behind.recorded(code)
    await desk.authorise(code=code)
    revived = Desk(desk.sessions, desk.stripe, Revived(left_behind.client), left_behind.ended)
    assert await reconcile(revived, parse(["--free-unknown", "--yes"])) == 0
    assert f"{code} is left alone" in capsys.readouterr().out
    assert await left_behind.is_untouched(code)
    assert (await desk.totals())["authorized"] == 1000


async def test_versions_are_forgotten_at_a_persons_word_and_from_a_named_instant_on(
    left_behind: LeftBehind, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await left_behind.booked(code)
    assert await _told(left_behind, "--forget-versions-since", "2026-01-01T00:00:00Z") == 0
    assert "versions of 1 reservations would be forgotten" in capsys.readouterr().out
    assert await _told(left_behind, "--forget-versions-since", "2026-01-01T00:00:00Z", "--yes") == 0
    assert "versions of 1 reservations forgotten" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        parse(["--forget-versions-since", "2026-01-01T00:00:00"])


async def _told(left_behind: LeftBehind, *arguments: str) -> int:
    wish: Wish = parse(arguments)
    desk = left_behind.desk
    return await reconcile(Desk(desk.sessions, desk.stripe, left_behind.namespace, left_behind.ended), wish)
