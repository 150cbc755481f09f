"""Every notice has its urgency, and nothing that asks for an answer waits."""

from dataclasses import fields

import pytest

from domain.facts.reading import all_facts
from domain.telling.untrue import made_untrue
from domain.telling.urgency import GATHERED_FOR, URGENCIES, Urgency

NOTICES = all_facts()["notice"]
ANSWERED = {"answer_by"}


def test_every_notice_has_one() -> None:
    assert URGENCIES.keys() == NOTICES.keys()


@pytest.mark.parametrize("code", sorted(NOTICES))
def test_what_has_to_be_answered_is_told_now(code: str) -> None:
    if ANSWERED & {field.name for field in fields(NOTICES[code])}:
        assert URGENCIES[code] is Urgency.NOW


def test_what_is_told_now_waits_for_nothing() -> None:
    assert not GATHERED_FOR[Urgency.NOW]
    assert GATHERED_FOR[Urgency.NOW] < GATHERED_FOR[Urgency.SOON] < GATHERED_FOR[Urgency.RECORD]


@pytest.mark.parametrize("record", sorted(code for code, of in URGENCIES.items() if of is Urgency.RECORD))
def test_no_record_is_ever_kept_from_anybody(record: str) -> None:
    assert not any(record in made_untrue(later) for later in NOTICES)
