"""What a fleet's months come to, by pages: its own alone, names are no markup, and cells are no formulas."""

import csv
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import Range

from api.desk.budgets import Budgets
from api.desk.principal import Principal
from api.web.fleet_costs import beside, by_center, center_chart, charges_csv
from db.queries.money.budgets import CenterSum, Charge
from db.queries.money.documents import Subject, issue_document
from db.tables import CostCenter, Hold, InvoiceAccount, Site
from domain.documents.statement import Statement, entry_of
from domain.money.amount import Money
from domain.money.bookkeeping import Month
from domain.terms.budgets import BudgetUse
from tests.api.stage import NOW, Stage
from tests.api.web.visits import ANA, DORA, Browser, signed_in
from tests.factories.documents import ISSUER, make_content
from texts.charts.shapes import Bar
from texts.reader import Reader
from texts.tables import table

_ENGLISH = {"Accept-Language": "en"}
_STATEMENT = re.compile(r'<li><a href="(/documents/\d+)">(.*?)</li>')


@pytest.fixture
async def dora(stage: Stage) -> AsyncIterator[Browser]:
    async with stage.sessions.begin() as session:
        await session.merge(
            InvoiceAccount(
                fleet_id="fleet-1",
                currency="EUR",
                days_to_pay=14,
                limit_minor=None,
                active=True,
                changed_at=NOW,
            )
        )
    browser = await signed_in(stage, DORA)
    async with browser.http:
        yield browser


async def test_a_cost_center_and_its_budget_are_made_on_the_page(dora: Browser) -> None:
    page = await dora.get("/fleet/costs")
    name = "<b>Vans</b>"
    assert (await dora.send(page, "/fleet/costs/centers", code="4711", name=name)).status_code == 303
    kept = await dora.send(page, "/fleet/costs/budgets", center="4711", amount="1500", hard="true")
    assert kept.status_code == 303, kept.text
    shown = (await dora.get("/fleet/costs")).text
    assert "&lt;b&gt;Vans" in shown
    assert "<b>Vans" not in shown
    assert "1500.00" in shown
    planning = await dora.get("/fleet/costs?plan=4711")
    assert 'value="1500.00"' in planning.text
    assert (await dora.send(planning, "/fleet/costs/budgets", amount="1499,995")).status_code == 422
    assert (await dora.send(planning, "/fleet/costs/budgets", amount="1499,95")).status_code == 303
    planning = await dora.get("/fleet/costs?plan=4711")
    assert 'value="1499.95"' in planning.text
    assert (await dora.send(planning, "/fleet/costs/budgets", amount="")).status_code == 303
    assert "1500.00" not in (await dora.get("/fleet/costs")).text
    assert (await dora.send(page, "/fleet/costs/budgets", center="none", amount="1")).status_code == 404


async def test_the_page_after_a_press_is_of_the_same_month_and_says_what_was_done(dora: Browser) -> None:
    page = await dora.get("/fleet/costs?month=2026-09")
    for press, said, told in (
        ("centers", {"code": "SAID-1", "name": "Vans"}, "The cost center is saved."),
        ("budgets", {"amount": "20"}, "The budget is saved."),
        ("budgets", {"amount": ""}, "There is no budget there any more"),
    ):
        done = await dora.send(page, f"/fleet/costs/{press}", **said)
        assert done.status_code == 303, done.text
        page = await dora.get(done.headers["location"])
        assert page.url.params["month"] == "2026-09"
        assert page.url.params["plan"] == "SAID-1"
        assert f'<p role="status">{told}' in page.text
        assert "SAID-1 · Vans</h3>" in page.text
    refused = await dora.send(page, "/fleet/costs/budgets", amount="much")
    assert refused.status_code == 422
    assert 'role="status"' not in refused.text
    assert (await dora.get("/fleet/costs?done=<b>")).status_code == 422
    assert (await dora.send(page, "/fleet/costs/budgets", amount="1", month="//evil")).status_code == 422


async def test_a_budget_of_a_cost_center_that_ended_can_still_be_dropped(dora: Browser) -> None:
    page = await dora.get("/fleet/costs")
    await dora.send(page, "/fleet/costs/centers", code="OVER", name="Cars", ended="false")
    await dora.send(page, "/fleet/costs/budgets", center="OVER", amount="12")
    page = await dora.get("/fleet/costs?plan=OVER")
    await dora.send(page, "/fleet/costs/centers", name="Cars", ended="true")
    assert "OVER" in (await dora.get("/fleet/costs")).text
    assert (await dora.send(page, "/fleet/costs/budgets", amount="")).status_code == 303
    assert "OVER" not in (await dora.get("/fleet/costs")).text
    assert (await dora.get("/fleet/costs?plan=none")).status_code == 404


