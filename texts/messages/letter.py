"""A letter: what one message says, before it is put into the form of a channel."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from contracts.alternatives import Alternative
from domain.telling.next_steps import NextStep, is_about_offer, next_step
from domain.telling.parting import Parting
from texts.catalogue import catalogue
from texts.messages.offered import SAID as SAID_OF_OFFERS
from texts.messages.offered import Offered, named, query_of
from texts.reader import Reader

_SAID = (
    "about", "about_offer", "and_more", "code", "code.subject", "footer", "link", "link.open", "link.subject",
    "parting.erased", "parting.erased.subject", "parting.removed", "parting.removed.subject", "preferences",
)  # fmt: skip
_LONGEST_SUBJECT = 90
"""Characters; readers of mail show fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notice as it is stored. `zone`: empty: of no site. `instead`: what can be booked now."""

    code: str
    parameters: Mapping[str, Any]
    reservation: str
    zone: str
    instead: Offered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    label: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """`about`: of which reservation; empty: of none. `code`: to be typed somewhere, or empty. `instead`: what can be
    booked, each where it is priced; said before them: `offers`.
    """

    text: str
    about: str = ""
    code: str = ""
    link: Link | None = None
    offers: str = ""
    instead: Sequence[Link] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`footer`: why they get it. `preferences`: where they change that."""

    language: str
    subject: str
    paragraphs: Sequence[Paragraph]
    footer: str
    preferences: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Where people find what letters speak of. `origin`: scheme and host, without a slash at its end; empty: on pages
    of ours.
    """

    origin: str

    def of(self, told: Told) -> str:
        step, place = next_step(told.code), "o" if is_about_offer(told.code) else "r"
        if step is NextStep.READ:
            number = str(told.parameters.get("read_at", "")).rpartition("/")[2]
            return f"{self.origin}/documents/{quote(number, safe='')}"
        if step is NextStep.SECURE:
            return self.ways_in
        if step is NextStep.ENDPOINTS:
            return f"{self.origin}/webhooks"
        if step is NextStep.LEAVE:
            return f"{self.origin}/me/data"
        if not told.reservation:
            return f"{self.origin}/"
        there = f"{self.origin}/{place}/{quote(told.reservation, safe='')}"
        return f"{there}/instead" if step is NextStep.BOOK else there

    def book(self, offer: Alternative) -> str:
        return f"{self.origin}/book?{query_of(offer)}"

    def sign_in(self, secret: str) -> str:
        """By a link's secret, which has no characters that an address would quote."""
        return f"{self.origin}/sign-in/link?token={secret}"

    @property
    def ways_in(self) -> str:
        return f"{self.origin}/preferences/signing-in"

    @property
    def preferences(self) -> str:
        return f"{self.origin}/preferences"


def letter_of(told: Sequence[Told], reader: Reader, pages: Pages) -> Letter:
    """One paragraph each; its subject is what the first of them says."""
    paragraphs = _said_once([_paragraph(one, reader, pages) for one in told])
    subject = short(paragraphs[0].text)
    if more := len(told) - 1:
        subject = catalogue(reader.language).plural("letter.and_more", more, subject=subject, n=str(more))
    return _letter(subject, paragraphs, reader, pages)


def code_letter(code: str, lasts: timedelta, reader: Reader, pages: Pages) -> Letter:
    """What confirms an address."""
    words = catalogue(reader.language)
    text = words.text("letter.code", lasts=reader.duration(lasts))
    return _letter(words.text("letter.code.subject"), [Paragraph(text=text, code=code)], reader, pages)


def link_letter(secret: str, lasts: timedelta, reader: Reader, pages: Pages) -> Letter:
    """What signs in whoever reads it."""
    words = catalogue(reader.language)
    text = words.text("letter.link", lasts=reader.duration(lasts))
    link = Link(label=words.text("letter.link.open"), address=pages.sign_in(secret))
    return _letter(words.text("letter.link.subject"), [Paragraph(text=text, link=link)], reader, pages)


def farewell_letter(why: Parting, reader: Reader, pages: Pages) -> Letter:
    """The last one to an address; of an account that is gone, none leads there."""
    words = catalogue(reader.language)
    secure = Link(label=words.text(f"letter.next.{NextStep.SECURE}"), address=pages.ways_in)
    said = Paragraph(
        text=words.text(f"letter.parting.{why}"), link=secure if why is Parting.REMOVED else None
    )
    return _letter(words.text(f"letter.parting.{why}.subject"), [said], reader, pages)


def short(text: str) -> str:
    """What fits into a subject."""
    line = plain(text)
    return line if len(line) <= _LONGEST_SUBJECT else line[:_LONGEST_SUBJECT].rsplit(" ", 1)[0] + "…"


def plain(text: str) -> str:
    """One line, without characters that nobody can read."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def link_of(told: Told, reader: Reader, pages: Pages) -> Link:
    """To what they can do next about it."""
    label = catalogue(reader.language).text(f"letter.next.{next_step(told.code)}")
    return Link(label=label, address=pages.of(told))


def _paragraph(told: Told, reader: Reader, pages: Pages) -> Paragraph:
    words = catalogue(reader.language)
    there = replace(reader, zone=told.zone or reader.zone)
    heading = "letter.about_offer" if is_about_offer(told.code) else "letter.about"
    about = words.text(heading, code=told.reservation) if told.reservation else ""
    # Every instant with its day: nobody knows when a letter is read.
    return Paragraph(
        text=there.notice(told.code, told.parameters),
        about=about,
        link=link_of(told, reader, pages),
        offers=words.text("letter.instead") if told.instead else "",
        instead=[] if told.instead is None else _links(told.instead, reader, pages),
    )


def _links(offered: Offered, reader: Reader, pages: Pages) -> list[Link]:
    return [Link(label=named(one, offered.zone, reader), address=pages.book(one)) for one in offered.found]


def _said_once(paragraphs: Sequence[Paragraph]) -> Sequence[Paragraph]:
    """What is about the same is headed once, and a link stands under the last that has it."""
    return [
        replace(
            one,
            about="" if at and paragraphs[at - 1].about == one.about else one.about,
            link=None if after and after[0].link == one.link else one.link,
        )
        for at, one in enumerate(paragraphs)
        for after in (paragraphs[at + 1 : at + 2],)
    ]


def _letter(subject: str, paragraphs: Sequence[Paragraph], reader: Reader, pages: Pages) -> Letter:
    words = catalogue(reader.language)
    return Letter(
        language=reader.language.value,
        subject=subject,
        paragraphs=paragraphs,
        footer=words.text("letter.footer"),
        preferences=Link(label=words.text("letter.preferences"), address=pages.preferences),
    )


def keys() -> Iterator[str]:
    """Of the catalogue, all that is said here."""
    yield from (f"letter.{one}" for one in (*_SAID, *SAID_OF_OFFERS))
    yield from (f"letter.next.{step}" for step in NextStep)
