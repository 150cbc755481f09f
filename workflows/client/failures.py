"""A call to Temporal that brought no answer: typed errors with stable codes, and what they are made of.

No face is known here: each decides by `code` how it shows them.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from workflows.client.rpc import RpcFailure, rpc_failure

_ENDED_BEFORE_ANSWERING = "AcceptedUpdateCompletedWorkflow"
"""The server's failure type for an update whose workflow closed (or was terminated) under it."""
_log = structlog.get_logger()


class CallFailed(Exception):
    """`code` is stable snake_case; `message` tells people what to do next."""

    code = "internal_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TemporalAway(CallFailed):
    """Temporal cannot be reached, or not by us. The same call may succeed later; with its id it acts once."""

    code = "temporal_unavailable"


class NoAnswerYet(CallFailed):
    """Nobody answered in time, and may still act: the same call with the same id meets the same answer."""

    code = "no_answer_yet"


class NoWorkflow(CallFailed):
    """It is closed, or was never begun: nothing has been done."""

    code = "not_possible_now"


class EndedUnanswered(CallFailed):
    """The workflow closed, or was terminated, before it answered."""

    code = "not_possible_now"


class Refused(CallFailed):
    """The workflow's own refusal: `code` is the domain's, `details` whatever came with it."""

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


class CallBroken(CallFailed):
    """A mistake of ours: this very call is wrong, or the workflow failed while it answered."""


def away() -> TemporalAway:
    return TemporalAway("reservations cannot be reached right now; try again shortly, with the same key")


def of_rpc(error: RPCError) -> CallFailed:
    """What a failed RPC of a start, update, query or activity stands for; raise it from `error`."""
    failure = rpc_failure(error)
    if failure is RpcFailure.NO_WORKFLOW:
        return NoWorkflow("the reservation has ended; nothing more can be done with it")
    if failure is RpcFailure.REFUSED:
        _log.error("temporal_call_failed", status=error.status.name, error=error.message)
        return CallBroken("the call was refused")
    _log.warning("temporal_unavailable", status=error.status.name, error=error.message)
    return away()


def of_update(cause: BaseException | None) -> CallFailed:
    """What a failed update stands for. Refusals arrive as ApplicationError whose `type` is the domain's code."""
    if isinstance(cause, ApplicationError) and cause.type is not None:
        if cause.type == _ENDED_BEFORE_ANSWERING:
            return EndedUnanswered("the reservation ended before it could answer")
        details = cause.details[0] if cause.details else None
        return Refused(cause.type, cause.message, details if isinstance(details, Mapping) else None)
    _log.error("update_failed", cause=type(cause).__name__)
    return CallBroken("the update failed")
