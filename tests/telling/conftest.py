"""People who are told by mail, with a real mail server."""

from collections.abc import AsyncIterator

import pytest

from db.engine import Sessions
from telling.mail import Mailing, MailTarget
from tests.activities.telling.conftest import engine, people, sessions
from tests.telling.postbox import Postbox, running_postbox
from texts.messages.letter import Pages

__all__ = ["engine", "people", "sessions"]

PAGES = Pages(origin="https://charging.example")


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    async with running_postbox() as running:
        yield running


@pytest.fixture
def target(sessions: Sessions, postbox: Postbox) -> MailTarget:
    return MailTarget(sessions, Mailing(server=postbox.server, pages=PAGES))
