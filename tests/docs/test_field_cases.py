"""Each field case of the page has tests that show it, and each that a test names is on the page."""

import re
from functools import cache
from pathlib import Path

from tests.docs.pages import REPOSITORY
from tests.docs.shown_versions import VERSIONS, shown_in

PAGE = REPOSITORY / "docs/field-cases.md"
TESTS = REPOSITORY / "tests"
ROOTS = {1: 12, 2: 6, 3: 2, 4: 3, 5: 1, 6: 1, 8: 10, 9: 8}
"""How many cases each kind was filed with."""
LABEL = re.compile(r"\bK([1-689])\.(\d+)")


_ROW = re.compile(r"^\| (K[\d.]+) \| [^|]+ \| ([^|]+) \| (.*) \|$", re.MULTILINE)


def lines() -> dict[str, list[str]]:
    """Label → tests."""
    return {label: re.findall(r"`([^`]+)`", shown) for label, _, shown in _ROW.findall(PAGE.read_text())}


def versions() -> dict[str, str]:
    """Label → versions, as the page says them."""
    return {label: said for label, said, _ in _ROW.findall(PAGE.read_text())}


@cache
def names_in(file: Path) -> frozenset[str]:
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE))


def is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    return (TESTS / path).is_file() and name in names_in(TESTS / path)


def test_every_case_is_shown_by_tests_that_exist() -> None:
    shown = lines()
    assert [*shown] == [
        f"K{kind}.{number}" for kind, cases in ROOTS.items() for number in range(1, cases + 1)
    ]
    assert all(shown.values())
    assert [test for tests in shown.values() for test in tests if not is_there(test)] == []


def test_every_case_is_shown_in_the_versions_that_the_page_says() -> None:
    shown = {}
    for label, tests in lines().items():
        named = [test.partition("::") for test in tests]
        found = frozenset[str]().union(*(shown_in(TESTS / path, name) for path, _, name in named))
        shown[label] = ", ".join(version for version in VERSIONS if version in found) or "none"
    assert shown == versions()


def test_every_case_that_a_test_names_is_on_the_page() -> None:
    named = {
        label.group()
        for file in TESTS.rglob("*.py")
        for label in LABEL.finditer(file.read_text())
        if file != Path(__file__)
    }
    assert named - {*lines()} == set()
