"""A driver's own pages with something on them: in both languages, by day and by night, and erased in the end."""

import re
import uuid
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from db.tables import Credit, Driver, Payment, Token
from domain.reservation.code import reservation_code
from tests.api.stage import publish, view_of
from tests.browser.conftest import Site, sign_in
from tests.browser.looks import each_looked_at, in_each_look, look_of, looked_at
from tests.whole_stack.place import Place

WHO, TAGS = "vera", ("04A1B2C3D4", "04FFEEDDCC")
FULL = ("vehicles-full", "cards-full", "credits-full", "money-full", "documents-full")


async def has_things(place: Place, code: str) -> None:
    """Two cards, two credits, and a reservation that is over, but for a payment."""
    now = datetime.now(UTC)
    begun = now - timedelta(days=2)
    view = view_of(
        code, driver_id=WHO, account=WHO, site_id=place.site_id, state="COMPLETED", slot_start=begun,
        slot_end=begun + timedelta(hours=1),
    )  # fmt: skip
    await publish(place.stack.sessions, view, closed=True)
    async with place.stack.sessions.begin() as session:
        made = insert(Driver).values(id=WHO, blocked=False, created_at=now)
        await session.execute(made.on_conflict_do_nothing())
        session.add_all(Token(value=tag, kind="rfid", driver_id=WHO, blocked=False) for tag in TAGS)
        for left, until in ((0, None), (1200, now + timedelta(days=40))):
            session.add(
                Credit(
                    key=f"{code}:{left}", driver_id=WHO, currency="EUR", granted_minor=1200, warn_at=None,
                    expired_minor=1200 - left, origin="waited", reservation_code=code, granted_at=begun,
                    expires_at=until,
                )
            )  # fmt: skip
        session.add(
            Payment(
                reservation_code=code, step="deposit", payment_intent_id=f"pi_3QxmAb{code}", currency="EUR",
                amount_minor=2500, status="requires_capture", lapses_at=None, updated_at=now,
            )
        )  # fmt: skip


async def is_settled(place: Place, code: str) -> None:
    async with place.stack.sessions.begin() as session:
        mine = update(Payment).where(Payment.reservation_code == code)
        await session.execute(mine.values(status="canceled"))


@in_each_look
async def test_what_is_ones_own_is_seen_changed_taken_along_and_erased(
    site: Site, place: Place, language: str, dark: bool
) -> None:
    code = reservation_code(WHO, uuid.uuid4().hex)
    await has_things(place, code)
    look = look_of(language, dark)
    context = await site.visitor(language=language, dark=dark)
    page = await context.new_page()
    await page.goto("/sign-in?back=/me/vehicles")
    await sign_in(page, "Vera, a driver")
    await page.locator("input[name=plate]").fill("B SK 4711")
    await page.locator("input[name=battery_kwh]").fill("77,4")
    await page.locator("input[name=length_m]").fill("5.20")
    await page.locator("form[action='/me/vehicles'] button").click()
    await expect(page.get_by_role("heading", name="B SK 4711")).to_be_visible()
    await page.goto("/me/cards")
    await page.locator("summary").first.click()
    await looked_at(page, "losing", look)
    await page.locator("details[open] button").click()
    await expect(page.locator("li.broken")).to_have_count(1)
    await each_looked_at(page, FULL, look)
    await page.goto("/me/data")
    async with page.expect_download() as taken:
        await page.locator("a[download]").click()
    assert (await taken.value).suggested_filename == "personal-data.json"
    await erase(page, language)
    await expect(page.get_by_text(code)).to_be_visible()
    await looked_at(page, "erasing-refused", look)
    await is_settled(place, code)
    await page.goto("/me/data")
    await erase(page, language)
    await expect(page).to_have_url(re.compile("/sign-out/done"))
    await expect(page.get_by_text("erased:")).to_be_visible()
    await looked_at(page, "erased", look)
    await page.goto("/me")
    await expect(page).to_have_url(re.compile("/sign-in"))
    await context.close()


async def erase(page: Page, language: str) -> None:
    await page.locator("input[name=word]").fill("erase" if language.startswith("en") else "löschen")
    await page.locator("form[action='/me/data/erase'] button").click()
