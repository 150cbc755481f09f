"""Every page in both languages, in the light and in the dark: nothing that axe finds, nothing that a browser complains
of, none wider than a phone, and a picture of each to be looked at.
"""

import re
import uuid
from datetime import UTC, datetime, timedelta

from playwright.async_api import FilePayload, Page, expect
from sqlalchemy import update

from db.queries.place.site_plans import lay_plan
from db.tables import (
    BayReport,
    Budget,
    CostCenter,
    Driver,
    FleetDriver,
    InvoiceAccount,
    TroubleRow,
    WebSession,
)
from domain.place.site_plan import Landmark, LandmarkKind, PlacedBay, SitePlan
from domain.reservation.code import reservation_code
from tests.browser.conftest import Site, sign_in, sign_out, windows_of_tomorrow
from tests.browser.element import ELEMENT, pays
from tests.browser.looks import complaints_of, each_looked_at, in_each_look, look_of, looked_at
from tests.browser.plenty import (
    comes_soon,
    connector_of,
    has_a_statement,
    has_booked_for_months,
    has_charged,
    has_messages_returned,
    is_kept_off,
    is_offered,
    is_reserved,
    known,
    receipt_of,
)
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
PUBLIC = ("home", "sites", "site", "signs", "bay", "bay-screen", "site-screen", "report", "reported")
NOTHING_YET = (
    "mine", "preferences", "charging-history", "vehicles", "cards", "credits", "money", "documents", "data",
)  # fmt: skip
OF_A_RESERVATION = ("instead", "swap", "guests")
OF_OLD_SESSIONS = ("preferences-old", "signing-in-old", "data-old")
"""They ask who has been signed in for long to sign in again."""
FLEET = "browser-fleet"


@in_each_look
async def test_each_page_is_for_everybody(site: Site, place: Place, language: str, dark: bool) -> None:
    charger = await place.charger("1.6")
    async with place.stack.sessions.begin() as session:
        await lay_plan(session, place.site_id, PLAN)
    context = await site.visitor(language=language, dark=dark)
    page, look = await context.new_page(), look_of(language, dark)
    here = {"site_id": place.site_id, "charger_id": charger.identity, "number": "1"}
    async with complaints_of(page):
        await each_looked_at(page, PUBLIC, look, **here)
        await page.goto("/sign-in?back=/me")
        await sign_in(page, "Ana, a driver")
        await each_looked_at(page, NOTHING_YET, look)
        await each_looked_at(page, ("bay-signed-in",), look, **here)
        await _booked(page, place, look)
    await page.goto("/r/nothing")
    await looked_at(page, "refused", look)
    await _refused_form(page, look)
    await _grown_old(page, place, look)
    await sign_out(page)
    await looked_at(page, "signed-out", look)
    await context.close()


async def _booked(page: Page, place: Place, look: str) -> None:
    await page.goto(windows_of_tomorrow(place))
    await page.locator(".times a").nth(10).click()
    await looked_at(page, "book", look)
    await page.locator("main form button").click()
    await expect(page).to_have_url(re.compile("/r/"))
    await looked_at(page, "reservation", look)
    await each_looked_at(page, OF_A_RESERVATION, look, code=page.url.rpartition("/")[2])
    await each_looked_at(page, ("mine-full",), look)


async def _refused_form(page: Page, look: str) -> None:
    await page.goto("/me/vehicles")
    await page.locator("input[name=battery_kwh]").fill("much")
    await page.locator("input[name=plate]").fill("KI TA 4711")
    await page.locator("form[action='/me/vehicles'] button").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.locator("input[name=plate]")).to_have_value("KI TA 4711")
    await looked_at(page, "refused-form", look)


async def _grown_old(page: Page, place: Place, look: str) -> None:
    async with place.stack.sessions.begin() as session:
        await session.execute(update(WebSession).values(proven_at=None))
    await each_looked_at(page, OF_OLD_SESSIONS, look)
    await each_looked_at(page, ("sign-in-again",), look, query="?back=/me/data")


