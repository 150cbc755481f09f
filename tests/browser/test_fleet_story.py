"""A dispatcher with a phone: a week for three vans, by nothing but pages."""

from datetime import UTC, datetime

from playwright.async_api import Page, expect

from db.tables import Driver
from tests.browser.conftest import sign_in
from tests.whole_stack.place import Place

_VANS = ("lorry-1", "lorry-2", "lorry-3")


async def test_a_week_is_booked_for_three_vans_and_seen_on_the_board(phone: Page, roomy: Place) -> None:
    async with roomy.stack.sessions.begin() as session:
        for van in _VANS:
            await session.merge(
                Driver(id=van, fleet_id="browser-fleet", created_at=datetime.now(UTC), blocked=False)
            )
    for number, _ in enumerate(_VANS, start=1):
        await roomy.charger("1.6", number)
    await phone.goto("/fleet")
    await sign_in(phone, "Dora, a dispatcher")
    for van in _VANS:
        await phone.get_by_label(van).check()
    await phone.locator("select[name=site]").select_option(roomy.site_id)
    await phone.get_by_role("button", name="Book all of it").click()
    told = phone.get_by_role("status")
    await expect(told).to_have_count(3)
    for n, van in enumerate(_VANS):
        await expect(told.nth(n)).to_contain_text(f"{van}: ")
        await expect(told.nth(n)).to_contain_text("dates are booked")
    slots = phone.locator(".bydays a.slot", has_text=_VANS[0])
    await expect(slots.first).to_be_visible()
    assert await phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await slots.first.click()
    await expect(phone.get_by_role("heading").first).to_be_visible()
