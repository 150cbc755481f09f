"""Writes a row as its workflow says, unless somebody has written it since it was looked at."""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select

from activities.asking import UNKNOWN_RUN, Asking
from activities.people.projection import show
from activities.reconciliation.differences import IN_ROW, Difference
from activities.reconciliation.freeing import close_view
from activities.reconciliation.look import Look
from contracts.publication import Publication
from contracts.reconciliation import NOT_FOUND
from db.engine import Sessions
from db.queries import orphans
from db.tables import ReservationRow


async def mend_row(sessions: Sessions, look: Look, found: frozenset[Difference]) -> bool:
    """Is all of `found` mended now? A workflow that ended without a word is shown as cancelled by us."""
    if not found & IN_ROW:
        return not found - {Difference.SEARCH_ATTRIBUTES}
    standing = look.standing
    if standing is None:
        return False
    async with sessions.begin() as session:
        seen = select(ReservationRow).where(ReservationRow.code == look.code).with_for_update()
        row = await session.scalar(seen)
        if replace(look, row=row).written != look.written:
            return False  # on its way, after all
        if Difference.ROW_CLOSED in found and standing.closed_at is not None:
            # It ended before it could say so, and maybe before it had given its money back.
            await orphans.note(session, look.code, NOT_FOUND, datetime.now(UTC))
        if standing.view is None:
            await close_view(session, look.code, datetime.now(UTC))
            return True
        if row is not None:
            # Nobody wrote it since; a server that was restored knows a shorter history of the same run.
            row.run = UNKNOWN_RUN
            await session.flush()
        publication = Publication(
            version=standing.version,
            view=replace(standing.view, client_secret=None),
            closed=standing.closed_at is not None,
            now=standing.closed_at or look.at,
        )
        asked_at = max(look.at, row.asked_at) if row else look.at
        await show(session, publication, by=Asking(standing.run, asked_at))
    return not found - IN_ROW - {Difference.SEARCH_ATTRIBUTES}
