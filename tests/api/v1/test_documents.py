"""Documents by API: one's own, in the form and language that are wanted."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from facturx import get_facturx_xml_from_pdf, xml_check_xsd
from pydantic import TypeAdapter
from pypdf import PdfReader
from sqlalchemy import select, text

from activities.documents.issuing import Issuing
from activities.documents.statements import StatementIssuer
from api.v1.views.documents import LONGEST_PAPER
from db.queries.money.documents import Subject, issue_document
from db.tables import BillingNote
from domain.documents.content import Buyer, Content
from domain.documents.statement import Statement, entry_of
from domain.reservation.code import reservation_code
from tests.api.stage import NOW, Stage, assert_problem
from tests.api.web.visits import ANA, BEN, opened, signed_in
from tests.factories.documents import ISSUER, make_content, make_energy, make_standing

MINE, OTHERS, FLEETS = (reservation_code("driver", key) for key in ("paper", "not mine", "van"))
BUYER = Buyer(name="Example Logistics GmbH", address=("Hof 3", "24103 Kiel"), country="DE")
_CONTENT = TypeAdapter(Content)


@pytest.fixture(autouse=True)
async def documents(stage: Stage) -> dict[str, int]:
    """Id by reservation; the credit note of the first is `corrected`."""
    ids: dict[str, int] = {}
    owners = ((MINE, "driver-1", None), (OTHERS, "driver-2", None), (FLEETS, "fleet-1-driver", "fleet-1"))
    async with stage.sessions.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("DELETE FROM statement_documents"))
        await session.execute(text("DELETE FROM documents"))
        await session.execute(text("DELETE FROM document_numbers"))
    async with stage.sessions.begin() as session:
        for code, driver, fleet in owners:
            content = make_content(
                reservation=code,
                driver_id=driver,
                fleet_id=fleet,
                reference="<i>Kiel</i>",
                buyer=BUYER if fleet else None,
            )
            subject = Subject(
                kind="receipt", month="2026-11", reservation_code=code, driver_id=driver, fleet_id=fleet
            )
            as_json = _CONTENT.dump_python(content, mode="json")
            row = await issue_document(
                session, ISSUER.series, f"{code}:settle:receipt", as_json, NOW, subject
            )
            ids[code] = row.id
        before, after = (
            make_standing(make_energy(10_000), card=595),
            make_standing(make_energy(8000), card=476),
        )
        content = make_content(after, before, reservation=MINE, refers_to="T-000001")
        subject = Subject(kind="credit_note", month="2026-12", reservation_code=MINE, driver_id="driver-1")
        as_json = _CONTENT.dump_python(content, mode="json")
        later = NOW + timedelta(days=10)
        row = await issue_document(
            session, ISSUER.series, f"{MINE}:settle-2:credit_note", as_json, later, subject
        )
        ids["corrected"] = row.id
    return ids


async def test_the_link_of_a_mail_is_read_by_whoever_is_signed_in_and_whose_it_is(
    stage: Stage, documents: dict[str, int]
) -> None:
    ana, ben = await signed_in(stage, ANA), await signed_in(stage, BEN)
    mine = documents[MINE]
    by_token = await stage.http.get(f"/v1/documents/{mine}.html", headers=stage.driver())
    async with ana.http, ben.http:
        page = await ana.get(f"/documents/{mine}", **{"Accept-Language": "en"})
        assert (page.status_code, page.text) == (200, by_token.text)
        assert page.headers["content-security-policy"] == by_token.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        paper = await ana.get(f"/documents/{mine}.pdf")
        assert paper.headers["content-type"] == "application/pdf"
        assert paper.content.startswith(b"%PDF")
        for address in (
            f"/documents/{mine}",
            f"/documents/{mine}.pdf",
            "/documents/0",
            f"/documents/{2**70}",
        ):
            assert (await ben.get(address)).status_code == 404
    async with opened(stage).http as http:
        asked = await http.get(f"/documents/{mine}")
        assert asked.headers["location"] == f"/sign-in?back=%2Fdocuments%2F{mine}"


async def test_each_sees_their_own_and_operators_all(stage: Stage, documents: dict[str, int]) -> None:
    async def listed(who: dict[str, str], **query: str | int) -> list[str]:
        answer = await stage.http.get("/v1/documents", params=query, headers=who)
        assert answer.status_code == 200, answer.text
        return [one["number"] for one in answer.json()["items"]]

    assert await listed(stage.driver()) == ["T-000004", "T-000001"]
    assert await listed(stage.fleet()) == ["T-000003"]
    assert await listed(stage.operators()) == ["T-000004", "T-000003", "T-000002", "T-000001"]
    assert await listed(stage.operators(), driver_id="driver-2") == ["T-000002"]
    assert await listed(stage.driver(), kind="credit_note", month="2026-12", reservation_code=MINE) == [
        "T-000004"
    ]
    first = (await stage.http.get("/v1/documents", params={"limit": 1}, headers=stage.driver())).json()
    assert await listed(stage.driver(), limit=1, cursor=first["next_cursor"]) == ["T-000001"]
    for who in (stage.driver(), stage.fleet()):
        answer = await stage.http.get(f"/v1/documents/{documents[OTHERS]}.pdf", headers=who)
        assert_problem(answer, 404, "document_unknown")


async def test_as_json_every_sum_is_there_and_adds_up(stage: Stage, documents: dict[str, int]) -> None:
    answer = await stage.http.get(f"/v1/documents/{documents['corrected']}", headers=stage.driver())
    told = answer.json()
    assert (told["title"], told["refers_to"], told["kind"]) == (
        "Credit note T-000004",
        "T-000001",
        "credit_note",
    )
    assert [(line["net_minor"], line["taken_back"], line["why"]) for line in told["lines"]] == [
        (-500, True, "As metered at the connector"),
        (400, False, "As metered at the connector"),
    ]
    (part,) = told["taxes"]
    assert (part["net_minor"], part["tax_minor"], part["gross_minor"]) == (-100, -19, -119)
    sums = (told["net_minor"], told["tax_minor"], told["rounding_minor"], told["gross_minor"])
    assert sums == (-100, -19, 0, -119)
    assert [one["amount_minor"] for one in told["payments"]] == [-119]


async def test_as_a_page_or_a_pdf_in_the_readers_language(stage: Stage, documents: dict[str, int]) -> None:
    mine, german = f"/v1/documents/{documents[MINE]}", {**stage.driver(), "Accept-Language": "de"}
    page = await stage.http.get(f"{mine}.html", headers=german)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-language"] == "de"
    assert "script-src" not in page.headers["content-security-policy"]
    assert "Rechnung T-000001" in page.text
    assert "<i>Kiel</i>" not in page.text
    summary = (await stage.http.get("/v1/documents", headers=german)).json()["items"][-1]
    paper = await stage.http.get(summary["pdf"], headers=german)
    assert paper.headers["content-type"] == "application/pdf"
    assert "T-000001.pdf" in paper.headers["content-disposition"]
    assert "Rechnung T-000001" in PdfReader(BytesIO(paper.content)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("application/pdf", "application/pdf"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("text/html;q=0.1, application/pdf;q=0.9", "application/pdf"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("nonsense;q=x, ;;", "application/json"),
    ],
)
async def test_what_is_accepted_is_sent(
    stage: Stage, documents: dict[str, int], accept: str, form: str
) -> None:
    answer = await stage.http.get(
        f"/v1/documents/{documents[MINE]}", headers={**stage.driver(), "Accept": accept}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, form)


@pytest.mark.parametrize(
    "name", ["0", "x", "1.exe", "1.pdf.pdf", "99999999999999999999", "-1", "987654321.pdf"]
)
async def test_what_is_not_there_is_unknown(stage: Stage, name: str) -> None:
    assert_problem(
        await stage.http.get(f"/v1/documents/{name}", headers=stage.driver()), 404, "document_unknown"
    )


async def test_a_cost_centre_is_kept_for_what_is_issued_from_now_on(stage: Stage) -> None:
    code = await stage.booked()
    path = f"/v1/reservations/{code}/billing"
    for body in ({"cost_center": "4711", "reference": " Trip "}, {"reference": "Other trip"}):
        answer = await stage.http.put(path, json=body, headers=stage.driver())
        assert answer.status_code == 200, answer.text
    async with stage.sessions() as session:
        note = (await session.scalars(select(BillingNote).where(BillingNote.reservation_code == code))).one()
    assert (note.cost_center, note.reference) == ("", "Other trip")
    for wrong in ({"reference": "a\x00b"}, {"reference": "x" * 65}, {"colour": "red"}):
        assert_problem(await stage.http.put(path, json=wrong, headers=stage.driver()), 422, "invalid_request")
    shown = await stage.http.get(path, headers=stage.driver())
    assert shown.json() == {"reservation": code, "cost_center": "", "reference": "Other trip"}
    for stranger in (
        await stage.http.put(path, json={}, headers=stage.driver("driver-2")),
        await stage.http.get(path, headers=stage.driver("driver-2")),
    ):
        assert_problem(stranger, 404, "reservation_unknown")


async def test_a_booking_says_what_its_documents_show_and_a_retry_leaves_what_was_said_since(
    stage: Stage,
) -> None:
    said: dict[str, Any] = {"cost_center": "4711", "reference": " Trip to Kiel "}
    code = await stage.booked(key="billed", **said)
    path = f"/v1/reservations/{code}"
    shown = (await stage.http.get(path, headers=stage.driver())).json()
    assert (shown["cost_center"], shown["reference"]) == ("4711", "Trip to Kiel")
    await stage.http.put(f"{path}/billing", json={"cost_center": "4712"}, headers=stage.driver())
    assert await stage.booked(key="billed", **said) == code
    shown = (await stage.http.get(path, headers=stage.driver())).json()
    assert (shown["cost_center"], shown["reference"]) == ("4712", "")
    assert_problem(await stage.book(cost_center="x" * 65), 422, "invalid_request")
    assert_problem(await stage.book(key="billed", cost_center="4713"), 422, "idempotency_key_reused")


async def test_a_business_has_its_invoice_by_machine_also_within_the_pdf(
    stage: Stage, documents: dict[str, int]
) -> None:
    """The fleet's receipt names it; a driver's names nobody, and is none."""
    fleets, path = stage.fleet(), f"/v1/documents/{documents[FLEETS]}"
    answer = await stage.http.get(f"{path}.xml", headers=fleets)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml; charset=utf-8")
    assert xml_check_xsd(answer.content, flavor="factur-x", level="en16931")
    assert b"<ram:Name>Example Logistics GmbH</ram:Name>" in answer.content
    name, within = get_facturx_xml_from_pdf((await stage.http.get(f"{path}.pdf", headers=fleets)).content)
    assert (name, within) == ("factur-x.xml", answer.content)
    (listed,) = (await stage.http.get("/v1/documents", headers=fleets)).json()["items"]
    assert listed["xml"] == f"{path}.xml"
    drivers = await stage.http.get(f"/v1/documents/{documents[MINE]}.xml", headers=stage.driver())
    assert_problem(drivers, 404, "document_unknown")


async def test_each_says_how_their_own_invoices_name_them(stage: Stage) -> None:
    path = "/v1/billing-party"
    party = {
        "name": "Example Logistics GmbH",
        "address": ["Hof 3", "24103 Kiel"],
        "country": "DE",
        "tax_id": "",
    }
    for who, over in ((stage.driver(), {}), (stage.fleet(), {"tax_id": "DE987654321"})):
        answer = await stage.http.put(path, json=party | over, headers=who)
        assert answer.status_code == 200, answer.text
        assert (await stage.http.get(path, headers=who)).json() == party | over
    assert (await stage.http.get(path, headers=stage.driver("driver-2"))).json() is None
    wrongs: list[dict[str, Any]] = [
        {"country": "Germany"}, {"tax_id": "12"}, {"address": []}, {"name": "a\x00b"}, {"name": ""}
    ]  # fmt: skip
    for wrong in wrongs:
        answer = await stage.http.put(path, json=party | wrong, headers=stage.fleet())
        assert_problem(answer, 422, "invalid_request")


async def test_a_fleet_reads_its_month_as_json_page_pdf_and_table(
    stage: Stage, documents: dict[str, int]
) -> None:
    statements = StatementIssuer(stage.sessions, Issuing(issuer=ISSUER))
    await statements.issue_all(NOW + timedelta(days=20))
    query, fleets = {"kind": "statement"}, stage.fleet()
    (listed,) = (await stage.http.get("/v1/documents", params=query, headers=fleets)).json()["items"]
    assert (listed["title"], listed["month"], listed["gross_minor"]) == (
        "Monthly statement T-000005",
        "2026-11",
        595,
    )
    told = (await stage.http.get(f"/v1/documents/{listed['id']}", headers=fleets)).json()
    (center,) = told["cost_centers"]
    assert [(one["number"], one["gross_minor"]) for one in center["documents"]] == [("T-000003", 595)]
    table = await stage.http.get(listed["csv"], headers=fleets)
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.text.splitlines()[1].startswith("T-000005,T-000003,receipt")
    for form in (listed["html"], listed["pdf"]):
        assert (await stage.http.get(form, headers=fleets)).status_code == 200
    driver = await stage.http.get(listed["csv"], headers=stage.driver())
    assert_problem(driver, 404, "document_unknown")
    receipt = await stage.http.get(f"/v1/documents/{documents[FLEETS]}.csv", headers=fleets)
    assert_problem(receipt, 404, "document_unknown")


async def test_a_long_month_is_listed_by_its_sums_and_read_as_a_page_or_a_table(
    stage: Stage, documents: dict[str, int]
) -> None:
    content = make_content(make_standing(make_energy(10_000)), fleet_id="fleet-1")
    entry = entry_of(content, 3, NOW)
    invoiced = replace(entry, invoiced=entry.gross)
    statement = Statement(
        issuer=ISSUER,
        buyer=None,
        fleet_id="fleet-1",
        month="2026-10",
        zone="Europe/Berlin",
        currency="EUR",
        entries=(entry, *(invoiced for _ in range(LONGEST_PAPER))),
        taxes=content.told.taxes,
    )
    async with stage.sessions.begin() as session:
        as_json = TypeAdapter(Statement).dump_python(statement, mode="json")
        subject = Subject(kind="statement", month="2026-10", fleet_id="fleet-1")
        await issue_document(session, ISSUER.series, "long", as_json, NOW, subject)
    fleets = stage.fleet()
    found = (await stage.http.get("/v1/documents", params={"kind": "statement"}, headers=fleets)).json()
    (listed,) = found["items"]
    assert (listed["gross_minor"], listed["outstanding_minor"]) == (595 * 2001, 595 * 2000)
    told = (await stage.http.get(f"/v1/documents/{listed['id']}", headers=fleets)).json()
    assert {name: told[name] for name in listed} == listed
    problem = assert_problem(await stage.http.get(listed["pdf"], headers=fleets), 422, "document_too_long")
    assert "2,001" in problem["detail"] or "2001" in problem["detail"]
    table = await stage.http.get(listed["csv"], headers=fleets)
    assert len(table.text.splitlines()) == 2002
    assert (await stage.http.get(listed["html"], headers=fleets)).status_code == 200


async def test_a_reservation_that_is_over_leads_to_its_documents(stage: Stage) -> None:
    code = await stage.booked()
    ana = await signed_in(stage, ANA)
    async with stage.sessions.begin() as session:
        content = _CONTENT.dump_python(make_content(reservation=code, driver_id="driver-1"), mode="json")
        subject = Subject(kind="receipt", month="2026-11", reservation_code=code, driver_id="driver-1")
        paper = await issue_document(session, ISSUER.series, f"{code}:settle:receipt", content, NOW, subject)
        link = f'href="/documents/{paper.id}"'
    async with ana.http:
        for closed, state in ((False, "CONFIRMED"), (True, "COMPLETED")):
            await stage.publish(code, closed=closed, state=state, driver_id="driver-1")
            page = await ana.get(f"/r/{code}")
            assert page.status_code == 200, page.text
            assert (link in page.text) == closed
