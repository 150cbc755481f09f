"""What was asked of the fake world latest, as the real one keeps it: by version within a run, else by when."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from temporalio.exceptions import ApplicationError

from activities.asking import Asking, asking
from activities.holds.transaction import AskOfReservation
from contracts.declaration import SUPERSEDED
from contracts.holds import HoldDecision

if TYPE_CHECKING:
    from tests.workflows.site import Site

Ask = TypeVar("Ask", bound=AskOfReservation)
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Latest:
    """Of each reservation, by its code."""

    _asked: dict[str, tuple[Asking, int]] = field(default_factory=dict)

    def allows(self, code: str, version: int) -> bool:
        """Is nothing later known than what is being asked?"""
        if code not in self._asked:
            return True
        (kept, of), asked = self._asked[code], asking()
        return (of, kept.at) <= (version, asked.at) if kept.run == asked.run else kept.at <= asked.at

    def is_now(self, code: str, version: int) -> None:
        self._asked[code] = (asking(), version)


def fenced(
    does: "Callable[[Site, Ask], Answer]",
) -> "Callable[[Site, Ask], Coroutine[Any, Any, Answer]]":
    """One transaction as the real ones: late writes of lost attempts are refused, and a refusal leaves no trace."""

    @wraps(does)
    async def behind_the_fence(site: "Site", ask: Ask) -> Answer:
        await site.troubles.meet(getattr(does, "__name__", ""))
        if not site.latest.allows(ask.code, ask.version):
            raise ApplicationError(
                f"{ask.code} has asked for something later", type=SUPERSEDED, non_retryable=True
            )
        answer = does(site, ask)
        if not (isinstance(answer, HoldDecision) and answer.refusal):
            site.latest.is_now(ask.code, ask.version)
        return answer

    return behind_the_fence
