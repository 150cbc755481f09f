"""Each change of what is remembered of trouble, by name: of the connector that a reservation has, and of its charger.

The part of `domain.reservation.progress` that keeps the intervals. What they are: `domain.charging.trouble`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.charging.enforcement import EnforcementLevel
from domain.charging.trouble import (
    BROKEN,
    CLOCKS_DIFFER,
    Trouble,
    TroubleCause,
    began,
    cuts_short,
    is_failure,
)
from domain.reservation.remembered import Contest, Remembered

BEGINS_WITHIN = timedelta(minutes=3)
"""In which a transaction follows a start that was accepted: chargers wait no longer for the cable."""


@dataclass(slots=True, kw_only=True)
class Troubled(Remembered):
    """`at`: when it happened. `noticed_at`: when it was heard of; None: then, too. `whole_charger`: its own place."""

    def broke(
        self,
        cause: TroubleCause,
        at: datetime,
        noticed_at: datetime | None = None,
        *,
        whole_charger: bool = False,
    ) -> None:
        """`cause`: of BROKEN."""
        self._begins(cause, at, noticed_at, whole_charger=whole_charger)

    def mended(self, at: datetime, *, whole_charger: bool = False) -> None:
        """By its own word, by what shows it, or by an operator's."""
        self._ends(at, BROKEN, whole_charger=whole_charger)

    def not_broken_by_answer(self, at: datetime) -> None:
        """An answer to ReserveNow said so, and the connector shows that it is well."""
        self.device.called_broken = False
        self.mended(at)

    def went_offline(self, at: datetime, noticed_at: datetime | None = None) -> None:
        self._begins(TroubleCause.SILENT, at, noticed_at, whole_charger=True)

    def came_online(self, at: datetime) -> None:
        self._ends(at, {TroubleCause.SILENT}, whole_charger=True)
        self.silence_told = False

    def told_of_silence(self) -> None:
        self.silence_told = True

    def start_answered(self, at: datetime, *, accepted: bool) -> None:
        """A start that the driver asked for. Refused, or without an answer, it is our trouble until one succeeds."""
        self.start_accepted_at = at if accepted else None
        if accepted:
            self._ends(at, {TroubleCause.START_FAILED})
        else:
            self._begins(TroubleCause.START_FAILED, at)

    def start_came_to_nothing(self, at: datetime) -> bool:
        """Accepted, and by `at` no transaction has begun for so long that none will: then it failed, like one that was
        refused. Whether the charger, the cable or the car is to blame nobody can tell.
        """
        asked_at = self.start_accepted_at
        if asked_at is None or at < asked_at + BEGINS_WITHIN:
            return False
        self.start_accepted_at = None
        self._begins(TroubleCause.START_FAILED, asked_at + BEGINS_WITHIN)
        return True

    def works(self, at: datetime) -> None:
        """It delivers from `at` on: whatever was wrong before is over, and nothing that began since."""
        self.contest = self.start_accepted_at = None
        before = at + CLOCKS_DIFFER
        self._ends(at, BROKEN | {TroubleCause.OCCUPIED, TroubleCause.START_FAILED}, before=before)
        self._ends(at, BROKEN, whole_charger=True, before=before)

    def found_at_lock(
        self,
        at: datetime,
        *,
        contested: bool,
        broken: bool,
        charger_broken: bool = False,
        silent_since: datetime | None,
    ) -> None:
        """How the connector stood when it was fixed. Nobody tells of what began, or ended, before it was watched."""
        if contested:
            self.contest = Contest()
            self._begins(TroubleCause.OCCUPIED, at)
        else:
            self.vacated(at)
        for whole_charger, is_broken in ((False, broken), (True, charger_broken)):
            if is_broken:
                self.broke(TroubleCause.FAULT, at, whole_charger=whole_charger)
            else:
                # Of a lock that has failed, no status tells.
                self._ends(at, BROKEN - {TroubleCause.LOCK_FAILURE}, whole_charger=whole_charger)
        if silent_since is None:
            self.came_online(at)
        else:
            self.went_offline(silent_since)

    def contested_by_stranger(self, at: datetime) -> None:
        """The charger started without our leave: that is all its hold is worth, and the bay may stay blocked."""
        self.enforcement = EnforcementLevel.SOFT
        self.contest = self.contest or Contest(since=at)
        self._begins(TroubleCause.OCCUPIED, at)

    def vacated(self, at: datetime) -> None:
        self.contest = None
        self._ends(at, {TroubleCause.OCCUPIED})

    def left_all_trouble(self, at: datetime) -> None:
        """For another place: nobody tells of the former one any more."""
        here = self.standing_troubles
        self.start_accepted_at, self.silence_told = None, False
        self.troubles = [one if one.ended_at or one in here else one.ended(at) for one in self.troubles]

    def is_cut_short(self, at: datetime, reason: str) -> bool:
        """Did the transaction that ended `at` end for trouble, by its `reason` or by what stands?"""
        broken = any(cuts_short(one, reason) and one.stands_at(at) for one in self.troubles_here)
        return broken or is_failure(reason)

    def _begins(
        self,
        cause: TroubleCause,
        at: datetime,
        noticed_at: datetime | None = None,
        *,
        whole_charger: bool = False,
    ) -> None:
        place = self.assignment
        if place is None:
            return
        new = Trouble(
            cause=cause,
            charger_id=place.charger_id,
            connector_number=None if whole_charger else place.connector_number,
            began_at=at,
            noticed_at=noticed_at or at,
        )
        self.troubles = began(self.troubles, new)

    def _ends(
        self,
        at: datetime,
        causes: Collection[TroubleCause],
        *,
        whole_charger: bool = False,
        before: datetime | None = None,
    ) -> None:
        """`before`: only what began by then."""
        place = self.assignment
        number = None if whole_charger or place is None else place.connector_number
        over = [
            one
            for one in self.standing_troubles
            if one.cause in causes
            and one.connector_number == number
            and (before is None or one.began_at <= before)
        ]
        self.troubles = [one.ended(at) if one in over else one for one in self.troubles]
