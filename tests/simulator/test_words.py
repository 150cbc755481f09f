"""Pages of stand-ins speak German to who reads it, as the product's pages do."""

import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

import simulator
from api.web.visitor import LANGUAGE
from simulator.forecourt.app import create_app as forecourt
from simulator.forecourt.bays import Forecourt
from simulator.identity.app import create_app as issuer
from simulator.identity.people import driver
from simulator.receiver.app import create_app as receiver
from simulator.receiver.events import Receiver, Verdict
from simulator.words import CHOSEN, GERMAN

_ROOT = Path(simulator.__file__).parent
_SAID = re.compile(
    r"""\b(?:w|say|say_?)\(\s*"([^"{}]*(?:\{[a-z]+\}[^"{}]*)*)"|refused\(request, "([^"]+)\""""
)
_ASKED = (
    "/authorize?redirect_uri=http://localhost/&response_type=code&code_challenge_method=S256&code_challenge=x"
)


@pytest.mark.parametrize(
    ("app", "address", "english", "german"),
    [
        (
            forecourt(Forecourt((), pages="", cards=())),
            "/",
            "The virtual chargers",
            "Die virtuellen Ladestationen",
        ),
        (receiver(Receiver(lambda: "")), "/", "It answers", "Er antwortet"),
        (
            issuer("http://localhost", (driver("ana", "Ana", "a@b.c"),)),
            _ASKED,
            "Who are you?",
            "Wer sind Sie?",
        ),
    ],
    ids=["forecourt", "receiver", "issuer"],
)
async def test_a_page_is_in_the_language_that_was_chosen_else_in_the_browsers(
    app: Starlette, address: str, english: str, german: str
) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        for headers, language, words in (
            ({"Accept-Language": "de-AT"}, "de", german),
            ({"Accept-Language": "de", "Cookie": f"{CHOSEN}=en"}, "en", english),
            ({"Accept-Language": "en", "Cookie": f"{CHOSEN}=de"}, "de", german),
            ({}, "en", english),
        ):
            page = await http.get(address, headers=headers)
            assert f'<html lang="{language}">' in page.text
            assert words in page.text


def test_whatever_the_pages_say_has_german_words() -> None:
    files = [*_ROOT.rglob("*.j2"), *_ROOT.rglob("app.py"), _ROOT / "stripe_api" / "checkout.py"]
    said = {words for file in files for found in _SAID.findall(file.read_text()) for words in found if words}
    assert len(said) > 20
    assert said | {*Verdict} <= GERMAN.keys()
    for english, german in GERMAN.items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", german))


def test_what_is_chosen_on_the_products_pages_is_chosen_here() -> None:
    assert CHOSEN == LANGUAGE
