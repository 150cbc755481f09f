"""A charger fails ahead of its driver: they are asked on their phone, say no, are made whole, and book elsewhere."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from playwright.async_api import Page, expect

from tests.browser.conftest import sign_in
from tests.whole_stack.place import new_place
from tests.whole_stack.rules import in_seconds, seconds
from tests.whole_stack.stack import Stack


async def test_who_will_not_go_elsewhere_has_a_credit_and_books_what_there_is_instead(
    phone: Page, stack: Stack
) -> None:
    policy = in_seconds(fault_debounce=seconds(0.3))
    async with new_place(stack, nearby=1, policy=policy) as place:
        charger = await place.charger("2.0.1")
        await phone.goto("/sign-in?back=/me")
        await sign_in(phone, "Ben, a driver")
        start = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=1)
        asked = {"site": place.site_id, "start": start.isoformat(), "minutes": 30}
        await phone.goto(f"/book?{urlencode(asked)}")
        await phone.get_by_role("button", name="Book at this price").click()
        await expect(phone).to_have_url(re.compile("/r/"))
        reservation = phone.url
        await phone.locator(".call a[role=button]").click()
        await phone.get_by_text("Visa ·· 4242").click()
        await expect(phone.locator(".state.confirmed")).to_be_visible()
        await charger.fault(1)
        await expect(phone.get_by_text("We ask you: would this do instead?")).to_be_visible()
        await expect(phone.get_by_text(f"Site {place.site_id}-near").first).to_be_visible()
        await phone.locator("button[formaction$='/decline-move']").click()
        await expect(phone.locator(".state.unfulfilled")).to_be_visible()
        await phone.goto("/me/credits")
        await expect(phone.get_by_text("10.00 EUR").first).to_be_visible()
        await phone.goto(f"{reservation}/instead")
        await phone.locator("main a[href^='/book?quote=']").first.click()
        await phone.get_by_role("button", name="Book at this price").click()
        await expect(phone).to_have_url(re.compile(f"/r/(?!{reservation.rpartition('/')[2]})"))
        await expect(phone.locator("h1")).to_have_text(f"Site {place.site_id}-near")
