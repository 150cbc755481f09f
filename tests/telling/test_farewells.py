"""The last message to an address that is given up: it leaves, and nothing of where it went stays."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.telling.farewells import part
from activities.telling.forgetting import FAREWELLS_KEPT, forget_old_messages
from db.engine import Sessions
from db.queries.contact_points import take_away
from db.tables import ContactPoint, Farewell, InboxEvent, OutboxDelivery
from domain.telling.parting import Parting
from telling.letters import GIVEN_UP_AFTER
from telling.mail import MailTarget
from telling.post import letter_relay
from tests.activities.telling.people import People
from tests.factories import NOON
from tests.telling.postbox import Postbox

ADDRESS = "ada@drivers.example"


class Farewells:
    def __init__(self, engine: AsyncEngine, sessions: Sessions, target: MailTarget) -> None:
        self._engine, self._sessions, self._target = engine, sessions, target

    async def said(self, why: Parting, *, ago: timedelta = timedelta()) -> None:
        """To all addresses, which are gone with it."""
        now = datetime.now(UTC) - ago
        async with self._sessions.begin() as session:
            rows = (await session.scalars(select(ContactPoint))).all()
            await part(session, rows, why, now)
            for row in rows:
                take_away(row, now)

    async def deliver(self) -> list[str]:
        await letter_relay(self._engine, self._target).deliver_all()
        async with self._sessions() as session:
            return list(await session.scalars(select(OutboxDelivery.outcome).order_by(OutboxDelivery.id)))

    async def be_due(self) -> None:
        async with self._sessions.begin() as session:
            await session.execute(update(OutboxDelivery).values(not_before=None))

    async def kept(self) -> list[str]:
        """Addresses, wherever one may stand."""
        async with self._sessions() as session:
            rows = [*await session.scalars(select(Farewell)), *await session.scalars(select(ContactPoint))]
            facts = (await session.scalars(select(InboxEvent))).all()
        assert not any(ADDRESS in str((one.subject, one.payload, one.event_id)) for one in facts)
        return [row.address for row in rows if row.address]


@pytest.fixture
def farewells(engine: AsyncEngine, sessions: Sessions, target: MailTarget) -> Farewells:
    return Farewells(engine, sessions, target)


@pytest.mark.parametrize(("why", "leads"), [(Parting.REMOVED, True), (Parting.ERASED, False)])
async def test_it_leaves_after_the_address_has_gone_and_nothing_of_it_stays(
    people: People, farewells: Farewells, postbox: Postbox, why: Parting, leads: bool
) -> None:
    await people.reached("ada", ADDRESS)
    await farewells.said(why)
    assert await farewells.deliver() == ["sent"]
    assert postbox.recipients == [ADDRESS]
    body = postbox.taken[0].get_body(("plain",))
    assert body is not None
    assert ("/preferences/signing-in" in body.get_content()) == leads
    assert "ada" not in body.get_content()
    assert await farewells.kept() == []


async def test_it_is_said_in_the_language_that_they_read(
    people: People, farewells: Farewells, postbox: Postbox
) -> None:
    await people.reached("ada", ADDRESS)
    await people.quiet("ada", NOON.time(), (NOON + timedelta(hours=1)).time())
    await farewells.said(Parting.ERASED)
    await farewells.deliver()
    assert postbox.taken[0]["Content-Language"] == "de"


async def test_a_server_that_is_away_gets_it_later_and_one_that_refuses_ends_it(
    people: People, farewells: Farewells, postbox: Postbox
) -> None:
    await people.reached("ada", ADDRESS)
    postbox.at_rcpt = lambda _: "451 4.7.1 later"
    await farewells.said(Parting.REMOVED)
    assert await farewells.deliver() == [""]
    assert await farewells.kept() == [ADDRESS]
    postbox.at_rcpt = lambda _: "550 5.1.1 nobody"
    await farewells.be_due()
    assert await farewells.deliver() == ["bounced"]
    assert await farewells.kept() == []


async def test_nobody_hears_it_where_nothing_was_ever_told(
    people: People, farewells: Farewells, postbox: Postbox
) -> None:
    await people.reached("ada", ADDRESS, confirmed=False)
    bounced = await people.reached("ada", "old@drivers.example")
    await people.gone(bounced, bounced_at=NOON)
    await farewells.said(Parting.REMOVED)
    assert await farewells.deliver() == []
    assert postbox.taken == []


async def test_where_nobody_sends_it_the_address_is_forgotten_all_the_same(
    people: People, farewells: Farewells, sessions: Sessions, postbox: Postbox
) -> None:
    await people.reached("ada", ADDRESS)
    await farewells.said(Parting.ERASED, ago=GIVEN_UP_AFTER + timedelta(minutes=1))
    assert await farewells.deliver() == ["given_up"]
    assert postbox.taken == []
    await people.reached("ben", ADDRESS)
    await farewells.said(Parting.ERASED)
    now = datetime.now(UTC)
    await forget_old_messages(sessions, now + FAREWELLS_KEPT - timedelta(minutes=1))
    assert await farewells.kept() == [ADDRESS]
    await forget_old_messages(sessions, now + FAREWELLS_KEPT + timedelta(minutes=1))
    assert await farewells.kept() == []
    assert await farewells.deliver() == ["given_up", "given_up"]
