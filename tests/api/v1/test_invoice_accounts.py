"""Invoice accounts by API: opened by operators, paid by bank transfers, shown to whoever owes."""

import asyncio
import uuid
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from activities.money.ledger import Posting, post
from api.desk.documents import name_party
from db.tables import AuditEntry, BillingParty, LedgerEntry, LedgerTransaction
from domain.documents.content import Buyer
from domain.facts.ledger import Settlement
from domain.money.accounts import FLEET, Stand
from domain.money.amount import Money
from tests.api.stage import NOW, Stage, assert_problem

PARTY = {"name": "Vans GmbH", "address": ["Hof 3", "24103 Kiel"], "country": "DE"}


@pytest.fixture
def fleet() -> str:
    return f"fleet-{uuid.uuid4().hex[:12]}"


async def put(stage: Stage, fleet: str, if_match: str = "*", **over: Any) -> httpx.Response:
    body = {"party": PARTY, "currency": "EUR", "days_to_pay": 14, "limit_minor": 100_000} | over
    path = f"/v1/operations/invoice-accounts/{fleet}"
    seen = {} if if_match == "*" else {"If-Match": if_match}
    return await stage.http.put(path, json=body, headers=stage.operators("olga") | seen)


async def transferred(stage: Stage, fleet: str, minor: int, reference: str, **over: Any) -> httpx.Response:
    body = {"amount_minor": minor, "currency": "EUR", "reference": reference} | over
    body = {"received_on": NOW.date().isoformat()} | body
    path = f"/v1/operations/invoice-accounts/{fleet}/transfers"
    return await stage.http.post(path, json=body, headers=stage.operators("olga"))


async def owed(stage: Stage, fleet: str) -> dict[str, Any]:
    path = f"/v1/operations/invoice-accounts/{fleet}"
    answer = await stage.http.get(path, headers=stage.operators("olga"))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def invoiced(stage: Stage, fleet: str, code: str, minor: int) -> None:
    books = {
        Stand(account=FLEET): Money(minor, "EUR"),
        Stand(account="revenue:energy"): Money(-minor, "EUR"),
    }
    posting = Posting(
        code=code, step="settle", cause="driver", fact=Settlement(state="completed"), target=books, now=NOW,
        fleet_id=fleet,
    )  # fmt: skip
    async with stage.sessions.begin() as session:
        await post(session, posting)


async def test_an_account_is_opened_named_changed_closed_and_audited(stage: Stage, fleet: str) -> None:
    opened = (await put(stage, fleet)).json()
    assert (opened["open_minor"], opened["active"], opened["party"]["name"]) == (0, True, "Vans GmbH")
    closed = (await put(stage, fleet, active=False, limit_minor=None)).json()
    assert (closed["active"], closed["limit_minor"], closed["days_to_pay"]) == (False, None, 14)
    for over, member in (({"currency": "SEK"}, "currency"), ({"currency": "XYZ"}, "currency")):
        refused = await put(stage, fleet, **over)
        assert_problem(refused, 422, "invalid_request")
        assert member in refused.text
    async with stage.sessions() as session:
        found = await session.execute(
            select(AuditEntry.code, AuditEntry.actor)
            .where(AuditEntry.subject == fleet)
            .order_by(AuditEntry.id)
        )
        assert [tuple(row) for row in found] == [
            ("invoice_account_set", "operator:olga"),
            ("invoice_account_closed", "operator:olga"),
        ]
        party = await session.get(BillingParty, ("fleet", fleet))
        assert party is not None
        assert party.address == "Hof 3\n24103 Kiel"
    listed = await stage.http.get(
        "/v1/operations/invoice-accounts",
        params={"after": fleet[:-1], "limit": 1},
        headers=stage.operators("olga"),
    )
    assert fleet in [one["fleet_id"] for one in listed.json()["items"]]
    assert "next_cursor" in listed.json()


async def test_who_was_renamed_this_moment_is_not_renamed_by_who_has_not_seen_it(
    stage: Stage, fleet: str
) -> None:
    """The fleet's own change is not committed yet when the operator's comes."""
    opened = await put(stage, fleet)
    tag = opened.headers["ETag"]
    buyer = Buyer(name="Renamed GmbH", address=("Hof 4",), country="DE")
    async with stage.sessions() as theirs:
        await name_party(theirs, ("fleet", fleet), buyer, NOW)
        await theirs.flush()
        mine = asyncio.create_task(put(stage, fleet, if_match=tag))
        async with stage.sessions() as watcher:
            while not await watcher.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                await watcher.rollback()
        await theirs.commit()
    refused = await mine
    assert_problem(refused, 412, "changed_meanwhile")
    assert (await owed(stage, fleet))["account"]["party"]["name"] == "Renamed GmbH"


