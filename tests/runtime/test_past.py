"""The past that a stack is given: told from one moment on until all of it is, and nobody waits for it for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.reset import reset
from runtime.stack.past import KeptPast, let_past_be_told, past_of, past_to_tell

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path: Path) -> KeptPast:
    return KeptPast(tmp_path / "past")


def says(answer: bool) -> Callable[[], Awaitable[bool]]:
    async def charged_before() -> bool:
        return answer

    return charged_before


async def at_once() -> None:
    pass


async def never() -> None:
    await asyncio.Event().wait()


async def test_what_was_not_told_whole_is_told_again_from_the_same_day_on(kept: KeptPast) -> None:
    said: list[str] = []
    first = await past_to_tell(kept, says(False), NOW)
    assert first == past_of(NOW)
    await let_past_be_told(kept, never, said.append, patience_s=0)
    assert len(said) == 1, "and the stack goes on"
    later = await past_to_tell(kept, says(True), NOW + timedelta(days=2))
    assert later == first, "also where half of it was told"
    await let_past_be_told(kept, at_once, said.append, patience_s=60)
    assert len(said) == 1
    assert await past_to_tell(kept, says(True), NOW + timedelta(days=3)) == {}
    assert await past_to_tell(kept, says(False), NOW + timedelta(days=3)) == {}


async def test_where_somebody_has_charged_that_is_the_past_that_there_is(kept: KeptPast) -> None:
    assert await past_to_tell(kept, says(True), NOW) == {}
    await let_past_be_told(kept, at_once, lambda _: None, patience_s=60)
    assert not kept.is_told, "nothing was"


async def test_a_folder_that_is_cleared_begins_a_past_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "lock").touch()
    kept = KeptPast(tmp_path / "past")
    await past_to_tell(kept, says(False), NOW)
    kept.done()
    assert "past" in reset(tmp_path)
    assert await past_to_tell(kept, says(False), NOW + timedelta(days=9)) == past_of(NOW + timedelta(days=9))
