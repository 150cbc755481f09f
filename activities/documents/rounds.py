"""The worker's loop that issues documents: what was posted within seconds, statements once a month is over."""

import asyncio
import contextlib
from datetime import UTC, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.documents.issuing import DocumentIssuer, Issuing
from activities.documents.statements import StatementIssuer
from db.engine import create_sessions
from db.failures import may_pass

log = structlog.get_logger(__name__)

_SWEEP_S = 1.0
_SWEEPS_BETWEEN_STATEMENTS = 60


async def issue_documents(engine: AsyncEngine, issuing: Issuing | None, stop: asyncio.Event) -> None:
    """Until `stop` is set. None: nobody is named who could issue; what is due waits."""
    if issuing is None:
        log.warning("documents_wait_for_an_issuer")
        return
    sessions = create_sessions(engine)
    documents, statements = DocumentIssuer(sessions, issuing), StatementIssuer(sessions, issuing)
    sweep = 0
    while not stop.is_set():
        try:
            await documents.issue_all(datetime.now(UTC))
            if sweep % _SWEEPS_BETWEEN_STATEMENTS == 0:
                await statements.issue_all(datetime.now(UTC))
        except Exception as error:
            if may_pass(error):
                log.warning("documents_without_database", error=type(error).__name__)
            else:
                log.exception("documents_broke")
        sweep += 1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SWEEP_S):
                await stop.wait()
