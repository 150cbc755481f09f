"""A call to Temporal that brought no answer: typed errors with stable codes, and what they are made of.

No face is known here: each decides by `code` how it shows them.
"""

import structlog
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from domain.errors import Explanation, Why
from domain.facts.refused_actions import HasEnded
from domain.facts.refused_for_now import MayStillAct, OurFault, ReservationsAway
from workflows.client.rpc import RpcFailure, rpc_failure

_ENDED_BEFORE_ANSWERING = "AcceptedUpdateCompletedWorkflow"
"""The server's failure type for an update whose workflow closed (or was terminated) under it."""
_log = structlog.get_logger()


class CallFailed(Exception):
    """`code` is stable snake_case; `why` tells people what to do next, `message` is for logs."""

    code = "internal_error"
    why: Why | None = OurFault()

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TemporalAway(CallFailed):
    """Temporal cannot be reached, or not by us. The same call may succeed later; with its id it acts once."""

    code = "temporal_unavailable"
    why = ReservationsAway()


class TemporalNotSetUp(CallFailed):
    """The namespace lacks search attributes: nothing can be booked there until an operator has registered them."""

    code = "temporal_not_set_up"
    why = ReservationsAway()


class NoAnswerYet(CallFailed):
    """Nobody answered in time, and may still act: the same call with the same id meets the same answer."""

    code = "no_answer_yet"
    why = MayStillAct()


class NoWorkflow(CallFailed):
    """It is closed, or was never begun: nothing has been done."""

    code = "not_possible_now"
    why = HasEnded()


class EndedUnanswered(CallFailed):
    """The workflow closed, or was terminated, before it answered."""

    code = "not_possible_now"
    why = HasEnded()


class Refused(CallFailed):
    """The workflow's own refusal: `code` is the domain's; `why` None: it did not say."""

    def __init__(self, code: str, message: str, why: Why | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.why = why


class CallBroken(CallFailed):
    """A mistake of ours: this very call is wrong, or the workflow failed while it answered."""


def away() -> TemporalAway:
    return TemporalAway("neither an answer nor the server")


def of_rpc(error: RPCError) -> CallFailed:
    """What a failed RPC of a start, update, query or activity stands for; raise it from `error`."""
    failure = rpc_failure(error)
    if failure is RpcFailure.NO_WORKFLOW:
        return NoWorkflow(error.message)
    if failure is RpcFailure.REFUSED:
        _log.error("temporal_call_failed", status=error.status.name, error=error.message)
        return CallBroken("the call was refused")
    if failure is RpcFailure.SHUT_OUT:
        _log.error("temporal_shuts_us_out", status=error.status.name, error=error.message)
        return away()
    _log.warning("temporal_unavailable", status=error.status.name, error=error.message)
    return away()


def of_update(cause: BaseException | None) -> CallFailed:
    """What a failed update stands for. Refusals arrive as ApplicationError whose `type` is the domain's code."""
    if isinstance(cause, ApplicationError) and cause.type is not None:
        if cause.type == _ENDED_BEFORE_ANSWERING:
            return EndedUnanswered(cause.message)
        return Refused(cause.type, cause.message, _explanation(cause))
    _log.error("update_failed", cause=type(cause).__name__)
    return CallBroken("the update failed")


def _explanation(refusal: ApplicationError) -> Explanation | None:
    """As the workflow wrote it down; None when it gave none, or one that we cannot read."""
    match refusal.details:
        case [{"code": str(code), "written": dict(written), "zone": str(zone)}, *_]:
            return Explanation(code=code, written=written, zone=zone)
        case _:
            return None
