"""The code a driver reads out on the phone: stable, and unforgiving of every single slip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidReservationCode
from domain.reservation.code import (
    ALPHABET,
    code_of_workflow,
    parse_reservation_code,
    reservation_code,
    workflow_id,
)

codes = st.builds(reservation_code, st.text(max_size=20), st.text(max_size=40))


@given(codes)
def test_a_code_survives_being_written_read_and_carried(code: str) -> None:
    assert parse_reservation_code(code) == code
    assert parse_reservation_code(f" {code.lower()} ") == code
    assert parse_reservation_code(code.replace("-", " – ")) == code
    assert parse_reservation_code(code.replace("-", "")) == code
    assert code_of_workflow(workflow_id(code)) == code


@given(codes)
def test_lookalikes_are_read_as_what_was_meant(code: str) -> None:
    heard = code.replace("1", "I").replace("0", "o").replace("V", "u")
    assert parse_reservation_code(heard) == code
    assert parse_reservation_code(code.replace("1", "l")) == code


@given(codes, st.integers(0, 11), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_caught(code: str, position: int, wrong: str) -> None:
    compact = code.replace("-", "")
    if compact[position] != wrong:
        with pytest.raises(InvalidReservationCode):
            parse_reservation_code(compact[:position] + wrong + compact[position + 1 :])


@given(codes, st.integers(0, 10))
def test_any_swap_of_neighbours_is_caught(code: str, position: int) -> None:
    compact = code.replace("-", "")
    left, right = compact[position], compact[position + 1]
    if left != right:
        with pytest.raises(InvalidReservationCode):
            parse_reservation_code(compact[:position] + right + left + compact[position + 2 :])


@given(st.text(max_size=30))
def test_whatever_is_typed_is_either_a_code_or_refused(text: str) -> None:
    try:
        code = parse_reservation_code(text)
    except InvalidReservationCode:
        return
    assert parse_reservation_code(code) == code


@pytest.mark.parametrize("text", ["", "7F3K", "0" * 13, "Z" * 12, "é" * 12, "x" * 100_000])
def test_what_is_no_code_is_refused_in_few_words(text: str) -> None:
    with pytest.raises(InvalidReservationCode) as refusal:
        parse_reservation_code(text)
    assert len(refusal.value.message) < 200


def test_a_retry_meets_the_same_code_and_strangers_do_not() -> None:
    assert reservation_code("acme", "key-1") == reservation_code("acme", "key-1")
    pairs = [(f"account-{a}", f"key-{k}") for a in range(50) for k in range(50)] + [
        ("a", "b:c"),
        ("a:b", "c"),
    ]
    assert len({reservation_code(*pair) for pair in pairs}) == len(pairs)
