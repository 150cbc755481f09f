"""The same stage where people are told by every channel that there is, or by others than mail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx

from api.app import create_app
from api.tokens.bearer import TokenVerifier
from api.tokens.keys import LocalKey
from domain.telling.channels import Channel, Offered
from tests.api.stage import Stage
from tests.factories.readiness import readiness_over

PUSH_KEY = "BPtqYeb8JIuOj7tFzbh5uv0o1TDFDe0HqpGYLJCDvIC2RFAcNvIWqZkYFBJWnAeBWRmBpSMRzGPpYeJGmYzWPYs"


@asynccontextmanager
async def everything_offered(
    stage: Stage, channels: frozenset[Channel] = frozenset(Channel)
) -> AsyncIterator[Stage]:
    services = stage.app.state.services
    app = create_app(
        sessions=stage.sessions,
        temporal=stage.temporal,
        tokens=TokenVerifier(
            LocalKey(stage.issuer.public_key_file), issuer="slotkeeper", audience="slotkeeper-api"
        ),
        stripe_webhook_secret="whsec_x",
        readiness=readiness_over(stage.sessions, stage.temporal),
        clock=services.clock,
        offered=Offered(channels=channels, push_key=PUSH_KEY),
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as http:
        yield replace(stage, app=app, http=http)
    await app.state.services.desk.live.aclose()
