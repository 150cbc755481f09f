"""Two drivers swap their slots on their phones; and one lets somebody charge in her place."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from playwright.async_api import BrowserContext, Page, expect

from domain.place.slots import Slot
from tests.browser.conftest import Site, sign_in
from tests.browser.looks import in_each_look, look_of, looked_at
from tests.whole_stack.place import Place

_ZONE = ZoneInfo("Europe/Berlin")
"""Of the site's clock."""
_HOUR, _PAST_THE_NIGHT = timedelta(hours=1), timedelta(hours=6)


async def _paid(context: BrowserContext, who: str, place: Place, ahead: int) -> tuple[Page, Slot]:
    """The page of a reservation of theirs, and its slot: of an hour, so many hours ahead or some more."""
    page = await context.new_page()
    await page.goto("/sign-in?back=/me")
    await sign_in(page, who)
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=ahead)
    start += _PAST_THE_NIGHT if _is_told_twice(start) or _is_told_twice(start + _HOUR) else timedelta()
    asked = {"site": place.site_id, "start": start.isoformat(), "minutes": 60}
    await page.goto(f"/book?{urlencode(asked)}")
    await page.locator("main form button").click()
    await expect(page).to_have_url(re.compile("/r/"))
    reservation = page.url
    await page.locator(".call a[role=button]").click()
    await page.get_by_text("Visa ·· 4242").click()
    await expect(page.locator("a[href$='/swap']")).to_be_visible()
    assert page.url == reservation
    return page, Slot(start, start + _HOUR)


def _is_told_twice(at: datetime) -> bool:
    """By the site's clock, when it goes back: the page's form means the first."""
    local = at.astimezone(_ZONE)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


@in_each_look
async def test_two_drivers_swap_and_one_lets_somebody_charge(
    site: Site, place: Place, language: str, dark: bool
) -> None:
    look = look_of(language, dark)
    hers, his = [await site.visitor(language=language, dark=dark) for _ in range(2)]
    ana, early = await _paid(hers, "Ana, a driver", place, 6)
    ben, late = await _paid(his, "Ben, a driver", place, 9)
    ana_at, ben_at = ana.url, ben.url
    wanted, until = late.start.astimezone(_ZONE), late.end.astimezone(_ZONE)
    await ana.locator("a[href$='/swap']").click()
    await ana.locator("input[name=day]").fill(f"{wanted:%Y-%m-%d}")
    await ana.locator("input[name=at]").fill(f"{wanted:%H:%M}")
    await ana.locator("input[name=until]").fill(f"{until:%H:%M}")
    await ana.locator("form[action$='/swap/offers'] button").click()
    offer = await ana.locator("#offers h3 code").inner_text()
    await looked_at(ana, "swap-offered", look)
    await ben.goto(f"{ben_at}/swap")
    await looked_at(ben, "swap-possible", look)
    await ben.locator("input[name=offer]").fill(offer.lower())
    await ben.locator("form[method=get] button").click()
    await looked_at(ben, "swap-given", look)
    await ben.locator("form[action$='/swap'][method=post] button").click()
    await expect(ben).to_have_url(ben_at)
    await expect(ben.locator("dl").first).to_contain_text(f"{early.start.astimezone(_ZONE):%H:%M}")
    await ana.goto(ana_at)
    await expect(ana.locator("dl").first).to_contain_text(f"{wanted:%H:%M}")
    await ana.locator("a[href$='/guests']").click()
    await looked_at(ana, "guests-none", look)
    await ana.locator("input[name=name]").fill("Mia Berg")
    await ana.locator("input[name=contact]").fill("mia@example.org")
    await ana.locator("form.choose button").click()
    await expect(ana.locator("section.call code")).to_be_visible()
    await looked_at(ana, "guests-pass", look)
    mia = await ana.context.new_page()
    await mia.goto(await ana.locator("section.call a").get_attribute("href") or "")
    await expect(mia.locator("dl")).to_contain_text(f"{wanted:%H:%M}")
    await looked_at(mia, "guest-visit", look)
    await mia.close()
    await ana.locator("button[form=guest].outline").click()
    await expect(ana.locator("section.call")).to_have_count(0)
    for context in (hers, his):
        await context.close()
