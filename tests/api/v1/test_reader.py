"""Accept-Language: what a reader wants, in order; what cannot be read of it is passed over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.v1.reader import wanted_languages


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", ()),
        ("de", ("de",)),
        ("de-AT,de;q=0.9,en;q=0.8", ("de", "en")),
        ("en;q=0.5, DE ;q=0.7, *;q=0.1", ("de", "en")),
        ("fr;q=0, en", ("en",)),
        ("en;q=high, de;level=1", ()),
        (",,;q=1", ()),
    ],
)
def test_the_most_wanted_comes_first(header: str, wanted: tuple[str, ...]) -> None:
    assert wanted_languages(header) == wanted


@given(st.text(max_size=60))
def test_no_header_is_too_odd_to_be_read(header: str) -> None:
    languages = wanted_languages(header)
    assert len(set(languages)) == len(languages)
    assert all(language.isascii() and language.islower() for language in languages)
