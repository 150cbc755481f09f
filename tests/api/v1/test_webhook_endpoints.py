"""Endpoints are whose they are: made, changed, tried and replayed by them, and by operators."""

import asyncio
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from standardwebhooks.webhooks import Webhook as StandardWebhook

from db.tables import AuditEntry, OutboxDelivery, ReservationRow, WebhookEndpoint
from domain.telling.endpoints import MOST_ENDPOINTS, MOST_TRIES, SECRET_LIVES_ON
from tests.api.stage import NOW, Stage, assert_problem
from webhooks.endpoints import ChangeRecorder
from webhooks.signature import key_of, signed_headers

OWN, ALL = "/v1/webhook-endpoints", "/v1/operations/webhook-endpoints"
URL = "https://hooks.example.com/in"


async def add(stage: Stage, there: str, who: dict[str, str], **over: Any) -> httpx.Response:
    return await stage.http.post(there, json={"url": URL, **over}, headers=who)


async def reached(stage: Stage, code: str, fleet_id: str) -> None:
    """A reservation is confirmed, and the worker has recorded it."""
    async with stage.sessions.begin() as session:
        session.add(
            ReservationRow(
                code=code,
                revision=1,
                asked_at=NOW,
                driver_id="ana",
                account="ana",
                fleet_id=fleet_id,
                site_id="north",
                state="CONFIRMED",
                slot_start=NOW,
                slot_end=NOW + timedelta(hours=1),
                snapshot={},
                updated_at=NOW,
            )
        )
    await ChangeRecorder(stage.sessions).record_all()


async def test_its_secret_is_shown_once_and_signs_what_others_verify(stage: Stage) -> None:
    who = stage.fleet("hooks-1")
    made = await add(stage, OWN, who, kinds=["reservation.confirmed"])
    assert made.status_code == 201, made.text
    secret = made.json()["secret"]
    there = made.headers["Location"]
    shown = (await stage.http.get(there, headers=who)).json()
    assert "secret" not in shown
    assert (shown["fleet_id"], shown["kinds"]) == ("hooks-1", ["reservation.confirmed"])
    assert secret not in (await stage.http.get(OWN, headers=who)).text
    now = int(datetime.now(UTC).timestamp())
    assert StandardWebhook(secret).verify("{}", signed_headers(key_of(secret), "e", now, b"{}")) == {}


async def test_nobody_sees_or_changes_another_ones(stage: Stage) -> None:
    there = (await add(stage, OWN, stage.fleet("hooks-2"))).headers["Location"]
    stranger = stage.fleet("hooks-3")
    for answer in (
        await stage.http.get(there, headers=stranger),
        await stage.http.put(there, json={"url": URL}, headers=stranger),
        await stage.http.delete(there, headers=stranger),
        await stage.http.post(f"{there}/rotate-secret", headers=stranger),
        await stage.http.post(f"{there}/test", headers=stranger),
        await stage.http.post(f"{there}/replay", json={"since": NOW.isoformat()}, headers=stranger),
        await stage.http.get(f"{there}/events", headers=stranger),
    ):
        assert_problem(answer, 404, "webhook_endpoint_unknown")
    assert (await stage.http.get(OWN, headers=stranger)).json() == {"items": []}
    assert_problem(await add(stage, OWN, stage.driver("nobody")), 403, "scope_missing")


async def test_a_fleet_makes_none_for_another_one(stage: Stage) -> None:
    answer = await add(stage, OWN, stage.fleet("hooks-4"), fleet_id="hooks-5")
    assert_problem(answer, 422, "invalid_request")


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example.com/", "https://127.0.0.1/", "https://[::1]/", "https://u:p@hooks.example.com/"],
)
async def test_an_address_inside_is_refused(stage: Stage, url: str) -> None:
    assert_problem(await add(stage, OWN, stage.fleet("hooks-6"), url=url), 422, "endpoint_invalid")


async def test_there_are_never_too_many(stage: Stage) -> None:
    who = stage.fleet("hooks-7")
    for _ in range(MOST_ENDPOINTS):
        assert (await add(stage, OWN, who)).status_code == 201
    assert_problem(await add(stage, OWN, who), 409, "too_many_webhook_endpoints")


