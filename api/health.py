"""/healthz, /readyz, /metrics: for what runs and watches the process. No token needed, nothing personal told."""

import asyncio
from datetime import timedelta

import structlog
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from api.metrics import CONTENT_TYPE
from api.services import Services, ServicesHere

router = APIRouter(tags=["health"])
_PATIENCE = timedelta(seconds=2)
_log = structlog.get_logger()


@router.get("/healthz", summary="Say that the process runs")
async def health() -> dict[str, str]:
    """The process runs. Says nothing about what it needs."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="Say whether Postgres and Temporal can be reached",
    responses={503: {"description": "`missing` names what cannot be reached"}},
)
async def ready(services: ServicesHere) -> Response:
    """Postgres and Temporal can be reached."""
    answers = await asyncio.gather(_database(services), _temporal(services))
    missing = [name for name, up in zip(("database", "temporal"), answers, strict=True) if not up]
    if missing:
        return JSONResponse({"status": "unavailable", "missing": missing}, status_code=503)
    return JSONResponse({"status": "ready", "missing": []})


@router.get("/metrics", include_in_schema=False)
async def metrics(services: ServicesHere) -> Response:
    return Response(services.metrics.exposition(), media_type=CONTENT_TYPE)


async def _database(services: Services) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()), services.sessions() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        _log.warning("database_not_reachable", error=type(error).__name__)
        return False
    return True


async def _temporal(services: Services) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            return await services.temporal.service_client.check_health(timeout=_PATIENCE)
    except (RPCError, RuntimeError, TimeoutError) as error:
        _log.warning("temporal_not_reachable", error=type(error).__name__)
        return False
