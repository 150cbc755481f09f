"""The page with the provider's element, and what stands in for the provider's script."""

import uuid
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect

from domain.reservation.code import reservation_code
from tests.browser.conftest import Site
from tests.browser.plenty import is_reserved
from tests.whole_stack.place import Place

ELEMENT = """window.asked = [];
window.Stripe = (key) => {
  const confirming = (name) => async ({elements, confirmParams}) => {
    asked.push([name, key, elements.clientSecret, confirmParams.return_url]);
    if (asked.length === 1) throw new Error("a line that breaks");
    return {error: {message: `Refused ${asked.length}`}};
  };
  return {
    elements: ({clientSecret}) => ({clientSecret, create: () => ({mount() {}})}),
    confirmPayment: confirming("confirmPayment"),
    confirmSetup: confirming("confirmSetup"),
  };
};"""
"""In place of the provider's script: breaks once, and refuses from then on."""
STRIPE_ALONE = {
    "default-src 'none'",
    "script-src 'self' https://js.stripe.com https://*.js.stripe.com",
    "style-src 'self'",
    "img-src 'self' data: https://*.stripe.com",
    "connect-src 'self' https://api.stripe.com",
    "frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


async def pays(page: Page, site: Site, place: Place, secret: str) -> None:
    """A reservation of Nora, who is signed in there. `secret`: of what the provider has made to be confirmed."""
    code, now = reservation_code("nora", uuid.uuid4().hex), datetime.now(UTC)
    wanted = {"state": "AWAITING_PAYMENT", "client_secret": secret, "payment_status": "action_required"}
    await is_reserved(place, code, "nora", slot_start=now, slot_end=now + timedelta(hours=1), **wanted)
    confirm = "confirmSetup" if secret.startswith("seti_") else "confirmPayment"
    shown = await page.goto(f"{site.address}/r/{code}/pay")
    assert shown is not None
    assert set(shown.headers["content-security-policy"].split("; ")) == STRIPE_ALONE
    button = page.locator("form#pay button")
    await button.click()
    await expect(button).to_be_enabled()
    await button.click()
    await expect(page.locator("#refused")).to_have_text("Refused 2")
    await expect(button).to_be_enabled()
    asked = [confirm, "pk_test_of_nobody", secret, f"{site.address}/r/{code}"]
    assert await page.evaluate("asked") == [asked, asked]
