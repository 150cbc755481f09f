"""Nothing is worded that nobody says: each step and line is made by the product, each list stands in a sentence."""

import ast
from dataclasses import fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from contracts.names import MessageName
from domain.charging.recommended import SettingReason
from domain.facts.attention import Problem
from domain.facts.fact import Fact
from domain.money.credits import CreditOrigin
from domain.money.lines import Limit, LineKind
from domain.place.fit import MisfitKind
from tests.texts.keys import all_kinds
from texts import details, steps
from texts.words import LISTS

REPOSITORY = Path(__file__).parents[2]
PRODUCT = ("activities", "api", "delivery", "ocpp_gateway", "telling", "webhooks", "workflows")
TOLD_BY_THEMSELVES: set[type[StrEnum]] = {
    CreditOrigin,
    Problem,
    Limit,
    LineKind,
    MessageName,
    MisfitKind,
    SettingReason,
}
"""By `Reader.attention`, `Reader.line` and `Reader.word`, or several at once."""


@cache
def _built() -> set[str]:
    """`steps.LockHold` for each call of that name, however it was imported."""
    return {
        name for folder in PRODUCT for file in (REPOSITORY / folder).rglob("*.py") for name in _built_in(file)
    }


def _built_in(file: Path) -> set[str]:
    text = file.read_text()
    if "texts" not in text:
        return set()
    tree = ast.parse(text)
    meant: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "texts":
            inside = (node.module or "").removeprefix("texts").lstrip(".")
            for name in node.names:
                meant[name.asname or name.name] = f"{inside}.{name.name}".lstrip(".")
    calls = (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))
    split = (call.partition(".") for call in calls)
    return {f"{meant[head]}{dot}{rest}" for head, dot, rest in split if head in meant}


@pytest.mark.parametrize("kind", [*steps.Step.known.values(), *details.Detail.known.values()])
def test_each_step_and_line_is_made_somewhere(kind: type[Fact]) -> None:
    assert f"{kind.__module__.removeprefix('texts.')}.{kind.__name__}" in _built()


def test_each_list_with_words_stands_in_a_sentence() -> None:
    hints = {field.type for kind in all_kinds() for field in fields(kind)}
    in_facts = hints | {one for hint in hints for one in get_args(hint)}
    assert {members for members in LISTS if members not in in_facts} <= TOLD_BY_THEMSELVES