@in_each_look
async def test_pages_that_somebody_is_led_to_are_for_everybody(
    site: Site, element_site: Site, place: Place, language: str, dark: bool
) -> None:
    paying, turn, late, *past = [reservation_code("nora", uuid.uuid4().hex) for _ in range(9)]
    async with place.stack.sessions.begin() as session:
        await known(session, "nora")
    await has_charged(place, "nora", past)
    now = datetime.now(UTC)
    wanted = {
        "state": "AWAITING_PAYMENT",
        "client_secret": "pi_1_secret_2",
        "payment_status": "action_required",
    }
    await is_reserved(place, paying, "nora", slot_start=now, slot_end=now + timedelta(hours=1), **wanted)
    await is_kept_off(place, "nora", turn)
    await comes_soon(place, "nora", late)
    offer, receipt = await is_offered(place, "nora"), await receipt_of(place, "nora", past[0])
    context = await site.visitor(language=language, dark=dark)
    element = {"content_type": "text/javascript", "body": ELEMENT}
    await context.route("https://js.stripe.com/**", lambda one: one.fulfill(**element))
    page, look = await context.new_page(), look_of(language, dark)
    async with complaints_of(page):
        await page.goto("/sign-in?back=/me")
        await sign_in(page, "Nora, a driver")
        await each_looked_at(page, ("charging-history-full",), look)
        await expect(page.locator(".chart svg")).to_have_count(2)
        await each_looked_at(page, ("document",), look, number=receipt)
        await expect(page.locator(".chart svg")).to_have_count(2)
        await each_looked_at(page, ("offer",), look, code=offer)
        await page.locator("button[formaction$='/decline']").click()
        await expect(page.locator("#answer")).to_have_count(0)
        await looked_at(page, "offer-over", look)
        await each_looked_at(page, ("another-bay",), look, code=turn)
        await each_looked_at(page, ("reservation-late",), look, code=late)
        await expect(page.locator(".arriving button").last).to_be_visible()
        await page.goto(f"{element_site.address}/r/{paying}/pay")
        await expect(page.locator("form#pay")).to_be_visible()
        await looked_at(page, "pay", look)
    for secret in ("pi_1_secret_2", "seti_1_secret_2"):
        await pays(page, element_site, place, secret)
    await context.close()


@in_each_look
async def test_the_pages_of_a_fleet_are_for_everybody(
    site: Site, place: Place, language: str, dark: bool
) -> None:
    van = f"van-{place.site_id}"
    await _has_an_account(place, van)
    context = await site.visitor(language=language, dark=dark)
    page, look = await context.new_page(), look_of(language, dark)
    await page.goto("/sign-in?back=/fleet")
    await sign_in(page, "Dora, a dispatcher")
    await _week_and_series(page, place, van, look)
    await each_looked_at(page, ("fleet-costs",), look)
    await expect(page.locator(".chart svg")).to_have_count(2)
    await each_looked_at(page, ("fleet-costs-planned",), look, query=f"?month={_tomorrow()[:7]}&plan=4711")
    await each_looked_at(page, ("fleet-drivers",), look)
    await _endpoint(page, look)
    await page.goto("/fleet/drivers/import")
    roster = f"{van};KI-AB 12;CCS + Type 2\n{van}-2;KI-AB 13;CSS\n"
    await _handed(page, "drivers.csv", f"driver;vehicle;plugs\n{roster}")
    await looked_at(page, "fleet-roster", look)
    await page.locator("form[action$='/carry-out'] button").click()
    await expect(page.locator("form[action$='/carry-out']")).to_have_count(0)
    await page.goto("/fleet/import")
    booked = f"{van};{place.site_id};{_tomorrow()};22:30;23:00"
    await _handed(page, "week.csv", f"driver;site;date;start;end\n{booked}\nvan-9;x;1;2;3\n")
    await looked_at(page, "fleet-import", look)
    await page.locator("form[action='/fleet/import/book'] button").click()
    await expect(page.locator("form[action='/fleet/import/book']")).to_have_count(0)
    await context.close()


def _tomorrow() -> str:
    return f"{datetime.now(UTC).date() + timedelta(days=1)}"


async def _has_an_account(place: Place, van: str) -> None:
    now = datetime.now(UTC)
    account = {"currency": "EUR", "days_to_pay": 14, "limit_minor": None, "active": True}
    limit = {"cost_center": "4711", "currency": "EUR", "limit_minor": 250_00, "hard": False}
    async with place.stack.sessions.begin() as session:
        await session.merge(InvoiceAccount(fleet_id=FLEET, changed_at=now, **account))
        await session.merge(CostCenter(fleet_id=FLEET, code="4711", name="Vans", made_at=now))
        await session.merge(Budget(fleet_id=FLEET, changed_at=now, **limit))
        await session.merge(Driver(id=van, fleet_id=FLEET, created_at=now, blocked=False))
    async with place.stack.sessions.begin() as session:
        said = {"cost_center": "4711", "changed_at": now}
        await session.merge(FleetDriver(driver_id=van, fleet_id=FLEET, **said))
    await has_booked_for_months(place, FLEET, van)
    await has_a_statement(place, FLEET)


