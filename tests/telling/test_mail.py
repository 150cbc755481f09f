"""What is told arrives as one mail at each address, at least once, whatever the mail server says."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.smtp import AuthResult
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.telling.facts import code_event
from activities.telling.gatherer import Gatherer
from db.delivery.inbox import record
from db.delivery.outbox import claim
from db.engine import Sessions
from db.tables import ContactPoint, InboxEvent, OutboxDelivery, Source, Target, TellingPreferences
from delivery.target import TargetAway
from domain.causes import Cause
from domain.facts.notices import Cancelled, Confirmed, NoticeFact, Rerouted, SlotEndingSoon
from domain.facts.waiting_notices import OfferNotTaken, PlaceOffered
from domain.telling.channels import Channel
from domain.terms.invitations import digest_of
from telling.mail import AT_ONCE, Mailing, MailTarget
from telling.mail_server import Encryption, MailServer
from telling.post import letter_relay
from tests.activities.telling.people import People
from tests.factories import NOON
from tests.telling.conftest import PAGES
from tests.telling.postbox import SENDER, Postbox, running_postbox

BERLIN = ZoneInfo("Europe/Berlin")
ADA = "ada@drivers.example"
MOVED = Rerouted(bay="Bay 2", cause=Cause.CHARGER_FAULT)


class Post:
    """Notices until they are in the outbox, and the relay."""

    def __init__(self, engine: AsyncEngine, sessions: Sessions, people: People, target: MailTarget) -> None:
        self.people, self.target = people, target
        self._sessions, self._engine = sessions, engine

    async def write(self, *notices: NoticeFact, driver_id: str = "ada", code: str = "K7AB") -> None:
        for notice in notices:
            await self.people.told(notice, driver_id=driver_id, code=code)
        await Gatherer(self._sessions, frozenset({Channel.MAIL})).gather_all(NOON + timedelta(minutes=5))
        # It was decided now, by the clock that a delivery is given up by.
        async with self._sessions.begin() as session:
            await session.execute(update(InboxEvent).values(received_at=datetime.now(UTC)))

    async def ask_for_code(self, point_id: int) -> None:
        async with self._sessions.begin() as session:
            point = await session.get_one(ContactPoint, point_id)
            event = code_event(point, datetime.now(UTC))
            await record(await session.connection(), Source.TELLING, [event])

    async def deliver(self, target: MailTarget | None = None) -> list[str]:
        """Outcomes of all that is in the outbox; empty: it waits."""
        await letter_relay(self._engine, target or self.target).deliver_all()
        async with self._sessions() as session:
            return list(await session.scalars(select(OutboxDelivery.outcome).order_by(OutboxDelivery.id)))

    async def tried(self) -> list[tuple[int, bool]]:
        """Of each delivery how often, and whether it waits for a time of its own."""
        async with self._sessions() as session:
            rows = (await session.scalars(select(OutboxDelivery).order_by(OutboxDelivery.id))).all()
            return [(row.attempts, row.not_before is not None) for row in rows]

    async def grow_old(self, age: timedelta) -> None:
        async with self._sessions.begin() as session:
            await session.execute(update(InboxEvent).values(received_at=datetime.now(UTC) - age))

    async def be_due(self) -> None:
        async with self._sessions.begin() as session:
            await session.execute(update(OutboxDelivery).values(not_before=None))

    async def point(self, point_id: int) -> ContactPoint:
        async with self._sessions() as session:
            return await session.get_one(ContactPoint, point_id)


@pytest.fixture
def post(engine: AsyncEngine, sessions: Sessions, people: People, target: MailTarget) -> Post:
    return Post(engine, sessions, people, target)


async def test_two_news_are_one_mail_in_their_order_that_says_what_to_do(
    post: Post, postbox: Postbox
) -> None:
    await post.people.reached("ada", ADA)
    await post.write(MOVED, SlotEndingSoon(ends=NOON + timedelta(hours=1)))
    assert await post.deliver() == ["sent"]
    (mail,) = postbox.taken
    assert postbox.recipients == [ADA]
    assert (mail["From"], mail["To"]) == (SENDER, ADA)
    assert mail["Subject"] == "You have been moved to Bay 2. Reason: a charger fault (and 1 more)"
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    said = text.get_content()
    assert said.index("moved to Bay 2") < said.index("Your slot ends at")
    for body in (said, html.get_content()):
        assert "https://charging.example/r/K7AB" in body
        assert "https://charging.example/preferences" in body
    assert mail["Auto-Submitted"] == "auto-generated"
    assert b"Subject: You have been moved" in postbox.raw[0]
    assert mail["List-Unsubscribe"] == "<https://charging.example/preferences>"


async def test_it_is_written_in_the_readers_language_on_the_sites_clock(post: Post, postbox: Postbox) -> None:
    await post.people.reached("ada", ADA)
    async with post.people.session() as session, session.begin():
        german = TellingPreferences(driver_id="ada", language="de", quiet_zone="", woken=True, channels={})
        session.add(german)
    await post.write(SlotEndingSoon(ends=NOON + timedelta(hours=1)))
    assert await post.deliver() == ["sent"]
    (mail,) = postbox.taken
    local = (NOON + timedelta(hours=1)).astimezone(BERLIN)
    assert f"um {local:%H:%M} Uhr" in str(mail["Subject"])
    assert mail["Content-Language"] == "de"


async def test_what_was_sent_and_not_ticked_off_comes_again_under_the_same_id(
    post: Post, postbox: Postbox, engine: AsyncEngine
) -> None:
    await post.people.reached("ada", ADA)
    await post.write(MOVED)
    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    async with engine.begin() as connection:
        (taken,) = (
            await claim(connection, Target.MAIL, long_ago, patience=timedelta(seconds=15), limit=9)
        ).taken
    assert await post.target.deliver(taken) == "sent"
    assert await post.deliver() == ["sent"]
    first, second = postbox.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert str(first["Message-ID"]).endswith("@charging.example>")


async def test_who_is_unknown_there_has_bounced_and_is_sent_nothing_more(
    post: Post, postbox: Postbox
) -> None:
    point = await post.people.reached("ada", ADA)
    other = await post.people.reached("ada", "ada@home.example")
    postbox.at_rcpt = lambda to: f"550 5.1.1 <{to}> user unknown" if to == ADA else None
    await post.write(MOVED)
    assert await post.deliver() == ["bounced", "sent"]
    bounced = await post.point(point)
    assert (bounced.bounced_at is None, bounced.bounced_why) == (False, "550 5.1.1")
    assert (await post.point(other)).bounced_at is None
    await post.write(MOVED, code="L8CD")
    await post.deliver()
    assert postbox.recipients == ["ada@home.example", "ada@home.example"]


async def test_a_mail_that_is_refused_is_not_sent_again_and_the_address_stays_good(
    post: Post, postbox: Postbox
) -> None:
    point = await post.people.reached("ada", ADA)
    postbox.at_data = lambda _: "554 5.7.1 looks like spam"
    await post.write(MOVED)
    assert await post.deliver() == ["refused"]
    assert (await post.point(point)).bounced_at is None


@pytest.mark.parametrize("step", ["at_rcpt", "at_data"])
async def test_who_greylists_is_asked_again_and_keeps_nobody_else_waiting(
    post: Post, postbox: Postbox, step: str
) -> None:
    await post.people.reached("ada", ADA)
    await post.people.reached("bob", "bob@drivers.example")
    setattr(postbox, step, lambda to: "451 4.7.1 greylisted, come back" if to == ADA else None)
    await post.write(MOVED)
    await post.write(MOVED, driver_id="bob")
    assert await post.deliver() == ["", "sent"]
    assert postbox.recipients == ["bob@drivers.example"]
    setattr(postbox, step, lambda _: None)
    await post.be_due()
    assert await post.deliver() == ["sent", "sent"]
    assert postbox.recipients == ["bob@drivers.example", ADA]


@pytest.mark.parametrize(
    ("at_mail", "at_rcpt"),
    [("550 5.7.1 not from you", None), ("451 busy", None), (None, "421 4.3.2 shutting down")],
)
async def test_what_is_nobodys_fault_waits_for_the_server(
    post: Post, postbox: Postbox, at_mail: str | None, at_rcpt: str | None
) -> None:
    point = await post.people.reached("ada", ADA)
    postbox.at_mail, postbox.at_rcpt = lambda _: at_mail, lambda _: at_rcpt
    await post.write(MOVED)
    assert await post.deliver() == [""]
    assert (await post.point(point)).bounced_at is None
    postbox.at_mail = postbox.at_rcpt = lambda _: None
    assert await post.deliver() == ["sent"]


def elsewhere(sessions: Sessions, **how: object) -> MailTarget:
    values = {"host": "127.0.0.1", "encryption": Encryption.NONE, "sender": SENDER} | how
    return MailTarget(sessions, Mailing(server=MailServer(**values), pages=PAGES))  # type: ignore[arg-type] # by name


async def test_while_no_server_is_there_nothing_is_lost(
    post: Post, sessions: Sessions, postbox: Postbox
) -> None:
    await post.people.reached("ada", ADA)
    await post.write(MOVED)
    assert await post.deliver(elsewhere(sessions, port=9)) == [""]
    assert await post.deliver() == ["sent"]


async def test_a_server_that_does_not_answer_is_away(
    post: Post, sessions: Sessions, postbox: Postbox, engine: AsyncEngine
) -> None:
    await post.people.reached("ada", ADA)
    await post.write(MOVED)
    postbox.lets_go.clear()
    async with engine.begin() as connection:
        now = datetime.now(UTC)
        (taken,) = (await claim(connection, Target.MAIL, now, patience=timedelta(), limit=1)).taken
    with pytest.raises(TargetAway):
        await elsewhere(sessions, port=postbox.port, timeout_s=0.1).deliver(taken)


async def several(post: Post, how_many: int) -> set[str]:
    """So many who are to be told something; their addresses."""
    drivers = [f"driver-{number}" for number in range(how_many)]
    for driver in drivers:
        await post.people.reached(driver, f"{driver}@drivers.example")
        await post.people.told(MOVED, driver_id=driver, code=driver)
    await post.write()
    return {f"{driver}@drivers.example" for driver in drivers}


async def test_what_is_not_among_those_that_are_sent_at_once_is_not_tried_yet(
    post: Post, postbox: Postbox
) -> None:
    addresses = await several(post, 2 * AT_ONCE + 1)
    postbox.lets_go.clear()
    delivering = asyncio.create_task(post.deliver())
    async with asyncio.timeout(20):
        await postbox.asked_by(AT_ONCE)
    assert sorted(await post.tried()) == [(0, False)] * (AT_ONCE + 1) + [(1, True)] * AT_ONCE
    assert postbox.asking == AT_ONCE
    postbox.lets_go.set()
    assert set(await delivering) == {"sent"}
    assert sorted(postbox.recipients) == sorted(addresses)
    assert {times for times, _ in await post.tried()} == {1}


async def test_a_server_that_hangs_is_away_for_all_and_none_waits_longer_for_having_been_tried(
    post: Post, postbox: Postbox, sessions: Sessions
) -> None:
    addresses = await several(post, 2 * AT_ONCE)
    postbox.lets_go.clear()
    assert set(await post.deliver(elsewhere(sessions, port=postbox.port, timeout_s=0.5))) == {""}
    assert sorted(await post.tried()) == [(0, False)] * AT_ONCE + [(1, False)] * AT_ONCE
    postbox.lets_go.set()
    assert set(await post.deliver()) == {"sent"}
    assert set(postbox.recipients) >= addresses


async def test_the_whole_of_it_has_to_be_done_in_time_not_each_step(
    post: Post, sessions: Sessions, postbox: Postbox
) -> None:
    """Each answer comes soon enough, and all of them do not."""
    await post.people.reached("ada", ADA)
    await post.write(MOVED)
    postbox.each_takes_s = 0.4
    assert await post.deliver(elsewhere(sessions, port=postbox.port, timeout_s=0.6)) == [""]
    assert await post.tried() == [(1, False)]
    assert postbox.recipients == []


@pytest.mark.parametrize("encryption", [Encryption.STARTTLS, Encryption.TLS])
async def test_nothing_is_sent_in_the_clear_where_encryption_is_demanded(
    post: Post, sessions: Sessions, postbox: Postbox, encryption: Encryption
) -> None:
    await post.people.reached("ada", ADA)
    await post.write(MOVED)
    strict = elsewhere(sessions, port=postbox.port, encryption=encryption, timeout_s=2.0)
    assert await post.deliver(strict) == [""]
    assert postbox.taken == []


async def test_a_wrong_password_is_the_operators_to_mend(post: Post, sessions: Sessions) -> None:
    await post.people.reached("ada", ADA)
    await post.write(MOVED)
    refusing = {
        "authenticator": lambda *_: AuthResult(success=False, handled=False),
        "auth_require_tls": False,
    }
    async with running_postbox(**refusing) as guarded:
        assert await post.deliver(elsewhere(sessions, port=guarded.port, user="us", password="guess")) == [""]
        assert guarded.taken == []


async def test_what_was_not_taken_for_a_day_is_given_up(post: Post, postbox: Postbox) -> None:
    await post.people.reached("ada", ADA)
    await post.write(MOVED)
    await post.grow_old(timedelta(hours=25))
    assert await post.deliver() == ["given_up"]
    assert postbox.taken == []


async def test_an_address_that_was_removed_meanwhile_gets_nothing(post: Post, postbox: Postbox) -> None:
    point = await post.people.reached("ada", ADA)
    await post.write(MOVED)
    await post.people.gone(point, removed_at=NOON, address="")
    assert await post.deliver() == ["no_address"]
    assert postbox.taken == []


async def test_what_strangers_have_written_makes_no_header_and_no_markup(
    post: Post, postbox: Postbox
) -> None:
    await post.people.reached("ada", ADA)
    await post.write(Rerouted(bay="B\r\nBcc: all@evil.example\n\n<script>", cause=Cause.CHARGER_FAULT))
    assert await post.deliver() == ["sent"]
    (mail,) = postbox.taken
    assert mail["Bcc"] is None
    assert postbox.recipients == [ADA]
    html = mail.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()


async def test_what_a_later_notice_made_untrue_is_left_out_of_what_is_sent_late(
    post: Post, postbox: Postbox
) -> None:
    await post.people.reached("ada", ADA)
    await post.people.told(SlotEndingSoon(ends=NOON + timedelta(hours=1)), code="L8CD")
    await post.write(MOVED)
    await post.people.told(Cancelled(by=Cause.DRIVER), code="K7AB", after=3600)
    assert await post.deliver() == ["sent"]
    (mail,) = postbox.taken
    assert "Your slot ends at" in str(mail["Subject"])
    text = mail.get_body(("plain",))
    assert text is not None
    assert "moved" not in text.get_content()


async def test_what_says_nothing_that_is_still_true_is_not_sent(post: Post, postbox: Postbox) -> None:
    await post.people.reached("ada", ADA)
    offered = PlaceOffered(site="North", start=NOON, end=NOON, until=NOON)
    await post.write(offered, code="K7AB")
    await post.people.told(OfferNotTaken(start=NOON, again=None), code="K7AB", after=900)
    await post.people.told(Cancelled(by=Cause.DRIVER), driver_id="bob", code="K7AB", after=900)
    assert await post.deliver() == ["untrue"]
    assert postbox.taken == []


async def test_what_is_another_persons_makes_nothing_untrue(post: Post, postbox: Postbox) -> None:
    await post.people.reached("ada", ADA)
    await post.write(MOVED)
    await post.people.told(Cancelled(by=Cause.DRIVER), driver_id="bob", code="K7AB", after=900)
    assert await post.deliver() == ["sent"]


async def test_what_was_decided_before_quiet_hours_is_not_sent_in_them(post: Post, postbox: Postbox) -> None:
    """They are now, by the clock that deliveries go by, and those of who is woken wake them."""
    now = datetime.now(UTC)
    around = ((now - timedelta(hours=6)).time(), (now + timedelta(hours=6)).time())
    await post.people.reached("ada", ADA)
    await post.people.reached("bob", "bob@drivers.example")
    await post.write(Confirmed(bay="Bay 1"))
    await post.write(MOVED, driver_id="bob")
    for driver in ("ada", "bob"):
        await post.people.quiet(driver, *around)
    assert await post.deliver() == ["", "sent"]
    assert postbox.recipients == ["bob@drivers.example"]
    async with post.people.session() as session, session.begin():
        await session.execute(delete(TellingPreferences))
    await post.be_due()
    assert await post.deliver() == ["sent", "sent"]


async def test_what_waits_in_quiet_hours_goes_along_with_what_wakes_them(
    post: Post, postbox: Postbox
) -> None:
    now = datetime.now(UTC)
    await post.people.reached("ada", ADA)
    await post.write(Confirmed(bay="Bay 1"))
    # It is gathered at noon, and delivered now: both lie in them, whatever the time is.
    ends = now + timedelta(hours=2 if now.hour in (7, 8, 9) else 4)
    await post.people.quiet("ada", (ends + timedelta(minutes=1)).time(), ends.time())
    assert await post.deliver() == [""]
    await post.write(MOVED, code="L8CD")
    await post.be_due()
    assert await post.deliver() == ["sent", "sent"]
    (mail,) = postbox.taken
    assert "auf Bay 2 umgebucht" in str(mail["Subject"])
    text = mail.get_body(("plain",))
    assert text is not None
    assert "Bay 1" in text.get_content()


async def test_a_code_goes_to_an_address_that_is_not_confirmed_and_is_kept_nowhere(
    post: Post, postbox: Postbox
) -> None:
    point = await post.people.reached("ada", ADA, confirmed=False)
    await post.ask_for_code(point)
    assert await post.deliver() == ["sent"]
    (mail,) = postbox.taken
    text = mail.get_body(("plain",))
    assert text is not None
    code = next(line.strip() for line in text.get_content().splitlines() if line.startswith("    "))
    kept = await post.point(point)
    assert kept.code_digest == digest_of(code)
    assert kept.code_until is not None
    assert code not in str(mail["Subject"])


def test_no_address_and_no_password_is_shown() -> None:
    server = MailServer(
        host="h", port=25, encryption=Encryption.TLS, sender=SENDER, user="us", password="hush-hush"
    )
    assert "hush-hush" not in repr(server)
