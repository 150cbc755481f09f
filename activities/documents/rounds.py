"""The worker's loop that issues documents: what was posted within seconds, statements once a month is over."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.documents.issuing import DocumentIssuer, Issuing
from activities.documents.statements import StatementIssuer
from activities.rounds import repeat
from db.engine import create_sessions

log = structlog.get_logger(__name__)

_SWEEP = timedelta(seconds=1)
_ROUNDS_BETWEEN_STATEMENTS = 60


async def issue_documents(engine: AsyncEngine, issuing: Issuing | None, stop: asyncio.Event) -> None:
    """Until `stop` is set. None: nobody is named who could issue; what is due waits."""
    if issuing is None:
        log.warning("documents_wait_for_an_issuer")
        return
    sessions = create_sessions(engine)
    documents, statements = DocumentIssuer(sessions, issuing), StatementIssuer(sessions, issuing)
    rounds = itertools.count()

    async def go_round() -> None:
        with_statements = next(rounds) % _ROUNDS_BETWEEN_STATEMENTS == 0
        await documents.issue_all(datetime.now(UTC))
        if with_statements:
            await statements.issue_all(datetime.now(UTC))

    await repeat("documents", go_round, _SWEEP, stop)
