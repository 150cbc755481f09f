"""/healthz, /readyz, /metrics: for what runs and watches the process. No token needed, nothing personal told."""

import asyncio
from datetime import timedelta

import structlog
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client

from api.metrics import CONTENT_TYPE, ApiMetrics
from db.engine import Sessions
from workflows.client.rpc import is_reachable

_PATIENCE = timedelta(seconds=2)
_log = structlog.get_logger()


def health_router(sessions: Sessions, temporal: Client, metrics: ApiMetrics) -> APIRouter:
    """Over the clients that the process needs to be of use."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Say that the process runs")
    async def health() -> dict[str, str]:
        """The process runs. Says nothing about what it needs."""
        return {"status": "ok"}

    @router.get(
        "/readyz",
        summary="Say whether Postgres and Temporal can be reached",
        responses={503: {"description": "`missing` names what cannot be reached"}},
    )
    async def ready() -> Response:
        """Postgres and Temporal can be reached."""
        answers = await asyncio.gather(_answers(sessions), is_reachable(temporal, _PATIENCE))
        missing = [name for name, up in zip(("database", "temporal"), answers, strict=True) if not up]
        if missing:
            return JSONResponse({"status": "unavailable", "missing": missing}, status_code=503)
        return JSONResponse({"status": "ready", "missing": []})

    @router.get("/metrics", include_in_schema=False)
    async def exposition() -> Response:
        return Response(metrics.exposition(), media_type=CONTENT_TYPE)

    return router


async def _answers(sessions: Sessions) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()), sessions() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        _log.warning("database_not_reachable", error=type(error).__name__)
        return False
    return True
