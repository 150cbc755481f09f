"""What can be wrong with a message. Neutral names; each version has its own OCPP error codes for them."""

from enum import StrEnum


class MessageProblem(StrEnum):
    UNREADABLE = "unreadable"
    """Not JSON, not an array, or no usable message id."""
    MESSAGE_TYPE = "message_type"
    """The message type number is none of CALL, CALLRESULT, CALLERROR."""
    UNKNOWN_ACTION = "unknown_action"
    NOT_OURS = "not_ours"
    """The action exists, but we do not serve it."""
    MALFORMED = "malformed"
    """The payload does not have the shape of the action."""
    INCOMPLETE = "incomplete"
    """A required field is missing."""
    OCCURRENCE = "occurrence"
    """Too few or too many elements."""
    WRONG_TYPE = "wrong_type"
    WRONG_VALUE = "wrong_value"
    INTERNAL = "internal"


class OcppProblem(Exception):
    """A message that is answered with a CALLERROR. `code` is the problem's stable name."""

    def __init__(self, problem: MessageProblem, description: str) -> None:
        super().__init__(description)
        self.problem = problem
        self.description = description

    @property
    def code(self) -> str:
        return self.problem.value
