"""What a process hears when a call to a reservation brings no answer: typed errors, whatever gRPC called it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from temporalio.api.common.v1 import GrpcStatus
from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure, NotFoundFailure, WorkflowNotReadyFailure
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError, TerminatedError
from temporalio.service import RPCError, RPCStatusCode

from contracts.publication import ReservationView
from domain.errors import Explanation
from domain.part import PartOf
from tests.api.stage import view_of
from workflows.client.failures import (
    CallBroken,
    CallFailed,
    EndedUnanswered,
    NoAnswerYet,
    NoWorkflow,
    Refused,
    TemporalAway,
)
from workflows.client.reservations import ReservationClient
from workflows.client.rpc import MEANING

CODE = "7F3K-2QVM-X9TA"
PATIENCE = timedelta(seconds=5)


class PlayedTemporal:
    """Answers updates of one workflow from a list; `healthy`: what the health check says."""

    def __init__(self, *answers: BaseException | ReservationView, healthy: bool = True) -> None:
        self.answers = list(answers)
        self.ids: list[str] = []
        self.healthy = healthy
        self.service_client = self
        self.views: list[BaseException | ReservationView] = []
        self.status = WorkflowExecutionStatus.TERMINATED

    def get_workflow_handle(self, workflow_id: str) -> "PlayedTemporal":
        return self

    async def execute_update(self, name: str, *, id: str, **_: Any) -> ReservationView:
        self.ids.append(id)
        return _said(self.answers)

    async def query(self, name: str, **_: Any) -> ReservationView:
        return _said(self.views)

    async def describe(self, **_: Any) -> "PlayedTemporal":
        return self

    async def check_health(self, **_: Any) -> bool:
        return self.healthy


def _said(answers: list[BaseException | ReservationView]) -> ReservationView:
    answer = answers.pop(0)
    if isinstance(answer, BaseException):
        raise answer
    return answer


def rpc(status: RPCStatusCode, detail: Any = None) -> RPCError:
    said = GrpcStatus(code=status.value, message="said")
    if detail is not None:
        said.details.add().Pack(detail)
    return RPCError("said", status, said.SerializeToString())


def no_workflow() -> RPCError:
    return rpc(RPCStatusCode.NOT_FOUND, NotFoundFailure())


def lost_task() -> RPCError:
    return rpc(RPCStatusCode.FAILED_PRECONDITION)


async def act(temporal: PlayedTemporal, update_id: str | None = "one") -> ReservationView:
    client = ReservationClient(cast(Client, temporal))
    return await client.act(CODE, "check_in", None, update_id=update_id, patience=PATIENCE)


ANSWERS: dict[RPCStatusCode, type[CallFailed]] = {
    RPCStatusCode.OK: TemporalAway,
    RPCStatusCode.CANCELLED: TemporalAway,
    RPCStatusCode.UNKNOWN: TemporalAway,
    RPCStatusCode.INVALID_ARGUMENT: CallBroken,
    RPCStatusCode.DEADLINE_EXCEEDED: TemporalAway,
    RPCStatusCode.NOT_FOUND: TemporalAway,
    RPCStatusCode.ALREADY_EXISTS: CallBroken,
    RPCStatusCode.PERMISSION_DENIED: TemporalAway,
    RPCStatusCode.RESOURCE_EXHAUSTED: TemporalAway,
    RPCStatusCode.FAILED_PRECONDITION: TemporalAway,
    RPCStatusCode.ABORTED: TemporalAway,
    RPCStatusCode.OUT_OF_RANGE: CallBroken,
    RPCStatusCode.UNIMPLEMENTED: CallBroken,
    RPCStatusCode.INTERNAL: TemporalAway,
    RPCStatusCode.UNAVAILABLE: TemporalAway,
    RPCStatusCode.DATA_LOSS: TemporalAway,
    RPCStatusCode.UNAUTHENTICATED: TemporalAway,
}
"""What a call that failed so, and whose server said nothing more, is answered with."""


@pytest.mark.parametrize("status", RPCStatusCode)
async def test_every_status_of_grpc_has_its_answer(status: RPCStatusCode) -> None:
    assert status in MEANING
    with pytest.raises(ANSWERS[status]):
        await act(PlayedTemporal(*(rpc(status) for _ in range(6))))


async def test_a_connection_that_broke_says_nothing_but_a_status() -> None:
    """As the SDK's core makes it by itself: UNKNOWN, "transport error", and no status of a server."""
    with pytest.raises(TemporalAway):
        await act(PlayedTemporal(RPCError("transport error", RPCStatusCode.UNKNOWN, b"")))


