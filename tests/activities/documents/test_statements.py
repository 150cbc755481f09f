"""Monthly statements: every document of a fleet on one, once, whoever issues and however late it came."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter
from sqlalchemy import delete, func, select

from activities.documents.issuing import Issuing, content_of
from activities.documents.statements import WAITS_FOR, StatementIssuer, last_month, statement_of
from db.engine import Sessions, create_engine, create_sessions
from db.queries.money import documents
from db.queries.money.documents import Subject, issue_document
from db.tables import BillingParty, Document, DocumentDue, LedgerTransaction, Notification, StatementDocument
from domain.documents.changes import Standing
from domain.documents.content import Content
from domain.documents.statement import Statement, by_cost_center
from domain.money.amount import Money
from tests.activities.money.account_desk import make_account
from tests.factories.documents import ISSUER, make_content, make_energy, make_standing
from texts.charts.shapes import Label
from texts.documents.page import html_of
from texts.documents.pdf import pdf_of
from texts.documents.statement import statement_csv, statement_sheet
from texts.languages import Language
from texts.reader import Reader

BERLIN = ZoneInfo("Europe/Berlin")
OVER = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
_CONTENT = TypeAdapter(Content)


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=8)
    yield create_sessions(engine)
    await engine.dispose()


async def issued(
    sessions: Sessions,
    key: str,
    after: Standing,
    before: Standing | None = None,
    month: str = "2026-11",
    **over: str,
) -> None:
    fleet = over.pop("fleet", "fleet-1")
    content = make_content(after, before, fleet_id=fleet, reservation=key, **over)
    subject = Subject(
        kind=content.told.kind, month=month, reservation_code=key, driver_id="d", fleet_id=fleet
    )
    async with sessions.begin() as session:
        as_json = _CONTENT.dump_python(content, mode="json")
        await issue_document(session, ISSUER.series, f"{key}:{content.told.kind}", as_json, OVER, subject)


def issuer(sessions: Sessions) -> StatementIssuer:
    return StatementIssuer(sessions, Issuing(issuer=ISSUER, zone=BERLIN))


async def statements(sessions: Sessions) -> list[Statement]:
    async with sessions() as session:
        rows = await session.scalars(
            select(Document).where(Document.kind == "statement").order_by(Document.id)
        )
        return [statement_of(row.content) for row in rows]


def numbers(statement: Statement) -> Sequence[str]:
    return [entry.number for entry in statement.entries]


async def test_a_month_is_told_by_cost_centre_with_the_sums_of_its_documents(sessions: Sessions) -> None:
    first = make_standing(make_energy(10_000), card=595)
    await issued(sessions, "A", first, cost_center="4711")
    await issued(sessions, "B", make_standing(make_energy(20_000)), cost_center="=cmd()")
    await issued(sessions, "A", make_standing(make_energy(8000), card=476), first, cost_center="4711")
    await issued(sessions, "C", make_standing(make_energy(1000)), fleet="fleet-2")
    async with sessions.begin() as session:
        session.add(
            BillingParty(
                kind="fleet", subject="fleet-1", name="Vans", address="Hof 3", country="DE", changed_at=OVER
            )
        )
    await issuer(sessions).issue_all(OVER)
    ours, theirs = await statements(sessions)
    assert (ours.fleet_id, ours.month, numbers(ours), ours.buyer and ours.buyer.name) == (
        "fleet-1",
        "2026-11",
        ["T-000001", "T-000002", "T-000003"],
        "Vans",
    )
    assert (theirs.fleet_id, numbers(theirs)) == ("fleet-2", ["T-000004"])
    assert [(center.name, center.gross.minor) for center in by_cost_center(ours)] == [
        ("4711", 476),
        ("=cmd()", 1190),
    ]
    (part,) = ours.taxes
    assert (part.net.minor, part.tax.minor, ours.gross.minor) == (1400, 266, 1666)
    shown = statement_sheet(ours, 5, OVER, Reader(Language.GERMAN))
    assert shown.title == "Monatsabrechnung T-000005"
    assert ("Gesamtbetrag", "16,66 EUR") in [(one.label, one.amount) for one in shown.sums]
    page = html_of(shown)
    assert page.count('role="img"') == 1
    (bars,) = shown.charts
    labels = [shape.text for shape in bars.shapes if isinstance(shape, Label) and " · " in shape.text]
    assert labels == ["=cmd() · 11,90", "4711 · 4,76"]
    assert pdf_of(page, title=shown.title, language="de", page=shown.page, made_at=OVER, charts=shown.charts)
    assert statement_sheet(replace(ours, drawn=False), 5, OVER, Reader()).charts == (), "as from before"
    assert statement_sheet(theirs, 6, OVER, Reader()).charts == (), "a single bar says nothing"
    head, *rows = statement_csv(ours, 5).splitlines()
    assert head.startswith("statement,document,kind")
    assert [row.split(",")[-2] for row in rows] == ["5.95", "11.90", "-1.19"]
    assert ",'=cmd()," in rows[1]


async def test_each_document_is_on_one_statement_also_what_comes_late(sessions: Sessions) -> None:
    await issued(sessions, "A", make_standing(make_energy(10_000)))
    work = issuer(sessions)
    await asyncio.gather(*(work.issue_all(OVER) for _ in range(4)))
    await work.issue_all(OVER)
    await issued(sessions, "LATE", make_standing(make_energy(2000)))
    await issued(sessions, "B", make_standing(make_energy(3000)), month="2026-12")
    await work.issue_all(OVER + timedelta(days=1))
    november, *none = await statements(sessions)
    assert (numbers(november), none) == (["T-000001"], [])
    await work.issue_all(datetime(2027, 1, 1, 3, 0, tzinfo=UTC))
    _, december = await statements(sessions)
    assert (december.month, [entry.reservation for entry in december.entries]) == ("2026-12", ["LATE", "B"])
    async with sessions() as session:
        told = await session.scalars(select(Notification).order_by(Notification.id))
        assert [(one.fleet_id, one.driver_id, one.parameters["number"]) for one in told] == [
            ("fleet-1", "", "T-000002"),
            ("fleet-1", "", "T-000005"),
        ]
        listed = (await session.scalars(select(StatementDocument.statement_id))).all()
    assert len(listed) == 3
    assert len(set(listed)) == 2


async def posted(sessions: Sessions, key: str, fleet: str) -> None:
    """Within the month, and without a document yet."""
    async with sessions.begin() as session:
        session.add(
            LedgerTransaction(
                key=key,
                reservation_code=key.split(":")[0],
                driver_id="d",
                fleet_id=fleet,
                cause="driver",
                code="settlement",
                parameters={},
                posted_at=OVER - timedelta(days=1),
            )
        )


async def test_a_month_waits_for_what_was_posted_in_it_and_some_days_only_for_what_cannot_be_issued(
    sessions: Sessions,
) -> None:
    for fleet in ("fleet-1", "fleet-2"):
        await issued(sessions, f"A-{fleet}", make_standing(make_energy(10_000)), fleet=fleet)
    await posted(sessions, "HANGS:settle", "fleet-1")
    await posted(sessions, "HANGS:settle-2", "fleet-1")
    await posted(sessions, "SOON:settle", "fleet-2")
    async with sessions.begin() as session:
        first = select(func.min(DocumentDue.transaction_id)).where(DocumentDue.reservation_code == "HANGS")
        await documents.put_off(session, await session.scalar(first) or 0, until=OVER)
    limit = datetime(2026, 11, 30, 23, 0, tzinfo=UTC) + WAITS_FOR
    for now in (OVER, limit - timedelta(seconds=1)):
        await issuer(sessions).issue_all(now)
        assert await statements(sessions) == []
    await issuer(sessions).issue_all(limit)
    (late,) = await statements(sessions)
    assert (late.fleet_id, late.missing, numbers(late)) == ("fleet-1", ("HANGS",), ["T-000001"])
    assert ["HANGS" in note for note in statement_sheet(late, 3, limit, Reader()).notes] == [True]
    async with sessions.begin() as session:
        await session.execute(delete(DocumentDue))
    await issued(sessions, "HANGS", make_standing(make_energy(10_000)))
    await issuer(sessions).issue_all(datetime(2027, 1, 1, 3, 0, tzinfo=UTC))
    found = {(one.fleet_id, one.month): one for one in await statements(sessions)}
    december = found["fleet-1", "2026-12"]
    assert ([one.reservation for one in december.entries], december.missing) == (["HANGS"], ())


async def test_what_breaks_of_one_fleet_holds_up_no_other(sessions: Sessions) -> None:
    await issued(sessions, "A", make_standing(make_energy(10_000)), fleet="fleet-1")
    await issued(sessions, "B", make_standing(make_energy(10_000)), fleet="fleet-2")
    async with sessions.begin() as session:
        subject = Subject(kind="receipt", month="2026-11", fleet_id="fleet-1")
        await issue_document(session, ISSUER.series, "of another version", {"new": True}, OVER, subject)
    await issuer(sessions).issue_all(OVER)
    assert [one.fleet_id for one in await statements(sessions)] == ["fleet-2"]


def test_a_month_is_over_an_hour_after_midnight_on_the_operators_clock() -> None:
    midnight = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    assert last_month(midnight + timedelta(minutes=59), BERLIN) == "2026-10"
    assert last_month(midnight + timedelta(minutes=60), BERLIN) == "2026-11"
    assert content_of(_CONTENT.dump_python(make_content(), mode="json")) == make_content()


async def test_who_pays_by_invoice_is_told_until_when_and_what_is_open_in_all(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add(make_account())
        session.add(make_account(fleet_id="fleet-2", currency="SEK"))
    await issued(sessions, "A", make_standing(make_energy(10_000), on_account=True))
    await issued(sessions, "B", make_standing(make_energy(10_000), card=595))
    await issued(sessions, "C", make_standing(make_energy(10_000)), fleet="fleet-2")
    await issuer(sessions).issue_all(OVER)
    ours, theirs = await statements(sessions)
    assert (ours.gross.minor, ours.invoiced.minor, ours.due_on) == (1190, 595, date(2026, 12, 14))
    assert (ours.owed, theirs.due_on, theirs.owed) == (Money(0, "EUR"), None, None)
    shown = statement_sheet(ours, 5, OVER, Reader())
    assert "Please pay by 14 Dec 2026." in shown.notes
    assert [one.amount for one in shown.sums[-2:]] == ["5.95 EUR", "0.00 EUR"]
