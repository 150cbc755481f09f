"""Each field case of the page has tests that show it, and each that a test names is on the page."""

import re
from functools import cache
from pathlib import Path

from tests.docs.pages import REPOSITORY

PAGE = REPOSITORY / "docs/field-cases.md"
TESTS = REPOSITORY / "tests"
ROOTS = {1: 12, 2: 6, 3: 2, 4: 3, 5: 1, 6: 1, 9: 8}
"""How many cases each kind was filed with."""
LABEL = re.compile(r"\bK([1-69])\.(\d+)")


def lines() -> dict[str, list[str]]:
    """Label → tests."""
    rows = re.findall(r"^\| (K[\d.]+) \|.*\| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    return {label: re.findall(r"`([^`]+)`", shown) for label, shown in rows}


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


def test_every_case_that_a_test_names_is_on_the_page() -> None:
    named = {
        label.group()
        for file in TESTS.rglob("*.py")
        for label in LABEL.finditer(file.read_text())
        if file != Path(__file__)
    }
    assert named - {*lines()} == set()
