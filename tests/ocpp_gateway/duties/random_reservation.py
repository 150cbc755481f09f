"""A reservation of a random day, as its workflow remembers it."""

from dataclasses import dataclass
from datetime import datetime

from contracts.holds import OwnSession
from domain.reservation.grace import arrival_by
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.terms.accepted import Terms


@dataclass(slots=True)
class Reservation:
    code: str
    driver: str
    hold_id: int
    terms: Terms
    progress: Progress

    @property
    def grace_ends(self) -> datetime:
        return arrival_by(self.progress, self.terms.policy)

    def charges(self, session: OwnSession, now: datetime) -> None:
        """It has found its session, and follows it."""
        progress = self.progress
        progress.assigned(session.held.assignment, now)
        if progress.state in (State.CONFIRMED, State.LOCKED, State.NO_SHOW):
            progress.arrived(session.started_at)
        progress.charging_started(session.transaction_id, session.started_at)
        if session.ended_at is not None:
            progress.transaction_ended(session.ended_at)
