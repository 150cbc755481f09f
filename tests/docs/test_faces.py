"""docs/faces.md has a row for each page that there is, and each is looked at in a browser."""

import pytest

from api.web.routers import PAGES
from tests.browser.pictures import NOT_LOOKED_AT, PICTURES, UNTOLD
from tests.docs.faces_table import nameless, who_may_see
from tests.docs.pages import REPOSITORY

_BROWSER = "".join(file.read_text() for file in sorted((REPOSITORY / "tests" / "browser").glob("test_*.py")))


def routes(*methods: str) -> set[str]:
    """Paths of those that answer one of the methods."""
    found = [route for router in PAGES for route in router.routes]
    return {getattr(one, "path", "") for one in found if {*methods} & getattr(one, "methods", set())}


def test_each_page_is_looked_at_or_it_is_said_why_not() -> None:
    assert not {*PICTURES.values()} & {*NOT_LOOKED_AT}
    assert routes("GET") == {*PICTURES.values(), *NOT_LOOKED_AT} - (routes("POST") - routes("GET"))


def test_each_picture_is_of_a_page() -> None:
    assert {*PICTURES.values()} <= routes("GET", "POST")


@pytest.mark.parametrize("name", PICTURES)
def test_each_picture_is_taken(name: str) -> None:
    assert f'"{name}"' in _BROWSER


def test_each_page_has_a_row_and_each_row_a_page() -> None:
    untold = {path for path, why in NOT_LOOKED_AT.items() if why in UNTOLD}
    pages, rows = {nameless(path) for path in routes("GET") - untold}, {*who_may_see()}
    assert pages - rows == set(), "no row"
    assert rows - {nameless(path) for path in routes("GET", "POST")} == set(), "no page"
