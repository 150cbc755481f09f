"""/healthz, /readyz, /metrics: for what runs and watches the process. No token needed, nothing personal told."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api.metrics import CONTENT_TYPE, ApiMetrics
from runtime.readiness.readiness import Readiness


def health_router(readiness: Readiness, metrics: ApiMetrics) -> APIRouter:
    """Over what the process needs to be of use."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Say that the process runs")
    async def read_health() -> dict[str, str]:
        """The process runs. Says nothing about what it needs."""
        return {"status": "ok"}

    @router.get(
        "/readyz",
        summary="Say whether everything that bookings need is there",
        responses={503: {"description": "`missing` names each thing by `code`, with what mends it"}},
    )
    async def read_readiness() -> Response:
        """`missing` keeps bookings from working; `degraded` does not. Each has `code`, `detail` and `mend`."""
        report = await readiness.report()
        return JSONResponse(report.document(), status_code=200 if report.ready else 503)

    @router.get("/metrics", include_in_schema=False)
    async def exposition() -> Response:
        return Response(metrics.exposition(), media_type=CONTENT_TYPE)

    return router
