"""A letter where there is little room: on a locked screen, in a text to a phone, said by a machine that calls."""

from collections.abc import Sequence
from dataclasses import dataclass

from texts.catalogue import catalogue
from texts.languages import Language
from texts.messages.letter import Letter, Paragraph, plain

ONE_SMS = 160
"""Characters of the GSM alphabet (3GPP TS 23.038 §6.1.2.1); of another alphabet 70 fit."""
LONGEST = 480
"""Characters of what is sent as several, or said."""

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_BY_TWO = frozenset("^{}\\[~]|€")
_WRITTEN_OTHERWISE = str.maketrans(
    {"…": "...", "–": "-", "—": "-", "„": '"', "“": '"', "”": '"', "‘": "'", "’": "'", "−": "-"}
    | dict.fromkeys("\u00a0\u202f\u2009", " ")
)
"""One character of another alphabet would halve what fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """`about`: of which reservation all of it is, or empty. `line`: what is said first, and how much more there is.
    `address`: the page where it goes on.
    """

    about: str
    line: str
    address: str


def brief_of(letter: Letter) -> Brief:
    first, *more = letter.paragraphs
    line = _said(first, Language(letter.language))
    if more:
        words = catalogue(Language(letter.language))
        line = words.plural("letter.and_more", len(more), subject=line, n=str(len(more)))
    heads = {one.about for one in letter.paragraphs if one.about}
    return Brief(about=first.about if len(heads) == 1 else "", line=line, address=_page(letter))


def sms_of(letter: Letter) -> str:
    """With the page at its end. All of it where that fits into one text, else what is said first, else that cut."""
    first = letter.paragraphs[0]
    if first.code:
        return _with(first.code, _gsm(first.text))
    brief, page, language = brief_of(letter), _page(letter), Language(letter.language)
    whole = _with(_gsm(" ".join(_said(one, language) for one in letter.paragraphs)), page)
    if gsm_length(whole) <= ONE_SMS:
        return whole
    return _with(cut(_gsm(brief.line), LONGEST - len(page) - 1, "..."), page)


def spoken(letter: Letter) -> str:
    """A code is said one character after another."""
    said = [", ".join(one.code.replace("-", "")) + ". " if one.code else "" for one in letter.paragraphs]
    language = Language(letter.language)
    text = " ".join(code + _said(one, language) for code, one in zip(said, letter.paragraphs, strict=True))
    return cut(text, LONGEST)


def _said(paragraph: Paragraph, language: Language) -> str:
    """And the first of what can be booked instead: there is no room for more."""
    line = plain(paragraph.text)
    if not paragraph.instead:
        return line
    offer = plain(paragraph.instead[0].label)
    return _with(f"{line.rstrip('.')}.", catalogue(language).text("letter.instead.brief", offer=offer))


def gsm_length(text: str) -> int:
    """What it takes up of ONE_SMS; more than that for what cannot be written in the GSM alphabet."""
    if not all(one in _GSM or one in _GSM_BY_TWO for one in text):
        return ONE_SMS + len(text)
    return len(text) + sum(one in _GSM_BY_TWO for one in text)


def cut(text: str, longest: int, mark: str = "…") -> str:
    """`longest`: characters, with the mark; behind a word where there is one."""
    if len(text) <= longest:
        return text
    return text[: longest - len(mark)].rsplit(" ", 1)[0] + mark


def _gsm(text: str) -> str:
    return text.translate(_WRITTEN_OTHERWISE)


def _with(*parts: str) -> str:
    return " ".join(parts)


def _page(letter: Letter) -> str:
    links: Sequence[str] = [one.link.address for one in letter.paragraphs if one.link is not None]
    return next(iter(links), letter.preferences.address)
