"""What the audit trail had of endpoints' whole addresses is shortened, a page at a time, until none is left."""

from collections.abc import AsyncIterator
from hashlib import sha256

import pytest
from sqlalchemy import select

from activities.erasing.whole_urls import shorten_all_urls
from api.v1.views.records import audit_entry_out
from db.audit import Entry, record_entries
from db.engine import Sessions, create_engine, create_sessions
from db.tables import AuditEntry
from tests.factories import NOON
from texts.languages import Language
from texts.reader import Reader

WRITTEN = {
    "HTTPS://Hooks.example:8443/in?token=secret": "https://Hooks.example:8443",
    "https://user:secret@hooks.example/in": "https://hooks.example",
    "http://127.0.0.1:8080/secret": "http://127.0.0.1:8080",
    "https://[secret": "",
    "secret": "",
}


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=2)
    yield create_sessions(engine)
    await engine.dispose()


async def test_each_has_its_origin_and_digest_in_the_end_and_shows_no_more_until_then(
    sessions: Sessions,
) -> None:
    def entry(number: int, code: str, **detail: object) -> Entry:
        told = {"number": number, "active": True, **detail}
        return Entry(key=f"k{number}", at=NOON, actor="fleet:f", subject="s", code=code, detail=told)

    short = {"origin": "https://new.example", "digest": "d"}
    old = [entry(number, "webhook_endpoint_set", url=url) for number, url in enumerate(WRITTEN)]
    others = [entry(90, "webhook_endpoint_set", **short), entry(91, "other", url="https://kept.example/in")]
    async with sessions.begin() as session:
        await record_entries(session, [*old, *others])
    wanted = [
        {"number": n, "active": True, "origin": origin, "digest": sha256(url.encode()).hexdigest()}
        for n, (url, origin) in enumerate(WRITTEN.items())
    ]
    found = select(AuditEntry).order_by(AuditEntry.id)
    async with sessions() as session:
        shown = [
            audit_entry_out(row, Reader(Language.ENGLISH)) for row in (await session.scalars(found)).all()[:5]
        ]
    assert [one.detail for one in shown] == wanted
    assert "secret" not in "".join(one.text for one in shown)
    await shorten_all_urls(sessions, page=2)
    async with sessions() as session:
        kept = [row.detail for row in await session.scalars(found)]
    assert kept == [*wanted, *(one.detail for one in others)]
