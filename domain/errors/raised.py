"""What all errors of the domain have: a stable code, and a fact that says why."""

from dataclasses import dataclass
from typing import Any, Protocol, Self


class Why(Protocol):
    """What to do next, for people: a fact of `domain.facts.refusals`, at hand or written down."""

    @property
    def code(self) -> str: ...

    def parameters(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Such a fact written down, to cross from one process to another. `zone`: IANA name of its site, if known."""

    code: str
    written: dict[str, Any]
    zone: str = ""

    @classmethod
    def of(cls, why: Why, zone: str = "") -> Self:
        return cls(code=why.code, written=why.parameters(), zone=zone)

    def parameters(self) -> dict[str, Any]:
        return self.written


class DomainError(Exception):
    """A refusal by a rule. `code` is stable snake_case; `message` is for developers and logs, in English."""

    code = "domain_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Explained(DomainError):
    """A refusal that people read: `why` is told in their language by `texts`, the message is its code and parameters.

    `code`: of a rule that refused elsewhere.
    """

    def __init__(self, why: Why, *, code: str = "") -> None:
        parameters = why.parameters()
        super().__init__(f"{why.code} {parameters}" if parameters else why.code)
        self.why = why
        self.code = code or type(self).code


class IllegalTransition(DomainError):
    """A state change that the transition table lacks. Always a bug or a lost race, never silent."""

    code = "illegal_transition"


class ActionFailed(Explained):
    """A part we depend on did not answer while an action was carried out. That is over: it is to be asked for anew."""

    code = "action_failed"


class CurrencyMismatch(DomainError):
    code = "currency_mismatch"


class ServiceUnavailable(Explained):
    """A part we depend on did not answer in time; nothing was changed, the same request may be repeated."""

    code = "temporarily_unavailable"