async def test_of_two_dispatchers_who_change_the_same_the_second_learns_of_the_first(dora: Browser) -> None:
    page = await dora.get("/fleet/costs")
    new = {"code": "TWO-1", "name": "Vans"}
    assert (await dora.send(page, "/fleet/costs/centers", **new)).status_code == 303
    assert (await dora.send(page, "/fleet/costs/centers", **new)).status_code == 412  # it is there already
    first = await dora.get("/fleet/costs?plan=TWO-1")
    second = await dora.get("/fleet/costs?plan=TWO-1")
    for address, mine, theirs in (
        ("/fleet/costs/centers", {"name": "Lorries"}, {"name": "Cars"}),
        ("/fleet/costs/budgets", {"amount": "200"}, {"amount": "300"}),
    ):
        assert (await dora.send(first, address, **mine)).status_code == 303
        assert (await dora.send(second, address, **theirs)).status_code == 412
    assert (await dora.send(second, "/fleet/costs/budgets", amount="")).status_code == 412
    shown = await dora.get("/fleet/costs?plan=TWO-1")
    assert 'value="Lorries"' in shown.text
    assert 'value="200.00"' in shown.text


async def test_a_fleet_sees_and_changes_its_own_alone(stage: Stage, dora: Browser) -> None:
    page = await dora.get("/fleet/costs")
    await dora.send(page, "/fleet/costs/centers", code="SECRET-1", name="Vans")
    other = await signed_in(stage, DORA | {"sub": "dan", "fleet_id": "fleet-2"})
    async with other.http:
        theirs = await other.get("/fleet/costs")
        assert "SECRET-1" not in theirs.text
        assert (
            await other.send(theirs, "/fleet/costs/budgets", center="SECRET-1", amount="1")
        ).status_code == 404
    ana = await signed_in(stage, ANA)
    async with ana.http:
        for address in ("/fleet/costs", "/fleet/costs/2026-11.csv"):
            assert (await ana.get(address)).status_code == 403


