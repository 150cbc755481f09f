"""Whatever was typed stands in its form as it was typed, and is never markup."""

from html import escape

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.form_markup import pieces_of
from api.web.refilled import RefilledPage, Typed
from tests.api.web.forms_on import PageRead

_PAGE = """<!doctype html><html><head><title>Vans</title></head><body><main id="main"><h1>Vans &amp; cars</h1>
<details><summary>One</summary><form method="post" action="/vans"><input type="hidden" name="key" value="new">
<input type="hidden" name="van" value="one"><label>Name <input name="name" value="old" required></label>
<label>Words <textarea name="words" rows="3">old &lt;b&gt;</textarea></label></form></details>
<form method="post" action="/vans"><input type="hidden" name="key" value="new">
<input type="hidden" name="van" value="two"><label>Name <input name="name" value="old"></label></form>
<form method="get" action="/vans"><label>Find <input name="name"></label></form></main></body></html>"""
_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")))


def _refilled(values: dict[str, list[str]], *, once_more: bool = False) -> tuple[str, PageRead]:
    page = RefilledPage.of(_PAGE, Typed(method="post", to="/vans", values=values, once_more=once_more))
    assert page is not None
    page.refill("/vans", [(("name",), lambda kind: f"wrong <{kind}>")])
    text = page.text('<p role="alert">No</p>', "Not <so>")
    return text, PageRead(httpx.Response(422, text=text))


@given(_TEXT, _TEXT)
def test_it_is_typed_again_and_nothing_of_it_is_markup(name: str, words: str) -> None:
    text, page = _refilled({"van": ["one"], "name": [name], "words": [words]})
    first, other, find = page.forms
    assert (first.named("name")[0].value, first.named("words")[0].value.removeprefix("\n")) == (name, words)
    assert (other.named("name")[0].value, find.named("name")[0].value) == ("old", "")
    assert len(pieces_of(text)) == len(
        pieces_of(_refilled({"van": ["one"], "name": ["x"], "words": ["x"]})[0])
    )
    assert escape("Not <so>") in text


@given(
    st.text()
    | st.sampled_from([_PAGE, "<a href='x'>", "<!-- <a> -->", '<input value=">">', "<svg viewBox='0'/>"])
)
def test_a_page_that_is_read_is_still_that_page(page: str) -> None:
    assert "".join(piece.text for piece in pieces_of(page)) == page


@pytest.mark.parametrize(("once_more", "key"), [(True, "mine"), (False, "new")])
def test_a_press_of_which_nobody_knows_what_came_is_the_same_once_more(once_more: bool, key: str) -> None:
    _, page = _refilled({"van": ["two"], "key": ["mine"]}, once_more=once_more)
    assert page.forms[1].hidden["key"] == key
    assert page.forms[0].hidden["key"] == "new"


def test_what_was_folded_up_is_open_and_what_is_amiss_can_be_found() -> None:
    text, page = _refilled({"van": ["one"], "name": ["x"]})
    assert "<details open>" in text
    assert page.forms[0].named("name")[0].attributes["aria-describedby"] == "amiss-name"
    assert page.texts["amiss-name"] == "wrong <text>"


@pytest.mark.parametrize(
    ("method", "to", "van"), [("post", "/vans", "three"), ("post", "/cars", "one"), ("put", "/vans", "one")]
)
def test_a_form_of_something_else_is_not_filled_in(method: str, to: str, van: str) -> None:
    assert RefilledPage.of(_PAGE, Typed(method=method, to=to, values={"van": [van]})) is None
