"""The document that the API serves, without anything that it stands on."""

from datetime import UTC, datetime
from typing import Any

from api.app import create_app

_NOBODY: Any = None
"""A document is made of routes: nobody is called."""


def served_document() -> dict[str, Any]:
    app = create_app(
        sessions=_NOBODY,
        temporal=_NOBODY,
        tokens=_NOBODY,
        stripe_webhook_secret="",
        readiness=_NOBODY,
        clock=lambda: datetime(2026, 12, 1, tzinfo=UTC),
    )
    return app.openapi()
