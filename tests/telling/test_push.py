"""What is pushed is sealed for one browser and says who we are; whatever its push service answers is understood."""

from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import http_ece
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import Sessions
from domain.causes import Cause
from domain.facts.money_notices import Receipt
from domain.facts.notices import Confirmed, Rerouted, SlotEndingSoon
from domain.money.amount import Money
from telling.push import Pushing, PushTarget
from tests.activities.telling.people import People
from tests.factories import NOON
from tests.telling.browsers import Browser
from tests.telling.conftest import PAGES
from tests.telling.receiver import Receiver, Says, leads_here, running_receiver
from tests.telling.told import Told
from webhooks.outgoing import new_client
from webhooks.outside import OutsideTransport
from webhooks.push_key import PushKey

MOVED = Rerouted(bay="Bay 2", cause=Cause.CHARGER_FAULT)
OURS = PushKey(private=generate_private_key(SECP256R1()), contact="mailto:push@charging.example")


@pytest.fixture
async def service() -> AsyncIterator[Receiver]:
    async with running_receiver() as receiver:
        yield receiver


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with new_client(OutsideTransport(lambda _: True, leads_here)) as client:
        yield client


@pytest.fixture
def told(engine: AsyncEngine, sessions: Sessions, people: People) -> Told:
    return Told(engine, sessions, people)


@pytest.fixture
def target(sessions: Sessions, http: httpx.AsyncClient) -> PushTarget:
    return PushTarget(sessions, PAGES, Pushing(key=OURS, http=http))


@pytest.fixture
def browser(service: Receiver) -> Browser:
    return Browser(service.at("ada"))


async def test_a_browser_opens_what_was_sealed_for_it_and_nobody_else_does(
    told: Told, target: PushTarget, service: Receiver, browser: Browser
) -> None:
    await told.reached(browser.wanted())
    await told.reads("de")
    await told.write(MOVED, target=target)
    assert await told.deliver(target) == ["sent"]
    (came,) = service.came
    assert browser.opens(came) == {
        "title": "Reservierung K7AB",
        "line": "Sie wurden auf Bay 2 umgebucht. Grund: Störung der Ladestation",
        "address": "https://charging.example/r/K7AB",
        "language": "de",
        "tag": "K7AB",
    }
    stranger = Browser(browser.endpoint)
    with pytest.raises(http_ece.ECEException):
        stranger.opens(came)
    assert b"K7AB" not in came.body
    assert "K7AB" not in str(came.headers)


async def test_the_service_can_tell_whose_push_it_is(
    told: Told, target: PushTarget, service: Receiver, browser: Browser
) -> None:
    await told.reached(browser.wanted())
    await told.write(MOVED, target=target)
    await told.deliver(target)
    scheme, _, parts = service.came[0].headers["authorization"].partition(" ")
    values = dict(part.strip().split("=", 1) for part in parts.split(","))
    assert (scheme, values["k"]) == ("vapid", OURS.public)
    point = urlsafe_b64decode(values["k"] + "=")
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    claims = jwt.decode(
        values["t"], key, algorithms=["ES256"], audience=f"http://push.example:{service.port}"
    )
    assert claims["sub"] == "mailto:push@charging.example"
    left = datetime.fromtimestamp(claims["exp"], UTC) - datetime.now(UTC)
    assert timedelta() < left <= timedelta(hours=24)


async def test_what_is_urgent_wakes_a_phone_and_is_soon_over(
    told: Told, target: PushTarget, service: Receiver, browser: Browser
) -> None:
    await told.reached(browser.wanted())
    await told.write(MOVED, target=target)
    await told.deliver(target)
    await told.write(Confirmed(bay="Bay 1"), code="L8CD", target=target)
    await told.deliver(target)
    now, soon = (came.headers for came in service.came)
    assert (now["urgency"], soon["urgency"]) == ("high", "normal")
    assert int(now["ttl"]) < int(soon["ttl"])


async def test_news_of_one_reservation_replace_those_that_wait_and_no_others(
    told: Told, target: PushTarget, service: Receiver, browser: Browser
) -> None:
    await told.reached(browser.wanted())
    for code, notice in (
        ("K7AB", MOVED), ("K7AB", SlotEndingSoon(ends=NOON + timedelta(hours=1))), ("L8CD", MOVED)
    ):  # fmt: skip
        await told.write(notice, code=code, target=target)
        await told.deliver(target)
    first, second, other = (came.headers["topic"] for came in service.came)
    assert first == second != other
    assert len(first) == 32


async def test_several_news_are_one_line_that_says_how_many_there_are(
    told: Told, target: PushTarget, service: Receiver, browser: Browser
) -> None:
    await told.reached(browser.wanted())
    await told.write(MOVED, SlotEndingSoon(ends=NOON + timedelta(hours=1)), target=target)
    assert await told.deliver(target) == ["sent"]
    shown = browser.opens(service.came[0])
    assert shown["line"] == "You have been moved to Bay 2. Reason: a charger fault (and 1 more)"


