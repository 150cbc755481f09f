"""What who was erased is called: told from every id of a driver, and never twice the same."""

from uuid import UUID

from hypothesis import assume, example, given
from hypothesis import strategies as st

from domain.terms.erasing import alias_of, is_alias


@given(st.uuids(), st.uuids())
def test_an_alias_is_known_as_one_and_nobody_elses(one: UUID, other: UUID) -> None:
    assume(one != other)
    assert is_alias(alias_of(one))
    assert alias_of(one) != alias_of(other)


@given(st.text(), st.uuids())
@example("\n", UUID(int=0))
def test_no_other_id_is_taken_for_one(text: str, random: UUID) -> None:
    assert not is_alias(text)
    assume(text != "")
    assert not is_alias(alias_of(random) + text)
    assert not is_alias(text + alias_of(random))