@pytest.mark.parametrize(
    ("failure", "becomes", "code"),
    [
        (no_workflow, NoWorkflow, "not_possible_now"),
        (
            lambda: rpc(RPCStatusCode.NOT_FOUND, NamespaceNotFoundFailure(namespace="misspelt")),
            TemporalAway,
            "temporal_unavailable",
        ),
        (lambda: rpc(RPCStatusCode.NOT_FOUND), TemporalAway, "temporal_unavailable"),
        (lambda: rpc(RPCStatusCode.INVALID_ARGUMENT), CallBroken, "internal_error"),
        (
            lambda: WorkflowUpdateFailedError(ApplicationError("full", type="slot_unavailable")),
            Refused,
            "slot_unavailable",
        ),
        (
            lambda: WorkflowUpdateFailedError(
                ApplicationError("closed", type="AcceptedUpdateCompletedWorkflow")
            ),
            EndedUnanswered,
            "not_possible_now",
        ),
        (lambda: WorkflowUpdateFailedError(TerminatedError("by hand")), CallBroken, "internal_error"),
        (WorkflowUpdateRPCTimeoutOrCancelledError, NoAnswerYet, "no_answer_yet"),
        (TimeoutError, NoAnswerYet, "no_answer_yet"),
    ],
)
async def test_each_failure_has_its_type_and_code(
    failure: Callable[[], BaseException], becomes: type[CallFailed], code: str
) -> None:
    with pytest.raises(becomes) as raised:
        await act(PlayedTemporal(failure()))
    assert raised.value.code == code


async def test_a_timeout_of_a_server_that_is_away_is_the_servers() -> None:
    with pytest.raises(TemporalAway):
        await act(PlayedTemporal(WorkflowUpdateRPCTimeoutOrCancelledError(), healthy=False))


async def test_an_update_that_met_lost_tasks_is_sent_again_under_its_id() -> None:
    temporal = PlayedTemporal(lost_task(), lost_task(), view_of(CODE))
    assert (await act(temporal)).code == CODE
    assert temporal.ids == ["one"] * 3


async def test_without_an_id_of_the_callers_a_repetition_is_still_the_same_call() -> None:
    temporal = PlayedTemporal(lost_task(), view_of(CODE), view_of(CODE))
    await act(temporal, update_id=None)
    await act(temporal, update_id=None)
    first, repeated, another = temporal.ids
    assert first == repeated != another


async def test_tasks_that_go_on_being_lost_end_as_a_server_that_is_away() -> None:
    temporal = PlayedTemporal(*(lost_task() for _ in range(6)))
    with pytest.raises(TemporalAway):
        await act(temporal)
    assert temporal.answers == []


@pytest.mark.parametrize(
    ("details", "why"),
    [
        (
            [{"code": "slot_over", "written": {"end": "2026-11-24T12:00:00+00:00"}, "zone": "Europe/Berlin"}],
            Explanation(code="slot_over", written={"end": "2026-11-24T12:00:00+00:00"}, zone="Europe/Berlin"),
        ),
        ([], None),
        ([{"free": 0}], None),
        ([{"code": "slot_over", "written": None, "zone": ""}], None),
        (["slot_over"], None),
    ],
)
async def test_the_explanation_of_a_refusal_comes_with_it(
    details: list[Any], why: Explanation | None
) -> None:
    refusal = ApplicationError("full", *details, type="slot_unavailable")
    with pytest.raises(Refused) as refused:
        await act(PlayedTemporal(WorkflowUpdateFailedError(refusal)))
    assert (refused.value.message, refused.value.why) == ("full", why)


def ended_unanswered() -> BaseException:
    return WorkflowUpdateFailedError(ApplicationError("closed", type="AcceptedUpdateCompletedWorkflow"))


async def undo(
    answer: BaseException,
    view: BaseException | ReservationView,
    status: WorkflowExecutionStatus = WorkflowExecutionStatus.TERMINATED,
) -> bool:
    temporal = PlayedTemporal(answer)
    temporal.views, temporal.status = [view], status
    client = ReservationClient(cast(Client, temporal))
    return await client.undo(CODE, PartOf.GROUP, patience=PATIENCE)


@pytest.mark.parametrize("over", [no_workflow, ended_unanswered])
@pytest.mark.parametrize(
    "unsaid",
    [
        TimeoutError,
        lambda: WorkflowQueryFailedError("cannot be replayed"),
        lambda: rpc(RPCStatusCode.UNAVAILABLE),
        lambda: rpc(RPCStatusCode.DEADLINE_EXCEEDED),
        lambda: rpc(RPCStatusCode.NOT_FOUND, NamespaceNotFoundFailure(namespace="misspelt")),
    ],
)
async def test_what_nobody_tells_the_end_of_does_not_count_as_undone(
    over: Callable[[], BaseException], unsaid: Callable[[], BaseException]
) -> None:
    """Its driver may have come."""
    with pytest.raises(NoAnswerYet):
        await undo(over(), unsaid())


@pytest.mark.parametrize("over", [no_workflow, ended_unanswered])
async def test_what_is_over_is_undone_unless_its_driver_came(over: Callable[[], BaseException]) -> None:
    assert await undo(over(), no_workflow())
    assert await undo(over(), view_of(CODE, state="CANCELLED"))
    assert not await undo(over(), view_of(CODE, state="COMPLETED"))


async def test_what_ended_before_its_first_task_is_undone() -> None:
    """No query will ever tell its view. One that has begun meanwhile may be booked."""
    not_ready = rpc(RPCStatusCode.FAILED_PRECONDITION, WorkflowNotReadyFailure())
    assert await undo(no_workflow(), not_ready)
    with pytest.raises(NoAnswerYet):
        await undo(no_workflow(), not_ready, WorkflowExecutionStatus.RUNNING)