async def _week_and_series(page: Page, place: Place, van: str, look: str) -> None:
    await page.locator(f"input[name=driver][value={van}]").check()
    await page.locator("select[name=site]").select_option(place.site_id)
    await page.locator("form[action='/fleet'] button").click()
    await expect(page.get_by_role("status")).to_be_visible()
    await looked_at(page, "fleet", look)
    await each_looked_at(page, ("fleet-day",), look, query=f"?span=day&first={_tomorrow()}")
    await page.goto("/fleet/series")
    await page.locator(f"input[name=driver][value={van}]").check()
    await page.locator("select[name=site]").select_option(place.site_id)
    await page.locator("input[name=at]").fill("21:00")
    await page.locator("form[action='/fleet/series'] button").click()
    await expect(page.get_by_role("status")).to_be_visible()
    await looked_at(page, "fleet-series", look)


async def _endpoint(page: Page, look: str) -> None:
    await page.goto("/webhooks")
    await page.get_by_role("textbox", name="https").fill("https://hooks.example.com/in")
    await page.locator("form[action='/webhooks'] button").click()
    await looked_at(page, "webhooks", look)
    await page.locator(".call a").click()
    await page.locator("form[action$='/test'] button").click()
    await expect(page.locator(".lines li")).to_have_count(1)
    await looked_at(page, "webhook", look)
    await (
        page.locator("details", has=page.locator("form[action$='/rotate-secret']")).locator("summary").click()
    )
    await page.locator("form[action$='/rotate-secret'] button").click()
    await expect(page.get_by_role("status")).to_be_visible()
    await looked_at(page, "webhook-secret", look)


async def _handed(page: Page, name: str, table: str) -> None:
    """To the form of the page, whose address is the form's, too."""
    file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": table.encode()}
    await page.locator("input[type=file]").set_input_files(file)
    await page.locator("form:has(input[type=file]) button").click()


@in_each_look
async def test_the_pages_of_operators_are_for_everybody(
    site: Site, place: Place, language: str, dark: bool
) -> None:
    await _needs_somebody(place)
    await has_charged(place, "olgas-guest", [f"{place.site_id}-{n}" for n in range(4)])
    await has_messages_returned(place, f"{place.site_id}-anna")
    context = await site.visitor(language=language, dark=dark)
    page, look = await context.new_page(), look_of(language, dark)
    await page.goto("/sign-in?back=/operations")
    await sign_in(page, "Olga, an operator")
    await expect(page.locator(f"a[href='/operations/s/{place.site_id}']")).to_be_visible()
    await looked_at(page, "operations", look)
    await each_looked_at(page, ("operations-site",), look, site_id=place.site_id)
    await expect(page.locator(".chart svg")).to_have_count(3)
    await page.locator("main a[href^='/operations/reports/']").click()
    await expect(page.locator("blockquote")).to_have_text("A van, <b>again</b>")
    await looked_at(page, "operations-report", look)
    await page.locator("textarea[name=answer]").fill("Towed away")
    await page.locator("main form button").click()
    await expect(page).to_have_url(re.compile(f"/operations/s/{place.site_id}$"))
    await expect(page.locator("main a[href^='/operations/reports/']")).to_have_count(0)
    await _drawn(page, place, look)
    await each_looked_at(page, ("operations-messages",), look)
    await expect(page.locator("li.amiss").first).to_be_visible()
    await context.close()


async def _needs_somebody(place: Place) -> None:
    await place.charger("1.6")
    now = datetime.now(UTC)
    async with place.stack.sessions.begin() as session:
        here = await connector_of(session, place)
        at = {"charger_id": here.charger_id, "connector_id": here.id}
        said = {"kind": "blocked", "text": "A van, <b>again</b>", "reported_at": now, "browser_digest": "b"}
        session.add(BayReport(**at, **said))
        session.add(TroubleRow(**at, cause="fault", detail="GroundFailure", began_at=now, noticed_at=now))


async def _drawn(page: Page, place: Place, look: str) -> None:
    """With a landmark of no kind it is refused; then it is tried, and kept."""
    await page.goto(f"/operations/s/{place.site_id}/plan")
    for name, metres in (("x", "3"), ("y", "4.5"), ("mark_x", "0"), ("mark_y", "9")):
        await page.locator(f"input[name={name}]").first.fill(metres)
    await page.locator("button[value=keep]").click()
    await expect(page.locator(".wrong")).to_have_count(1)
    await looked_at(page, "operations-plan", look)
    await page.locator("select[name=mark]").first.select_option("entrance")
    await page.locator("button[value=preview]").click()
    await expect(page.locator("main [role=status]")).to_be_visible()
    await looked_at(page, "operations-plan-tried", look)
    await page.locator("button[value=keep]").click()
    await expect(page.locator("main [role=status]")).to_be_visible()
    await expect(page.locator("form[action$='/plan/remove'] button")).to_be_attached()
    await looked_at(page, "operations-plan-kept", look)
