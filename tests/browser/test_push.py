"""A browser that is turned on by one press, and what it shows of what is pushed to it."""

import json
import re
from typing import Any

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.conftest import PUSH_KEY, Site, sign_in
from tests.telling.browsers import Browser

_SERVICE = "https://push.example.com/chromium"
_CLICK_EACH = """
async () => {
  const did = [];
  // Browsers let a worker do either only while somebody has just pressed, and hear no more of an event made here.
  self.clients.openWindow = async (address) => did.push(["opened", address]);
  WindowClient.prototype.focus = async function () { did.push(["focused", this.url]); };
  for (const notification of await self.registration.getNotifications()) {
    const event = new NotificationEvent("notificationclick", { notification });
    const waited = [];
    event.waitUntil = (until) => waited.push(until);
    self.dispatchEvent(event);
    await Promise.all(waited);
  }
  return { did, left: (await self.registration.getNotifications()).length };
}
"""
_STAND_IN = """
(() => {
  const said = %s;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const kept = "subscribed-with";
  const subscription = () => sessionStorage.getItem(kept) && {
    endpoint: said.endpoint,
    options: { applicationServerKey: bytes(sessionStorage.getItem(kept)).buffer },
    getKey: (name) => bytes(name === "p256dh" ? said.key : said.secret).buffer,
    unsubscribe: async () => { sessionStorage.removeItem(kept); return true; },
  };
  PushManager.prototype.subscribe = async function (options) {
    if (!options.userVisibleOnly) throw new Error("browsers want to see it");
    sessionStorage.setItem(kept, btoa(String.fromCharCode(...options.applicationServerKey)));
    return subscription();
  };
  PushManager.prototype.getSubscription = async function () { return subscription(); };
})();
"""
"""The browser's push service: a headless one has none. Everything else is the browser's own."""


async def visitor(site: Site, *, allowed: bool = True) -> tuple[BrowserContext, Page]:
    said = Browser(_SERVICE).wanted()
    stand_in = _STAND_IN % json.dumps(
        {"endpoint": _SERVICE, "key": said.push_key, "secret": said.push_secret}
    )
    context = await site.visitor()
    if allowed:
        await context.grant_permissions(["notifications"])
    await context.add_init_script(stand_in)
    page = await context.new_page()
    await page.goto("/sign-in?back=/preferences")
    await sign_in(page, "Ben, a driver")
    return context, page


async def test_one_press_turns_it_on_and_another_one_off(site: Site) -> None:
    context, page = await visitor(site)
    await page.get_by_role("button", name="Turn on in this browser").click()
    await expect(page.get_by_text("this one")).to_be_visible()
    await expect(page.get_by_text("It is turned on here.")).to_be_visible()
    await expect(page.locator("#push button")).to_be_hidden()
    await page.locator("[data-endpoint] form button").click()
    await expect(page.get_by_role("button", name="Turn on in this browser")).to_be_visible()
    await expect(page.locator("[data-endpoint]")).to_have_count(0)
    await context.close()


async def test_nothing_is_asked_before_the_press_and_a_no_is_understood(site: Site) -> None:
    context, page = await visitor(site, allowed=False)
    assert await page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    await page.get_by_role("button", name="Turn on in this browser").click()
    await expect(page.get_by_text("This browser does not let us.")).to_be_visible()
    await context.close()


async def test_what_is_pushed_is_shown_and_leads_to_its_page_and_nowhere_else(site: Site) -> None:
    context, page = await visitor(site)
    registered: list[dict[str, Any]] = []
    devtools = await context.new_cdp_session(page)
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated", lambda told: registered.extend(told["registrations"])
    )
    await devtools.send("ServiceWorker.enable")
    await page.get_by_role("button", name="Turn on in this browser").click()
    await expect(page.get_by_text("It is turned on here.")).to_be_visible()
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    number = next(one["registrationId"] for one in registered if one["scopeURL"] == f"{site.address}/")
    for address in (f"{site.address}/r/K7AB", "https://evil.example/", page.url):
        told = {
            "title": "Reservation K7AB",
            "line": "Moved",
            "address": address,
            "language": "en",
            "tag": address,
        }
        await devtools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": site.address, "registrationId": number, "data": json.dumps(told)},
        )
    await page.wait_for_function(
        "navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.length === 3)"
    )
    shown = await page.evaluate(
        "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
        ".then((all) => all.map((one) => [one.title, one.body, one.data.address]))"
    )
    assert [title for title, _, _ in shown] == ["Reservation K7AB"] * 3
    assert {address for _, _, address in shown} == {f"{site.address}/r/K7AB", site.address, page.url}
    clicked = await context.service_workers[0].evaluate(_CLICK_EACH)
    assert sorted(clicked["did"]) == [
        ["focused", page.url],
        ["opened", site.address],
        ["opened", f"{site.address}/r/K7AB"],
    ]
    assert clicked["left"] == 0
    await context.close()


async def test_without_scripts_it_says_what_that_needs(site: Site) -> None:
    context = await site.visitor(scripts=False)
    page = await context.new_page()
    await page.goto("/sign-in?back=/preferences")
    await sign_in(page, "Ben, a driver")
    await expect(page.get_by_text(re.compile("That needs scripts"))).to_be_visible()
    await expect(page.locator("#push button")).to_be_hidden()
    assert await page.locator("#push").get_attribute("data-key") == PUSH_KEY.public
    await context.close()
