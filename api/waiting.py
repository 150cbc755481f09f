"""Before Temporal was ever reached: probes are answered, and everybody else is told to come back."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.health import health_router
from api.metrics import ApiMetrics
from api.middleware import Observation
from runtime.readiness.readiness import Readiness
from workflows.client.failures import away

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Front:
    """What the port is bound to: `app` may be replaced while it serves. `leaving` is called when the server stops, and
    `settle` once it has: what was begun for who was answered already.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.leaving: Callable[[], None] = lambda: None
        self.settle: Callable[[], Awaitable[None]] = _nothing_begun

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


async def _nothing_begun() -> None:
    """Of an application that does nothing beside answering."""


def waiting_app(readiness: Readiness) -> FastAPI:
    """Answers every request but those of probes with `temporal_unavailable`."""
    metrics = ApiMetrics()
    app = FastAPI(title="Slotkeeper", docs_url=None, redoc_url=None, openapi_url=None)
    problems.install(app)
    app.add_middleware(Observation, metrics=metrics)
    app.include_router(health_router(readiness, metrics))

    @app.api_route("/{path:path}", methods=_METHODS)
    async def come_back(path: str) -> None:
        raise away()

    return app
