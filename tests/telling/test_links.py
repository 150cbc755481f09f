"""A link that signs somebody in is made when it is sent, and known to its mail alone; only the last one counts."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.telling.facts import link_event
from activities.telling.gatherer import Gatherer
from db.delivery.inbox import record
from db.engine import Sessions
from db.queries.sign_in_links import digest_of
from db.tables import InboxEvent, OutboxDelivery, SignInLink, Source
from delivery.relay import Relay
from domain.facts.notices import Confirmed
from domain.signing_in.links import LINK_LASTS, SENT_WITHIN
from domain.telling.channels import Channel
from telling.letters import LONGEST_PAUSE
from telling.mail import MailTarget
from tests.activities.telling.people import People
from tests.factories import NOON
from tests.telling.postbox import Postbox

_SECRET = re.compile(r"https://charging\.example/sign-in/link\?token=([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])")


class Links:
    def __init__(self, engine: AsyncEngine, sessions: Sessions, target: MailTarget) -> None:
        self._engine, self._sessions, self._target = engine, sessions, target

    async def ask(self, point: int, *, ago: timedelta = timedelta(), used: bool = False) -> None:
        now = datetime.now(UTC)
        async with self._sessions.begin() as session:
            link = SignInLink(
                address_digest="any", asked_at=now - ago, back_to="/", used_at=now if used else None
            )
            session.add(link)
            await session.flush()
            event = link_event(link, point, now)
            await record(await session.connection(), Source.TELLING, [event])

    async def deliver(self) -> list[str]:
        await Relay(self._engine, self._target, longest_pause=LONGEST_PAUSE).deliver_all()
        async with self._sessions() as session:
            return list(await session.scalars(select(OutboxDelivery.outcome).order_by(OutboxDelivery.id)))

    async def be_due_again(self) -> None:
        async with self._sessions.begin() as session:
            again = update(OutboxDelivery)
            await session.execute(again.values(not_before=None, delivered_at=None, outcome=""))

    async def kept(self) -> SignInLink:
        async with self._sessions() as session:
            return (await session.scalars(select(SignInLink))).one()


@pytest.fixture
def links(engine: AsyncEngine, sessions: Sessions, target: MailTarget) -> Links:
    return Links(engine, sessions, target)


def secret_in(postbox: Postbox) -> str:
    """Of the last mail, whichever of its two bodies is read."""
    found: list[str] = []
    for kind in ("plain", "html"):
        body = postbox.taken[-1].get_body((kind,))
        assert body is not None
        found += _SECRET.findall(body.get_content())
    (secret,) = {*found}
    assert len(found) >= 2
    return secret


async def test_only_the_mail_knows_the_link_and_only_for_a_quarter_of_an_hour(
    people: People, links: Links, postbox: Postbox
) -> None:
    await links.ask(await people.reached("ada", "ada@drivers.example"))
    began = datetime.now(UTC)
    assert await links.deliver() == ["sent"]
    kept, secret = await links.kept(), secret_in(postbox)
    assert kept.digest == digest_of(secret)
    assert kept.until is not None
    assert began + LINK_LASTS <= kept.until <= datetime.now(UTC) + LINK_LASTS
    assert "15 minutes" in str(postbox.taken[0])
    assert secret not in str(postbox.taken[0]["Subject"])


async def test_of_two_mails_the_last_one_counts_and_none_comes_once_it_was_used(
    people: People, links: Links, postbox: Postbox, sessions: Sessions
) -> None:
    await links.ask(await people.reached("ada", "ada@drivers.example"))
    await links.deliver()
    first = secret_in(postbox)
    await links.be_due_again()
    assert await links.deliver() == ["sent"]
    second = secret_in(postbox)
    assert first != second
    assert (await links.kept()).digest == digest_of(second)
    async with sessions.begin() as session:
        await session.execute(update(SignInLink).values(used_at=datetime.now(UTC)))
    await links.be_due_again()
    assert await links.deliver() == ["sent"]
    assert len(postbox.taken) == 2


async def test_who_does_not_wait_for_it_any_more_or_removed_the_address_gets_none(
    people: People, links: Links, postbox: Postbox
) -> None:
    point = await people.reached("ada", "ada@drivers.example")
    await links.ask(point, ago=SENT_WITHIN + timedelta(minutes=1))
    assert await links.deliver() == ["given_up"]
    unconfirmed = await people.reached("bob", "bob@drivers.example", confirmed=False)
    await links.ask(unconfirmed)
    assert await links.deliver() == ["given_up", "no_address"]
    await people.gone(point, removed_at=datetime.now(UTC), address="")
    await links.ask(point)
    assert await links.deliver() == ["given_up", "no_address", "no_address"]
    assert postbox.taken == []


async def test_a_link_does_not_wait_for_the_end_of_quiet_hours_behind_a_message(
    people: People, links: Links, postbox: Postbox, sessions: Sessions
) -> None:
    point = await people.reached("ada", "ada@drivers.example")
    await people.told(Confirmed(bay="Bay 1"))
    await Gatherer(sessions, frozenset({Channel.MAIL})).gather_all(NOON + timedelta(minutes=5))
    async with sessions.begin() as session:
        await session.execute(update(InboxEvent).values(received_at=datetime.now(UTC)))
    now = datetime.now(UTC)
    await people.quiet("ada", (now - timedelta(hours=6)).time(), (now + timedelta(hours=6)).time())
    assert await links.deliver() == [""]
    await links.ask(point)
    async with sessions.begin() as session:
        await session.execute(update(OutboxDelivery).values(not_before=None))
    assert await links.deliver() == ["sent", "sent"]
    assert len(postbox.taken) == 2
