"""A page in place of Stripe's element, `/_simulator/checkout`: one press chooses a card, then back to the shop."""

from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from simulator.stripe_api.account import Account
from simulator.stripe_api.control_request import from_this_machine
from simulator.stripe_api.errors import StripeApiError, StripeObject
from simulator.stripe_api.events import RequestContext
from simulator.words import language_of, words_of
from texts.languages import Language

_CARDS = {
    "pm_card_visa": "Visa ·· 4242: pays",
    "pm_card_mastercard": "Mastercard ·· 4444: pays",
    "pm_card_threeDSecure2Required": "Visa ·· 3220: its bank asks first, and agrees",
    "pm_card_visa_chargeDeclined": "Visa ·· 0002: is declined",
    "pm_card_chargeDeclinedInsufficientFunds": "Visa ·· 9995: has no funds",
}
_LOCAL = ("127.0.0.1", "localhost", "::1")


def checkout_routes(account: Account) -> list[BaseRoute]:
    return [Route("/_simulator/checkout", Checkout(account).page)]


class Checkout:
    def __init__(self, account: Account) -> None:
        self._account = account

    async def page(self, request: Request) -> Response:
        """`client_secret`, `back`: where the shop's page is; with `card` it is chosen."""
        asked = dict(request.query_params)
        say = words_of(language_of(request))
        secret, back = asked.get("client_secret", ""), asked.get("back", "")
        if not from_this_machine(request) or urlsplit(back).hostname not in _LOCAL:
            return HTMLResponse(f"<p>{escape(say('Of this machine only.'))}</p>", status_code=403)
        card, told = asked.get("card"), ""
        if card in _CARDS:
            try:
                self._paid(secret.partition("_secret_")[0], secret, card)
            except StripeApiError as error:
                told = say(str(error.body.get("message", "declined")))
            else:
                return RedirectResponse(back, status_code=303)
        return HTMLResponse(_shown(asked, told, language_of(request)))

    def _paid(self, intent_id: str, secret: str, card: str) -> None:
        """With the holder there: what their bank asks, they answer."""
        account = self._account
        account.events.request = RequestContext()
        try:
            if intent_id.startswith("seti_"):
                _check(account.setups.find(intent_id), secret)
                if account.setups.save_from_client(intent_id, card)["status"] == "requires_action":
                    account.setups.finish_action(intent_id, succeed=True)
                return
            _check(account.intents.find(intent_id), secret)
            if account.intents.pay_from_client(intent_id, card)["status"] == "requires_action":
                account.intents.finish_action(intent_id, succeed=True)
        finally:
            account.store.save()


def _shown(asked: dict[str, str], told: str, language: Language) -> str:
    say = words_of(language)
    about = {name: asked.get(name, "") for name in ("client_secret", "back")}
    links = "".join(
        f'<li><a href="/_simulator/checkout?{escape(urlencode({**about, "card": card}))}">{escape(say(label))}</a></li>'
        for card, label in _CARDS.items()
    )
    return _PAGE.format(
        language=language.value,
        title=escape(say("Pay")),
        choose=escape(say("Choose a card")),
        what=escape(say("A stand-in for the payment provider, on this machine only: no money moves.")),
        without=escape(say("Back without paying")),
        links=links,
        refused=f'<p role="alert"><strong>{escape(told)}</strong></p>' if told else "",
        back=escape(about["back"], quote=True),
    )


def _check(known: StripeObject, secret: str) -> None:
    if known["client_secret"] != secret:
        raise StripeApiError(400, "The client_secret does not match.", param="client_secret")


_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title>
<link rel="icon" href="data:,">
<style>html {{ background: Canvas }}
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 2rem auto; padding: 0 1rem }}
li {{ list-style: none; margin: .75rem 0 }} ul {{ padding: 0 }}
li a {{ display: block; padding: .9rem 1rem; border: 1px solid; border-radius: .5rem; text-decoration: none }}</style>
</head><body><main><h1>{choose}</h1>
<p>{what}</p>
{refused}<ul>{links}</ul><p><a href="{back}">{without}</a></p></main></body></html>
"""