async def test_a_month_is_a_table_for_spreadsheets(stage: Stage, dora: Browser) -> None:
    hold = Hold(
        reservation_code="K7TABLE2", step="book", connector_id=1, pool_id="north-dc", driver_id="fleet-1-driver",
        during=_range(4), slot_start=_at(4), slot_end=_at(5), opens_at=_at(4), watch_from=_at(4), placed_at=NOW,
        account_fleet="fleet-1", account_minor=1234,
    )  # fmt: skip
    async with stage.sessions.begin() as session:
        session.add(hold)
    answer = await dora.get("/fleet/costs/2026-11.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    (header, row) = csv.reader(answer.text.splitlines())
    told = dict(zip(header, row, strict=True))
    assert (told["reservation"], told["spent"], told["promised"]) == ("K7TABLE2", "0.00", "12.34")
    assert (await dora.get("/fleet/costs/2026-13.csv")).status_code == 404


async def test_a_month_of_more_than_is_read_at_once_is_whole(stage: Stage, dora: Browser) -> None:
    placed = {"step": "book", "pool_id": "north-dc", "driver_id": "fleet-1-driver", "placed_at": NOW}
    async with stage.sessions.begin() as session:
        for hour in (5, 6, 7):
            times = {"during": _range(hour), "slot_start": _at(hour), "slot_end": _at(hour + 1)}
            session.add(Hold(
                **placed, **times, reservation_code=f"K7MANY{hour}", connector_id=1, opens_at=_at(hour),
                watch_from=_at(hour), account_fleet="fleet-1", account_minor=1,
            ))  # fmt: skip
    table = [*csv.reader((await dora.get("/fleet/costs/2026-11.csv")).text.splitlines())]
    principal = Principal(subject="dora", scopes=frozenset({"fleet"}), fleet_id="fleet-1")
    budgets = Budgets(stage.sessions, lambda: NOW)
    read = [one.code async for one in budgets.every_charge(principal, Month(2026, 11), at_once=2)]
    assert read == [row[0] for row in table[1:]]
    assert {"K7MANY5", "K7MANY6", "K7MANY7"} <= {*read}


async def charges_in(stage: Stage, month: str) -> list[dict[str, Any]]:
    answer = await stage.http.get("/v1/fleet/charges", params={"month": month}, headers=stage.fleet())
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_the_last_twelve_months_are_what_each_of_them_comes_to(stage: Stage, dora: Browser) -> None:
    placed = {"step": "book", "pool_id": "north-dc", "driver_id": "fleet-1-driver", "placed_at": NOW}
    async with stage.sessions.begin() as session:
        for month, minor in ((1, 1500), (9, 700), (9, 11)):
            at = datetime(2026, month, 3, minor % 24, tzinfo=UTC)
            until = at + timedelta(hours=1)
            times = {
                "during": Range(at, until),
                "slot_start": at,
                "slot_end": until,
                "opens_at": at,
                "watch_from": at,
            }
            session.add(Hold(
                **placed, **times, reservation_code=f"K7YEAR{minor}", connector_id=1, account_fleet="fleet-1",
                account_minor=minor,
            ))  # fmt: skip
    found = (await stage.http.get("/v1/fleet/months", headers=stage.fleet())).json()["items"]
    assert [one["month"] for one in found][::11] == ["2025-12", "2026-11"]
    for one in found:
        charges = await charges_in(stage, one["month"])
        assert one["count"] == len(charges)
        assert one["promised"]["minor"] == sum(charge["promised"]["minor"] for charge in charges)
    assert [one["promised"]["minor"] for one in found if one["month"] in ("2026-01", "2026-09")] == [
        1500,
        711,
    ]
    page = (await dora.get("/fleet/costs?month=2026-01")).text
    assert page.count('role="img"') == 2
    assert "Sep 2026: 0.00 EUR + 7.11 EUR" in page
    other = (await stage.http.get("/v1/fleet/months", headers=stage.fleet("fleet-2"))).json()
    assert other["items"] == [], "without an account nothing goes on it"


async def test_the_months_statements_are_listed_and_lead_to_what_they_say_for_their_fleet(
    stage: Stage, dora: Browser
) -> None:
    content = make_content(fleet_id="fleet-1", driver_id="fleet-1-driver", reservation="K7PAPER2")
    entry = entry_of(content, 7, NOW)
    async with stage.sessions.begin() as session:
        for fleet, month in (("fleet-1", "2026-09"), ("fleet-1", "2026-10"), ("fleet-2", "2026-10")):
            told = Statement(
                issuer=ISSUER, buyer=None, fleet_id=fleet, month=month, zone="Europe/Berlin", currency="EUR",
                entries=(entry, entry), taxes=content.told.taxes,
            )  # fmt: skip
            as_json = TypeAdapter(Statement).dump_python(told, mode="json")
            subject = Subject(kind="statement", month=month, fleet_id=fleet)
            await issue_document(session, ISSUER.series, f"{fleet}-{month}", as_json, NOW, subject)
    listed = _STATEMENT.findall((await dora.get("/fleet/costs", **_ENGLISH)).text)
    assert [told for _id, told in listed] == [
        "Oct 2026 · T-000002</a> · 11.90 EUR",
        "Sep 2026 · T-000001</a> · 11.90 EUR",
    ]
    statement = await dora.get(listed[0][0], **_ENGLISH)
    assert statement.status_code == 200
    assert "T-000002" in statement.text
    assert statement.text.count("K7PAPER2") == 2
    other = await signed_in(stage, DORA | {"sub": "dan", "fleet_id": "fleet-3"})
    async with other.http:
        assert _STATEMENT.findall((await other.get("/fleet/costs")).text) == []
        assert (await other.get(listed[0][0])).status_code == 404


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_that_somebody_wrote_is_a_formula(cell: str) -> None:
    charge = Charge(
        code="K7", driver_id=cell, site_id="north", start=NOW, end=NOW, cost_center=cell,
        spent=Money(-5, "EUR"), promised=Money(0, "EUR"),
    )  # fmt: skip
    site = Site(id="north", name=cell, zone="UTC")
    _, row = csv.reader(charges_csv([charge], {"north": site}).splitlines(keepends=True), strict=True)
    assert [row[n] for n in (1, 2, 5)] == [f"'{cell}"] * 3
    assert row[7] == "-0.05"


def test_a_table_reads_back_as_it_was_written() -> None:
    rows = [("a,b", 'say "hi"', "two\nlines")]
    (*read,) = csv.reader(table(("x", "y", "z"), rows).splitlines(keepends=True))
    assert [tuple(one) for one in read[1:]] == rows


def test_bars_are_as_long_as_what_they_stand_for() -> None:
    euros = [Money(minor, "EUR") for minor in (0, 2500, 5000, 10_000)]
    one = CenterSum(cost_center="A", count=1, spent=euros[1], promised=euros[2])
    use = BudgetUse(cost_center="B", limit=euros[3], hard=False, spent=euros[0], promised=euros[0])
    center = CostCenter(fleet_id="f", code="A", name="Vans", made_at=NOW)
    chart = center_chart(by_center([one], [center], [use]), Reader())
    assert chart is not None
    spent, promised, nothing, limit = (shape for shape in chart.shapes if isinstance(shape, Bar))
    assert promised.width == pytest.approx(2 * spent.width)
    assert promised.x == pytest.approx(spent.x + spent.width), (
        "what is booked goes on where what is spent ends"
    )
    assert nothing.width == 0
    assert limit.x == pytest.approx(spent.x + 4 * spent.width, abs=3), "a line at the budget"


def test_months_follow_each_other_over_the_year() -> None:
    assert beside(Month(2026, 12)) == (Month(2026, 11), Month(2027, 1))
    assert beside(Month(2026, 1)) == (Month(2025, 12), Month(2026, 2))


def _at(hour: int) -> datetime:
    return datetime(2026, 11, 25, hour, tzinfo=UTC)


def _range(hour: int) -> Range[datetime]:
    return Range(_at(hour), _at(hour + 1))