async def test_operators_see_everybodys_and_put_one_back_that_was_paused(stage: Stage) -> None:
    made = (await add(stage, ALL, stage.operators(), fleet_id="hooks-8")).json()
    there = f"{ALL}/{made['id']}"
    ids = [one["id"] for one in (await stage.http.get(ALL, headers=stage.operators())).json()["items"]]
    assert made["id"] in ids
    async with stage.sessions.begin() as session:
        paused = update(WebhookEndpoint).where(WebhookEndpoint.id == made["id"])
        gone = {
            "paused_at": NOW,
            "failing_since": NOW,
            "failures": 30,
            "rests_until": NOW,
            "last_answer": "503",
        }
        await session.execute(paused.values(**gone))
    seen = await stage.http.get(there, headers=stage.operators())
    assert (seen.json()["failures"], seen.json()["last_answer"]) == (30, "503")
    stale = {**stage.operators(), "If-Match": '"another"'}
    assert_problem(await stage.http.put(there, json={"url": URL}, headers=stale), 412, "changed_meanwhile")
    fresh = {**stage.operators(), "If-Match": seen.headers["ETag"]}
    back = (await stage.http.put(there, json={"url": URL}, headers=fresh)).json()
    assert (back["paused_at"], back["failures"], back["fleet_id"]) == (None, 0, "hooks-8")
    async with stage.sessions() as session:
        trail = select(AuditEntry.code).where(AuditEntry.subject == f"webhook_endpoint:{made['id']}")
        assert list(await session.scalars(trail)) == ["webhook_endpoint_set"] * 2
        assert (await session.get_one(WebhookEndpoint, made["id"])).rests_until is None


async def test_the_audit_trail_does_not_have_what_an_address_may_hide(stage: Stage) -> None:
    url = "https://hooks.example:8443/services/T0KEN?key=s3cret"
    made = (await stage.http.post(ALL, json={"url": url}, headers=stage.operators())).json()
    async with stage.sessions() as session:
        trail = select(AuditEntry).where(AuditEntry.subject == f"webhook_endpoint:{made['id']}")
        (entry,) = (await session.scalars(trail)).all()
    assert entry.detail["origin"] == "https://hooks.example:8443"
    assert entry.detail["digest"] == sha256(url.encode()).hexdigest()
    assert "T0KEN" not in str(entry.detail)
    assert "s3cret" not in str(entry.detail)


async def test_what_an_endpoint_was_told_is_listed_tried_and_replayed(stage: Stage) -> None:
    who = stage.fleet("hooks-9")
    there = (await add(stage, OWN, who)).headers["Location"]
    await reached(stage, "HOOKS-9A", "hooks-9")
    await reached(stage, "HOOKS-9B", "hooks-9")
    tried = (await stage.http.post(f"{there}/test", headers=who)).json()["event_id"]
    events = (await stage.http.get(f"{there}/events", headers=who)).json()["items"]
    assert {one["event_id"] for one in events} > {tried}
    assert {one["outcome"] for one in events} == {"waiting"}
    page = (await stage.http.get(f"{there}/events", params={"limit": 2}, headers=who)).json()
    rest = {"limit": 2, "cursor": page["next_cursor"]}
    last = (await stage.http.get(f"{there}/events", params=rest, headers=who)).json()
    assert [one["event_id"] for one in page["items"] + last["items"]] == [one["event_id"] for one in events]
    number = there.rpartition("/")[2]
    async with stage.sessions.begin() as session:
        mine = update(OutboxDelivery).where(OutboxDelivery.key.startswith(f"{number}:"))
        await session.execute(mine.values(outcome="given_up", delivered_at=NOW))
        taken = mine.where(OutboxDelivery.key == f"{number}:HOOKS-9A")
        await session.execute(taken.values(outcome="received"))
    since = {"since": "2026-01-01T00:00:00Z"}
    assert (await stage.http.post(f"{there}/replay", json=since, headers=who)).json() == {"events": 2}
    everything = since | {"received": True}
    assert (await stage.http.post(f"{there}/replay", json=everything, headers=who)).json() == {"events": 1}


@pytest.mark.parametrize("silenced", [{"paused_at": NOW}, {"active": False}])
async def test_nothing_is_sent_again_to_who_hears_nothing(stage: Stage, silenced: dict[str, Any]) -> None:
    who = stage.fleet("hooks-silent")
    there = (await add(stage, OWN, who)).headers["Location"]
    since, number = {"since": "2026-01-01T00:00:00Z"}, int(there.rpartition("/")[2])
    async with stage.sessions.begin() as session:
        await session.execute(update(WebhookEndpoint).where(WebhookEndpoint.id == number).values(**silenced))
    before = await stage.row_counts()
    refused = await stage.http.post(f"{there}/replay", json=since, headers=who)
    assert_problem(refused, 409, "webhook_endpoint_not_listening")
    assert await stage.row_counts() == before
    assert (await stage.http.delete(there, headers=who)).status_code == 204


