"""Which language a reader gets, by RFC 9110 §12.5.4."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texts.languages import LONGEST_HEADER, Language, preferred
from texts.reader import Reader


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("DE-at", "de"),
        ("de-CH, en;q=0.9", "de"),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "en"),
        ("fr, de;q=0.1", "de"),
        ("en;q=0.5, de;q=0.50", "en"),
        ("de;q=0.5 , en;q=0.5", "de"),
        ("de\t;\tQ=1.000, en", "de"),
        ("fr", "en"),
        ("*", "en"),
        ("en;q=0, *", "de"),
        ("*;q=0", "en"),
        ("de;q=0", "en"),
        ("de;q=0, de-AT;q=0.2", "de"),
        (",, ,de,", "de"),
        # malformed elements count as not there
        ("de;q=2, fr", "en"),
        ("de;q=0.1234", "en"),
        ("de;level=1", "en"),
        ("de_AT", "en"),
        ("deutsch-und-englisch;q", "en"),
        ("de;q=,de;q=0.3,en;q=0.2", "de"),
        ("٣de", "en"),
        ("de;q=0.٣", "en"),
    ],
)
def test_the_best_quality_wins(header: str | None, language: str) -> None:
    assert preferred(header) == language
    assert Reader.for_languages(header, "UTC").language == language


def test_of_a_header_that_is_too_long_the_beginning_counts() -> None:
    assert preferred("fr;q=0.1," * LONGEST_HEADER + "de") is Language.ENGLISH
    assert preferred("de," + "fr;q=0.1," * LONGEST_HEADER) is Language.GERMAN
    assert preferred("fr;q=0.01," * 99 + "de-1996-xxxx,en") is Language.ENGLISH, "cut within the element"


@given(st.text())
def test_any_header_gets_some_language(header: str) -> None:
    assert preferred(header) in Language


@given(
    st.dictionaries(
        st.sampled_from(["en", "de", "fr", "de-AT", "en-GB", "*"]), st.integers(0, 1000), min_size=1
    )
)
def test_no_language_that_is_wanted_less_is_chosen(wanted: dict[str, int]) -> None:
    header = ", ".join(f"{range_};q={quality / 1000:.3f}" for range_, quality in wanted.items())

    def quality(language: str) -> int:
        named = [q for range_, q in wanted.items() if range_.split("-")[0] == language]
        return max(named, default=wanted.get("*", 0))

    chosen = preferred(header)
    best = max(quality(language) for language in Language)
    assert quality(chosen) == best or (best == 0 and chosen is Language.ENGLISH)
