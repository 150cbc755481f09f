"""Is what is asked for about what there is now? What was read may have been replaced before the answer to it arrives.

One rule a message that names what it is about, looked at together with the rule of its action.
"""

from collections.abc import Callable
from typing import Any

from domain.errors import BayChanged, DomainError, ProposalSuperseded
from domain.facts import refused_actions as why
from domain.reservation.actions.messages import AnswerMove, AtBay
from domain.reservation.progress import Progress

Meant = Callable[[Any, Progress], DomainError | None]
"""Of a message; None when there is still what it names, or it names nothing."""


def answers_this_proposal(ask: AnswerMove, progress: Progress) -> DomainError | None:
    open_now = progress.proposal
    if ask.proposal is None or open_now is None or ask.proposal == open_now.number:
        return None
    return ProposalSuperseded(why.AnotherProposed(proposal=open_now.number, bay=open_now.place.label))


def is_at_this_bay(ask: AtBay, progress: Progress) -> DomainError | None:
    place = progress.assignment
    if ask.at_connector is None or place is None or ask.at_connector == place.connector_id:
        return None
    return BayChanged(why.BayIsAnother(bay=place.label))
