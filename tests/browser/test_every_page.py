"""Every page in both languages, in the light and in the dark: nothing that axe finds, nothing that a browser complains
of, and a picture of each to be looked at.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import FilePayload, expect
from sqlalchemy import select, update

from db.queries.place.site_plans import lay_plan
from db.tables import (
    BayReport,
    Budget,
    Connector,
    CostCenter,
    Driver,
    FleetDriver,
    InvoiceAccount,
    TroubleRow,
    WebSession,
)
from domain.place.site_plan import Landmark, LandmarkKind, PlacedBay, SitePlan
from tests.browser.conftest import Site, sign_in
from tests.browser.looks import looked_at
from tests.whole_stack.place import Place

PLAN = SitePlan(
    width_cm=2400,
    length_cm=1600,
    bays=(PlacedBay(label="Bay 1", x_cm=1700, y_cm=500, angle=20),),
    landmarks=(
        Landmark(kind=LandmarkKind.BUILDING, x_cm=600, y_cm=400, width_cm=700, length_cm=400, label="Café"),
        Landmark(kind=LandmarkKind.ENTRANCE, x_cm=300, y_cm=1560, label="Quay <Street>"),
    ),
)
OF_OLD_SESSIONS = {
    "preferences-old": "/preferences",
    "signing-in-old": "/preferences/signing-in",
    "data-old": "/me/data",
    "sign-in-again": "/sign-in/again?back=/me/data",
}
"""They ask who has been signed in for long to sign in again."""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
async def test_each_page_is_for_everybody(site: Site, place: Place, language: str, dark: bool) -> None:
    charger = await place.charger("1.6")
    async with place.stack.sessions.begin() as session:
        await lay_plan(session, place.site_id, PLAN)
    context = await site.visitor(language=language, dark=dark)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    look = f"{language[:2]}-{'dark' if dark else 'light'}"
    public = {
        "home": "/",
        "sites": "/sites",
        "site": f"/s/{place.site_id}",
        "signs": f"/s/{place.site_id}/signs",
        "bay": f"/b/{charger.identity}/1",
        "bay-screen": f"/b/{charger.identity}/1/screen",
        "site-screen": f"/s/{place.site_id}/screen",
        "report": f"/b/{charger.identity}/1/report",
        "reported": f"/b/{charger.identity}/1/reported",
    }
    for name, address in public.items():
        await page.goto(address)
        await looked_at(page, f"{name}-{look}")
    await page.goto("/sign-in?back=/me")
    await sign_in(page, "Ana, a driver")
    await looked_at(page, f"mine-{look}")
    await page.goto("/preferences")
    await looked_at(page, f"preferences-{look}")
    for name in ("charging", "vehicles", "cards", "credits", "money", "documents", "data"):
        await page.goto(f"/me/{name}")
        await looked_at(page, f"{name}-{look}")
    await page.goto(f"/b/{charger.identity}/1")
    await looked_at(page, f"bay-signed-in-{look}")
    await page.goto(f"/s/{place.site_id}")
    await page.locator(".times a").nth(10).click()
    await looked_at(page, f"book-{look}")
    await page.locator("main form button").click()
    await expect(page).to_have_url(re.compile("/r/"))
    await looked_at(page, f"reservation-{look}")
    reservation = page.url
    for name in ("instead", "swap", "guests"):
        await page.goto(f"{reservation}/{name}")
        await looked_at(page, f"{name}-{look}")
    await page.goto("/me")
    await looked_at(page, f"mine-full-{look}")
    assert complaints == []
    await page.goto("/r/nothing")
    await looked_at(page, f"refused-{look}")
    await page.goto("/me/vehicles")
    await page.locator("input[name=battery_kwh]").fill("much")
    await page.locator("input[name=plate]").fill("KI TA 4711")
    await page.locator("form[action='/me/vehicles'] button").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.locator("input[name=plate]")).to_have_value("KI TA 4711")
    await looked_at(page, f"refused-form-{look}")
    async with place.stack.sessions.begin() as session:
        await session.execute(update(WebSession).values(proven_at=None))
    for name, address in OF_OLD_SESSIONS.items():
        await page.goto(address)
        await looked_at(page, f"{name}-{look}")
    await page.locator("nav button").click()
    await expect(page).to_have_url(re.compile("/sign-out/done"))
    await looked_at(page, f"signed-out-{look}")
    await context.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
async def test_the_pages_of_a_fleet_are_for_everybody(
    site: Site, place: Place, language: str, dark: bool
) -> None:
    look = "dark" if dark else "light"
    now = datetime.now(UTC)
    account = {"currency": "EUR", "days_to_pay": 14, "limit_minor": None, "active": True}
    async with place.stack.sessions.begin() as session:
        await session.merge(InvoiceAccount(fleet_id="browser-fleet", changed_at=now, **account))
        await session.merge(CostCenter(fleet_id="browser-fleet", code="4711", name="Vans", made_at=now))
        limit = {"cost_center": "4711", "currency": "EUR", "limit_minor": 250_00, "hard": False}
        await session.merge(Budget(fleet_id="browser-fleet", changed_at=now, **limit))
        await session.merge(
            Driver(id="van-1", fleet_id="browser-fleet", created_at=datetime.now(UTC), blocked=False)
        )
    async with place.stack.sessions.begin() as session:
        said = {"cost_center": "4711", "changed_at": now}
        await session.merge(FleetDriver(driver_id="van-1", fleet_id="browser-fleet", **said))
    context = await site.visitor(language=language, dark=dark)
    page = await context.new_page()
    await page.goto("/sign-in?back=/fleet")
    await sign_in(page, "Dora, a dispatcher")
    await page.get_by_label("van-1", exact=True).check()
    await page.locator("select[name=site]").select_option(place.site_id)
    await page.locator("form[action='/fleet'] button").click()
    await expect(page.get_by_role("status")).to_be_visible()
    await looked_at(page, f"fleet-{language[:2]}-{look}")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    await page.goto(f"/fleet?span=day&first={tomorrow.isoformat()}")
    await looked_at(page, f"fleet-day-{language[:2]}-{look}")
    await page.goto("/fleet/series")
    await page.get_by_label("van-1", exact=True).check()
    await page.locator("select[name=site]").select_option(place.site_id)
    await page.locator("input[name=at]").fill("21:00")
    await page.locator("form[action='/fleet/series'] button").click()
    await expect(page.get_by_role("status")).to_be_visible()
    await looked_at(page, f"fleet-series-{language[:2]}-{look}")
    await page.goto(f"/fleet/costs?month={tomorrow:%Y-%m}&plan=4711")
    await looked_at(page, f"fleet-costs-{language[:2]}-{look}")
    await page.goto("/fleet/drivers")
    await looked_at(page, f"fleet-drivers-{language[:2]}-{look}")
    await page.goto("/webhooks")
    await page.get_by_role("textbox", name="https").fill("https://hooks.example.com/in")
    await page.locator("form[action='/webhooks'] button").click()
    await looked_at(page, f"webhooks-{language[:2]}-{look}")
    await page.locator(".call a").click()
    await page.locator("form[action$='/test'] button").click()
    await expect(page.locator(".lines li")).to_have_count(1)
    await looked_at(page, f"webhook-{language[:2]}-{look}")
    await page.goto("/fleet/drivers/import")
    roster = "driver;vehicle;plugs\nvan-1;KI-AB 12;CCS + Type 2\nvan-2;KI-AB 13;CSS\n"
    handed: FilePayload = {"name": "drivers.csv", "mimeType": "text/csv", "buffer": roster.encode()}
    await page.locator("input[type=file]").set_input_files(handed)
    await page.locator("form[action='/fleet/drivers/import'] button").click()
    await looked_at(page, f"fleet-roster-{language[:2]}-{look}")
    await page.locator("form[action$='/carry-out'] button").click()
    await expect(page.locator("form[action$='/carry-out']")).to_have_count(0)
    await page.goto("/fleet/import")
    table = f"driver;site;date;start;end\nvan-1;{place.site_id};{tomorrow};22:30;23:00\nvan-9;x;1;2;3\n"
    chosen: FilePayload = {"name": "week.csv", "mimeType": "text/csv", "buffer": table.encode()}
    await page.locator("input[type=file]").set_input_files(chosen)
    await page.locator("form[action='/fleet/import'] button").click()
    await looked_at(page, f"fleet-import-{language[:2]}-{look}")
    await page.locator("form[action='/fleet/import/book'] button").click()
    await expect(page.locator("form[action='/fleet/import/book']")).to_have_count(0)
    await context.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
async def test_the_pages_of_operators_are_for_everybody(
    site: Site, place: Place, language: str, dark: bool
) -> None:
    look = f"{language[:2]}-{'dark' if dark else 'light'}"
    charger, now = await place.charger("1.6"), datetime.now(UTC)
    async with place.stack.sessions.begin() as session:
        here = select(Connector.id).where(Connector.charger_id == charger.identity, Connector.number == 1)
        connector = await session.scalar(here)
        at = {"charger_id": charger.identity, "connector_id": connector}
        said = {"kind": "blocked", "text": "A van, <b>again</b>", "reported_at": now, "browser_digest": "b"}
        session.add(BayReport(**at, **said))
        session.add(TroubleRow(**at, cause="fault", detail="GroundFailure", began_at=now, noticed_at=now))
    context = await site.visitor(language=language, dark=dark)
    page = await context.new_page()
    await page.goto("/sign-in?back=/operations")
    await sign_in(page, "Olga, an operator")
    await expect(page.locator(f"a[href='/operations/s/{place.site_id}']")).to_be_visible()
    await looked_at(page, f"operations-{look}")
    await page.goto(f"/operations/s/{place.site_id}")
    await looked_at(page, f"operations-site-{look}")
    await page.locator("main a[href^='/operations/reports/']").click()
    await expect(page.locator("blockquote")).to_have_text("A van, <b>again</b>")
    await looked_at(page, f"operations-report-{look}")
    await page.locator("textarea[name=answer]").fill("Towed away")
    await page.locator("main form button").click()
    await expect(page).to_have_url(re.compile(f"/operations/s/{place.site_id}$"))
    await expect(page.locator("main a[href^='/operations/reports/']")).to_have_count(0)
    await page.goto(f"/operations/s/{place.site_id}/plan")
    for name, metres in (("x", "3"), ("y", "4.5"), ("mark_x", "0"), ("mark_y", "9")):
        await page.locator(f"input[name={name}]").first.fill(metres)
    await page.locator("button[value=keep]").click()
    await expect(page.locator(".wrong")).to_have_count(1)
    await looked_at(page, f"operations-plan-{look}")
    await page.locator("select[name=mark]").first.select_option("entrance")
    await page.locator("button[value=keep]").click()
    await expect(page.get_by_role("status")).to_be_visible()
    await page.locator("main details summary").click()
    await expect(page.locator("form[action$='/plan/remove'] button")).to_be_visible()
    await looked_at(page, f"operations-plan-kept-{look}")
    await page.goto("/operations/messages")
    await looked_at(page, f"operations-messages-{look}")
    await context.close()