async def test_what_is_removed_is_not_there_and_its_secret_is_gone(stage: Stage) -> None:
    who = stage.fleet("hooks-10")
    made = await add(stage, OWN, who)
    there, seen = made.headers["Location"], {"If-Match": made.headers["ETag"]}
    changed = await stage.http.put(there, json={"url": URL, "active": False}, headers=who)
    stale = await stage.http.delete(there, headers=who | seen)
    assert_problem(stale, 412, "changed_meanwhile")
    assert stale.headers["ETag"] == changed.headers["ETag"]
    seen = {"If-Match": stale.headers["ETag"]}
    assert (await stage.http.delete(there, headers=who | seen)).status_code == 204
    assert_problem(await stage.http.get(there, headers=who), 404, "webhook_endpoint_unknown")
    async with stage.sessions() as session:
        assert (await session.get_one(WebhookEndpoint, made.json()["id"])).secret == ""


async def test_of_secrets_that_are_changed_the_last_two_are_good(stage: Stage) -> None:
    who = stage.fleet("hooks-12")
    made = await add(stage, OWN, who)
    there, number = made.headers["Location"], made.json()["id"]
    secrets = [made.json()["secret"]]
    for _ in range(2):
        changed = await stage.http.post(f"{there}/rotate-secret", headers=who)
        assert changed.status_code == 200, changed.text
        assert datetime.fromisoformat(changed.json()["previous_secret_until"]) == NOW + SECRET_LIVES_ON
        secrets.append(changed.json()["secret"])
        shown = await stage.http.get(there, headers=who)
        assert shown.headers["ETag"] == changed.headers["ETag"]
        assert not [secret for secret in secrets if secret in shown.text]
    async with stage.sessions() as session:
        row = await session.get_one(WebhookEndpoint, number)
        assert [row.previous_secret, row.secret] == secrets[1:]
        trail = select(AuditEntry).where(AuditEntry.subject == f"webhook_endpoint:{number}")
        entries = (await session.scalars(trail.order_by(AuditEntry.id))).all()
    assert [one.code for one in entries] == ["webhook_endpoint_set", *["webhook_secret_changed"] * 2]
    assert not [one for one in entries if "whsec_" in str(one.detail)]
    assert (await stage.http.delete(there, headers=who)).status_code == 204
    async with stage.sessions() as session:
        gone = await session.get_one(WebhookEndpoint, number)
        assert (gone.secret, gone.previous_secret) == ("", "")


@pytest.mark.parametrize("as_seen", [True, False])
async def test_two_that_change_a_secret_at_once_leave_one_that_is_known(stage: Stage, as_seen: bool) -> None:
    """With what they have seen the second is refused; without, both are good."""
    who = stage.fleet(f"hooks-13-{as_seen}")
    made = await add(stage, OWN, who)
    there = made.headers["Location"]
    asked = who | ({"If-Match": made.headers["ETag"]} if as_seen else {})
    answers = await asyncio.gather(
        *(stage.http.post(f"{there}/rotate-secret", headers=asked) for _ in range(2))
    )
    assert sorted(one.status_code for one in answers) == ([200, 412] if as_seen else [200, 200])
    shown = {one.json()["secret"] for one in answers if one.status_code == 200}
    async with stage.sessions() as session:
        row = await session.get_one(WebhookEndpoint, made.json()["id"])
    before = {made.json()["secret"]} if as_seen else set()
    assert {row.secret, row.previous_secret} == shown | before


async def test_it_is_tried_and_replayed_a_few_times_a_minute(stage: Stage) -> None:
    who, since = stage.fleet("hooks-11"), {"since": "2026-01-01T00:00:00Z"}
    there, other = [(await add(stage, OWN, who)).headers["Location"] for _ in range(2)]
    for _ in range(MOST_TRIES - 1):
        assert (await stage.http.post(f"{there}/test", headers=who)).status_code == 200
    assert (await stage.http.post(f"{there}/replay", json=since, headers=who)).status_code == 200
    for refused in (
        await stage.http.post(f"{there}/test", headers=who),
        await stage.http.post(f"{there}/replay", json=since, headers=who),
    ):
        assert_problem(refused, 429, "webhook_endpoint_tried_often")
        assert refused.headers["Retry-After"] == "60"
    assert (await stage.http.post(f"{other}/test", headers=who)).status_code == 200
