"""What is promised with a slot that a hold is moved to: which bay, how likely that is kept, what it takes."""

from dataclasses import dataclass, replace

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.holds import MoveHold
from db.documents import (
    certainty_from_document,
    certainty_to_document,
    named_bay_from_document,
    named_bay_to_document,
    needs_from_document,
    needs_to_document,
)
from db.queries.place.pools import decided
from db.tables import Hold
from domain.place.bay_by_name import named_bay
from domain.place.certainty import certainty_of
from domain.place.choice import Choice
from domain.place.fit import Needs
from domain.place.holds import HoldTimes
from domain.place.pool import Pool
from domain.terms.accepted import Terms
from domain.terms.certainty import Certainty
from domain.terms.named_bay import NamedBay


def needs_asked(hold: Hold, ask: MoveHold) -> Needs:
    """Of a bay: as it was booked, but for the one that is named now."""
    needs = needs_from_document(hold.needs)
    return needs if ask.bay is None else needs.at(ask.bay)


def seen_by(pool: Pool, hold: Hold, ask: MoveHold) -> Pool:
    """As whoever asks sees it. A name that was kept is dropped where no bay is called so any more; one that is named
    now is not.
    """
    needs = needs_asked(hold, ask)
    return replace(pool, needs=needs if ask.bay else pool.ground.still(needs))


async def note_bay(session: AsyncSession, hold: Hold, ask: MoveHold, needs: Needs) -> None:
    """Also with the holds before it: by the first one a reservation is moved when its place is lost."""
    if ask.bay is None and needs == needs_from_document(hold.needs):
        return
    mine = Hold.reservation_code == hold.reservation_code
    await session.execute(update(Hold).where(mine).values(needs=needs_to_document(needs)))


@dataclass(frozen=True, slots=True)
class Promise:
    """What is told of another slot: how likely it is kept, and what the bay that was named takes from others."""

    certainty: Certainty | None
    named_bay: NamedBay | None

    def note(self, hold: Hold) -> None:
        hold.certainty = certainty_to_document(self.certainty)
        hold.named_bay = named_bay_to_document(self.named_bay)


def promise_noted(hold: Hold) -> Promise:
    return Promise(certainty_from_document(hold.certainty), named_bay_from_document(hold.named_bay))


async def promise_of(
    session: AsyncSession, pool: Pool, times: HoldTimes, code: str, choice: Choice
) -> Promise:
    """`pool`: without what leaves its place for it."""
    sure = certainty_of(pool, times.slot, code, choice.connector_id)
    cost = await decided(session, [pool], lambda seen: named_bay(seen[0], times, code, choice))
    return Promise(sure, cost)


def as_promised(ask: MoveHold, terms: Terms | None, told: Promise) -> Terms | None:
    """Another slot is promised anew; with a longer one it stays as it was. None: they are as they were.

    Where nobody has reckoned how likely it is kept, as of a place that was given for one that was lost, that stays.
    """
    valid = terms or ask.terms
    if ask.keep_connector or valid is None:
        return terms
    promised = replace(valid, certainty=told.certainty or valid.certainty, named_bay=told.named_bay)
    return terms if promised == valid else promised
