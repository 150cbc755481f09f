"""What makes two requests the same: their meaning, not their spelling."""

from dataclasses import dataclass, make_dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.desk.idempotency import fingerprint, step_key, update_id

texts = st.text(max_size=20)
keys = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
"""What a face lets through: printable ASCII."""
instants = st.datetimes(timezones=st.just(UTC))


@dataclass(frozen=True, kw_only=True)
class Asked:
    name: str
    at: datetime
    note: str = ""


asked = st.builds(Asked, name=texts, at=instants, note=texts)


@given(asked, asked)
def test_only_the_same_request_has_the_same_fingerprint(one: Asked, other: Asked) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


@given(asked, texts, texts)
def test_the_context_counts_too(request: Asked, one: str, other: str) -> None:
    assert (fingerprint(request, one) == fingerprint(request, other)) == (one == other)


@given(asked)
def test_a_member_that_is_added_later_changes_no_fingerprint_of_before(request: Asked) -> None:
    fields = [("name", str), ("at", datetime), ("note", str, ""), ("later", timedelta, timedelta(0))]
    newer = make_dataclass("Newer", fields, frozen=True, kw_only=True)  # type: ignore[arg-type] # a field with its default
    assert fingerprint(newer(name=request.name, at=request.at, note=request.note)) == fingerprint(request)


def test_nothing_is_a_request_too() -> None:
    assert fingerprint(None) == fingerprint(None) != fingerprint(None, "")


@given(texts, texts, keys, keys)
def test_an_update_id_is_of_one_account_and_key(a: str, b: str, key: str, other: str) -> None:
    same = update_id(a, "cancel", key) == update_id(b, "cancel", other)
    assert same == ((a, key) == (b, other))
    assert step_key("cancel", a, key) != key