async def test_every_browser_of_theirs_is_told_and_receipts_are_for_the_mail(
    told: Told, target: PushTarget, service: Receiver, browser: Browser
) -> None:
    phone = Browser(service.at("phone"))
    for one in (browser, phone):
        await told.reached(one.wanted())
    receipt = Receipt(charged=Money(100, "EUR"), credit=Money(0, "EUR"))
    await told.write(MOVED, receipt, target=target)
    assert await told.deliver(target) == ["sent", "sent"]
    assert {came.path for came in service.came} == {"/ada", "/phone"}
    assert all("more" not in one.opens(came)["line"] for came in service.came
               for one in (browser, phone) if came.path == httpx.URL(one.endpoint).path)  # fmt: skip


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(
    told: Told, target: PushTarget, service: Receiver, browser: Browser, status: int
) -> None:
    point = await told.reached(browser.wanted())
    service.otherwise = Says(status)
    await told.write(MOVED, target=target)
    assert await told.deliver(target) == ["bounced"]
    row = await told.point(point)
    assert row.removed_at is not None
    assert (row.address, row.push_key, row.push_secret) == ("", "", "")


async def test_what_is_too_long_for_the_service_is_said_shorter(
    told: Told, target: PushTarget, service: Receiver, browser: Browser
) -> None:
    await told.reached(browser.wanted())
    service.answers = [Says(413)]
    await told.write(Rerouted(bay="Bay 2 " * 60, cause=Cause.CHARGER_FAULT), target=target)
    assert await told.deliver(target) == ["sent"]
    long, short = (browser.opens(came)["line"] for came in service.came)
    assert len(short) <= 60 < len(long) <= 240


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_who_asks_to_come_back_later_is_left_alone_so_long_and_keeps_nobody_waiting(
    told: Told, target: PushTarget, service: Receiver, browser: Browser, status: int
) -> None:
    await told.reached(browser.wanted())
    service.answers = [Says(status, headers={"retry-after": "1200"})]
    await told.write(MOVED, target=target)
    before = datetime.now(UTC)
    assert await told.deliver(target) == [""]
    (waiting,) = await told.deliveries()
    assert waiting.not_before is not None
    assert timedelta(minutes=20) <= waiting.not_before - before < timedelta(minutes=30)
    await told.be_due()
    assert await told.deliver(target) == ["sent"]


async def test_nobody_makes_us_wait_for_a_year(
    told: Told, target: PushTarget, service: Receiver, browser: Browser
) -> None:
    await told.reached(browser.wanted())
    service.answers = [Says(429, headers={"retry-after": "9" * 40})]
    await told.write(MOVED, target=target)
    assert await told.deliver(target) == [""]
    (waiting,) = await told.deliveries()
    assert waiting.not_before is not None
    assert waiting.not_before - datetime.now(UTC) <= timedelta(hours=1)


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_what_is_refused_of_our_request_says_nothing_of_the_browser(
    told: Told, target: PushTarget, service: Receiver, browser: Browser, status: int
) -> None:
    point = await told.reached(browser.wanted())
    service.otherwise = Says(status)
    await told.write(MOVED, target=target)
    assert await told.deliver(target) == ["refused"]
    row = await told.point(point)
    assert (row.removed_at, row.bounced_at) == (None, None)


async def test_redirects_lead_nowhere(
    told: Told, target: PushTarget, service: Receiver, browser: Browser
) -> None:
    await told.reached(browser.wanted())
    service.otherwise = Says(307, headers={"location": service.at("elsewhere")})
    await told.write(MOVED, target=target)
    assert await told.deliver(target) == [""]
    assert {came.path for came in service.came} == {"/ada"}


def _holds_still(service: Receiver) -> None:
    service.lets_go.clear()


def _drips(service: Receiver) -> None:
    service.drips = True


@pytest.mark.parametrize("hostile", [_holds_still, _drips])
async def test_who_does_not_come_to_an_end_is_left(
    told: Told,
    sessions: Sessions,
    service: Receiver,
    browser: Browser,
    http: httpx.AsyncClient,
    hostile: Callable[[Receiver], None],
) -> None:
    await told.reached(browser.wanted())
    hostile(service)
    target = PushTarget(sessions, PAGES, Pushing(key=OURS, http=http, within_s=0.3))
    await told.write(MOVED, target=target)
    outcome = await told.deliver(target)
    assert outcome == [""] if hostile is _holds_still else ["sent"]


async def test_nobody_is_pushed_to_within_our_network(
    told: Told, sessions: Sessions, service: Receiver, browser: Browser
) -> None:
    point = await told.reached(browser.wanted())
    async with new_client(OutsideTransport(resolve=leads_here)) as outside:
        target = PushTarget(sessions, PAGES, Pushing(key=OURS, http=outside))
        await told.write(MOVED, target=target)
        assert await told.deliver(target) == ["bounced"]
    assert service.came == []
    assert (await told.point(point)).bounced_why == "address_inside"
