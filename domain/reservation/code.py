"""The reservation code: what operators see first and a driver reads out on the phone.

Twelve characters in three groups, `7F3K-2QVM-X9TA`: eleven of Crockford's base 32 (54 bits; no I, L, O, U, Z)
derived from account and Idempotency-Key, so that a retry meets the same workflow, and one check character
that catches any single wrong character and any swap of neighbours. 54 bits keep strangers apart: among
ten million reservations the chance that any two collide is about one in 500.
"""

import hashlib

from domain.errors import InvalidReservationCode
from domain.facts.refusals import NotAReservationCode, ReservationCodeMistyped

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
_SEPARATORS = " \t\u00a0-\u2010\u2011\u2012\u2013\u2014"
"""Spaces and the dashes that phones type for a hyphen."""
_DATA_CHARACTERS = 11
_PRIME = 31
"""Below the alphabet's size, so one check character suffices; data character 31 (`Z`) is never generated."""

WORKFLOW_ID_PREFIX = "reservation-"


def reservation_code(account: str, idempotency_key: str) -> str:
    """The code for one booking intent of one account, e.g. `7F3K-2QVM-X9TA`. Deterministic."""
    digest = hashlib.sha256(
        f"{len(account)}:{account}:{idempotency_key}".encode("utf-8", "surrogatepass")
    ).digest()
    number = int.from_bytes(digest, "big")
    characters = []
    for _ in range(_DATA_CHARACTERS):
        number, value = divmod(number, _PRIME)
        characters.append(value)
    characters.append(_check_value(characters))
    return _grouped("".join(ALPHABET[value] for value in characters))


def parse_reservation_code(text: str) -> str:
    """Normalise what a person typed or said (case, spaces, dashes, I/L for 1, O for 0).

    Raises InvalidReservationCode when the length, a character or the check character is wrong.
    """
    compact = "".join(c for c in text.upper() if c not in _SEPARATORS).translate(_LOOKALIKES)
    values = [ALPHABET.find(c) for c in compact]
    if len(values) != _DATA_CHARACTERS + 1 or min(values) < 0 or max(values) >= _PRIME:
        raise InvalidReservationCode(NotAReservationCode(text=text[:40]))
    if _check_value(values[:-1]) != values[-1]:
        raise InvalidReservationCode(ReservationCodeMistyped(text=text))
    return _grouped(compact)


def workflow_id(code: str) -> str:
    return WORKFLOW_ID_PREFIX + code


def code_of_workflow(workflow_id_: str) -> str:
    return parse_reservation_code(workflow_id_.removeprefix(WORKFLOW_ID_PREFIX))


def _check_value(values: list[int]) -> int:
    # Weights 2..12 are distinct and non-zero modulo the prime 31: single errors and swaps always show.
    return sum(weight * value for weight, value in enumerate(values, start=2)) % _PRIME


def _grouped(compact: str) -> str:
    return "-".join(compact[i : i + 4] for i in range(0, len(compact), 4))
