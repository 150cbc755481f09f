"""Whatever was typed stands in its form as it was typed, and is never markup."""

from html import escape

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.form_markup import pieces_of
from api.web.refilled import RefilledPage, Typed, Wrong
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
    page.refill("/vans", [Wrong(names=("name",), told=lambda kind: f"wrong <{kind}>")])
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


_KINDS = ("", "car", "van")
_ROWS = st.lists(st.tuples(st.sampled_from(_KINDS), _TEXT, _TEXT, st.booleans()), min_size=1, max_size=5)


def _rows_page(rows: int) -> str:
    """A form of rows that share their names, as a table has them."""
    options = "".join(f'<option value="{kind}">{kind}</option>' for kind in _KINDS)
    one = (
        f'<tr><td><input type="hidden" name="row" value="{{0}}"><select name="kind">{options}</select></td>'
        '<td><input name="name" value="old" aria-label="Name {0}"></td>'
        '<td><textarea name="words" aria-label="Words {0}">old</textarea></td>'
        '<td><input type="checkbox" name="there" value="{0}" checked></td></tr>'
    )
    inside = "".join(one.format(nth) for nth in range(rows))
    return f'<main><form method="post" action="/rows"><table>{inside}</table></form></main>'


@given(_ROWS, st.data())
def test_rows_that_share_their_names_keep_each_what_was_typed_in_it(
    rows: list[tuple[str, str, str, bool]], data: st.DataObject
) -> None:
    amiss = data.draw(st.sets(st.integers(0, len(rows) - 1)))
    kinds, names, words, there = ([*column] for column in zip(*rows, strict=True))
    row = [str(nth) for nth in range(len(rows))]
    ticked = [nth for nth, is_there in zip(row, there, strict=True) if is_there]
    values = {"row": row, "kind": kinds, "name": names, "words": words, "there": ticked}
    page = RefilledPage.of(_rows_page(len(rows)), Typed(method="post", to="/rows", values=values))
    assert page is not None
    found = page.refill("/rows", [Wrong(names=("name",), told=lambda _: "wrong", nth=nth) for nth in amiss])
    (form,) = PageRead(httpx.Response(422, text=page.text("", ""))).forms
    assert [one.chosen for one in form.named("kind")] == [[kind] for kind in kinds]
    assert [one.value for one in form.named("name")] == names
    assert [one.value.removeprefix("\n") for one in form.named("words")] == words
    assert [one.is_chosen for one in form.named("there")] == there
    marked = {nth for nth, one in enumerate(form.named("name")) if "aria-invalid" in one.attributes}
    assert marked == amiss
    assert [one.label for one in found.amiss] == [f"Name {nth}" for nth in sorted(amiss)]
    anchors = [form.named("name")[nth].attributes["id"] for nth in sorted(amiss)]
    assert [one.anchor for one in found.amiss] == anchors
    assert len({*anchors}) == len(anchors)


@pytest.mark.parametrize("rows", [["0", "2"], ["1", "0"], ["0", "1", "2"]])
def test_rows_that_are_other_ones_by_now_are_another_form(rows: list[str]) -> None:
    typed = Typed(method="post", to="/rows", values={"row": rows, "name": ["x"] * len(rows)})
    assert RefilledPage.of(_rows_page(2), typed) is None
