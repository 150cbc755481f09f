"""Every key that a catalogue has to have, from the closed lists of the product; and what stands in a message."""

import re
import string
from collections.abc import Iterator
from typing import get_args

from api.errors import KINDS
from api.web import words as words_of_pages
from api.web.pages import TEMPLATES
from domain.charging.commands import Command, name_of
from domain.facts import certainty, offers, prices
from domain.facts.fact import Fact
from domain.facts.reading import all_facts
from domain.reservation.actions.table import ACTIONS
from domain.reservation.deadlines import DeadlineKind
from texts import details, displays, payments, steps, wordings, words
from texts.charts import charging
from texts.clock import FORMS
from texts.documents import sheet
from texts.messages import letter

OF_THE_READER = frozenset(
    {
        *(f"clock.{form}" for form in ("today", "dated", "date", "zoned", "span")),
        *(
            f"instant.{form}{day}"
            for form in ("", *(f"{one}." for one in FORMS))
            for day in ("today", "dated")
        ),
        *(f"month.{number}" for number in range(1, 13)),
        *(f"weekday.{number}" for number in range(1, 8)),
        *(f"duration.{unit}" for unit in ("days", "hours", "minutes", "seconds")),
        *(f"quantity.{form}" for form in ("energy", "time", "steps", "rate", "where", "connector")),
        *(f"site.{form}" for form in ("addressed", "away")),
        *(f"distance.{unit}" for unit in ("metres", "kilometres")),
        "number.decimal_mark",
        "attention.detailed",
        "enumeration.or",
        "deadline.zoned",
    }
)
"""What the reader itself puts together with."""
_CHOSEN = (
    words_of_pages.BAY,
    words_of_pages.BUTTONS,
    words_of_pages.CHANNELS,
    words_of_pages.LANDMARKS,
    words_of_pages.LEAVING,
    words_of_pages.NOT_ARRIVED,
    words_of_pages.PRICES,
    words_of_pages.REPORTS,
    words_of_pages.SWAPS,
    words_of_pages.TOLD,
    words_of_pages.WEBHOOKS,
)
"""Of pages, by how things stand."""


def all_kinds() -> list[type[Fact]]:
    """Every fact that can be put into words."""
    stored = [kind for kinds in all_facts().values() for kind in kinds.values()]
    return [
        *stored,
        *steps.Step.known.values(),
        *details.Detail.known.values(),
        *displays.Display.known.values(),
        *offers.OfferFact.known.values(),
        *prices.PriceFact.known.values(),
        *certainty.CertaintyFact.known.values(),
    ]


def keys_of(kind: type[Fact]) -> list[str]:
    """Of the fact and of its variants."""
    code = next(code for code, known in kind.known.items() if known is kind)
    key = f"{wordings.list_of(kind)}.{code}"
    return [key, *(f"{key}.{variant.suffix}" for variant in wordings.VARIANTS.get(kind, ()))]


def expected() -> set[str]:
    return {*OF_THE_READER, *_of_facts(), *_of_lists()}


def _of_facts() -> Iterator[str]:
    for kind in all_kinds():
        yield from keys_of(kind)


def _of_lists() -> Iterator[str]:
    for members, of in words.LISTS.items():
        yield from (f"{of}.{member.value.lower()}" for member in members)
    causes = next(members for members, of in words.LISTS.items() if of == "cause")
    yield from (f"by.{cause}" for cause in causes)
    yield from sheet.keys()
    yield from charging.KEYS
    yield from payments.keys()
    yield from letter.keys()
    yield from (f"command.{name_of(command)}" for command in get_args(Command))
    yield from (f"deadline.{kind}" for kind in DeadlineKind)
    yield from (f"refusal.{code}" for code in KINDS)
    for action in ACTIONS:
        yield from (f"action.{action.name}.{part}" for part in ("summary", "description"))
    yield from (
        f"page.{name}" for name in {*_said_by_pages(), *(key for of in _CHOSEN for key in of.values())}
    )
    yield from (
        f"page.{name}"
        for chosen in (*words_of_pages.OF_FLEETS, *words_of_pages.OF_FIELDS)
        for name in chosen.values()
    )


def _said_by_pages() -> Iterator[str]:
    """What templates say, and what is said for them."""
    for template in TEMPLATES.glob("*.html"):
        yield from re.findall(r'\bw\("([a-z_.]+)"', template.read_text())
    for module in TEMPLATES.parent.rglob("*.py"):
        yield from re.findall(r'\.page\(\s*"([a-z_.]+)"', module.read_text())


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}