async def test_a_transfer_is_booked_once_and_pays_the_oldest_first(stage: Stage, fleet: str) -> None:
    await put(stage, fleet)
    await invoiced(stage, fleet, f"A-{fleet}", 1000)
    await invoiced(stage, fleet, f"B-{fleet}", 2000)
    answers = await asyncio.gather(*(transferred(stage, fleet, 2500, f"T1-{fleet}") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}, answers[0].text
    assert len({answer.json()["id"] for answer in answers}) == 1
    short = answers[0].json()
    assert (short["open_before_minor"], short["open_after_minor"]) == (3000, 500)
    left = await owed(stage, fleet)
    assert (left["account"]["open_minor"], left["overpaid_minor"]) == (500, 0)
    assert sum(one["left_minor"] for one in left["items"]) == 500
    (_, *_) = [one for one in left["ages"] if one["age"] == "not_due" and one["amount_minor"] == 500]
    over = (await transferred(stage, fleet, 700, f"T2-{fleet}")).json()
    assert over["open_after_minor"] == -200
    paid = await owed(stage, fleet)
    assert (paid["items"], paid["overpaid_minor"]) == ([], 200)
    await transferred(stage, fleet, -200, f"T3-{fleet}", note="sent back")
    assert (await owed(stage, fleet))["account"]["open_minor"] == 0
    async with stage.sessions() as session:
        rows = await session.execute(
            select(LedgerEntry.account, LedgerEntry.amount_minor)
            .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
            .where(LedgerTransaction.fleet_id == fleet, LedgerEntry.account == "bank")
            .order_by(LedgerEntry.id)
        )
        assert [minor for _, minor in rows] == [2500, 700, -200]
        audited = await session.scalars(select(AuditEntry.code).where(AuditEntry.subject == fleet))
        assert list(audited).count("transfer_booked") == 3
    path = f"/v1/operations/invoice-accounts/{fleet}/transfers"
    first = (await stage.http.get(path, params={"limit": 2}, headers=stage.operators("olga"))).json()
    rest = await stage.http.get(
        path, params={"cursor": first["next_cursor"]}, headers=stage.operators("olga")
    )
    assert [one["amount_minor"] for one in [*first["items"], *rest.json()["items"]]] == [-200, 700, 2500]


async def test_what_cannot_be_booked_is_refused_and_changes_nothing(stage: Stage, fleet: str) -> None:
    await put(stage, fleet)
    await put(stage, f"{fleet}-b")
    await transferred(stage, fleet, 100, f"T1-{fleet}")
    otherwise = [
        await transferred(stage, fleet, 101, f"T1-{fleet}"),
        await transferred(stage, f"{fleet}-b", 100, f"T1-{fleet}"),
        await transferred(stage, fleet, 100, f"T1-{fleet}", received_on="2020-01-01"),
    ]
    for answer in otherwise:
        assert_problem(answer, 409, "transfer_booked_otherwise")
    for bad in (
        await transferred(stage, fleet, 0, f"T2-{fleet}"),
        await transferred(stage, fleet, 100, f"T2-{fleet}", currency="SEK"),
        await transferred(stage, fleet, 100, f"T2-{fleet}", received_on="2199-01-01"),
    ):
        assert_problem(bad, 422, "invalid_request")
    assert_problem(await transferred(stage, "nobody", 100, f"T2-{fleet}"), 404, "invoice_account_unknown")
    assert (await owed(stage, fleet))["account"]["open_minor"] == -100


async def test_a_fleet_sees_its_own_account_alone(stage: Stage, fleet: str) -> None:
    await put(stage, fleet)
    await invoiced(stage, fleet, f"A-{fleet}", 1000)
    mine = await stage.http.get("/v1/invoice-account", headers=stage.fleet(fleet))
    assert (mine.status_code, mine.json()["account"]["open_minor"]) == (200, 1000)
    other = await stage.http.get("/v1/invoice-account", headers=stage.fleet(f"{fleet}-x"))
    assert_problem(other, 404, "invoice_account_unknown")
    assert_problem(await stage.http.get("/v1/invoice-account", headers=stage.driver()), 403, "scope_missing")
