"""Lets go of what the payment provider said as soon as it was handled: a loop of the worker.

An event tells a payer's name, address and card, and may come long after its driver was erased. What the books, debts
and disputes need of it they have taken by then; who looks into one asks the provider by its id, within a month.
"""

import asyncio
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.rounds import page_by_page, repeat
from db.engine import Sessions, create_sessions
from db.personal.handled_events import let_go_of_handled

_SWEEP = timedelta(minutes=1)
_PAGE = 1_000


async def keep_no_handled_events(engine: AsyncEngine, stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    sessions = create_sessions(engine)

    async def go_round() -> None:
        await forget_handled_events(sessions)

    await repeat("handled_events", go_round, _SWEEP, stop)


async def forget_handled_events(sessions: Sessions, *, page: int = _PAGE) -> None:
    """All of them, a page a transaction."""
    await page_by_page(sessions, lambda session: let_go_of_handled(session, page))
