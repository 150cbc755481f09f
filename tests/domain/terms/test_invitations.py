"""Invitations: who is taken in, and how codes are read."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import (
    DomainError,
    InvitationExpired,
    InvitationRevoked,
    InvitationUsed,
    InvitationUsedUp,
    TooManyAttempts,
)
from domain.terms.invitations import (
    ALPHABET,
    ATTEMPTS_WITHIN,
    CODE_LENGTH,
    MOST_ATTEMPTS,
    Invitation,
    check_attempts,
    check_invitation,
    digest_of,
    domain_of,
    shown,
)
from tests.domain.builders import at

ends = st.none() | st.integers(-5, 5).map(at)


@given(st.integers(0, 3), st.none() | st.integers(1, 3), ends, ends, st.booleans())
def test_it_takes_in_whom_nothing_speaks_against(
    uses: int, most: int | None, expires: datetime | None, revoked: datetime | None, used: bool
) -> None:
    now = at(0)
    against: list[type[DomainError]] = []
    if revoked is not None and revoked <= now:
        against.append(InvitationRevoked)
    if expires is not None and expires <= now:
        against.append(InvitationExpired)
    if used:
        against.append(InvitationUsed)
    if most is not None and uses >= most:
        against.append(InvitationUsedUp)
    invitation = Invitation(uses=uses, most_uses=most, expires_at=expires, revoked_at=revoked)
    if not against:
        check_invitation(invitation, used_by_them=used, now=now)
        return
    with pytest.raises(against[0]):
        check_invitation(invitation, used_by_them=used, now=now)


@given(st.text(ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_a_code_is_read_however_it_is_written(characters: str) -> None:
    code = shown(characters)
    for written in (
        characters,
        code.lower(),
        code.replace("-", " "),
        code.replace("0", "O").replace("1", "l"),
    ):
        assert digest_of(written) == digest_of(code)
    other = ("A" if characters[0] != "A" else "B") + characters[1:]
    assert digest_of(other) != digest_of(code)


def test_who_tries_too_often_is_told_until_when() -> None:
    check_attempts(MOST_ATTEMPTS, at(0))
    with pytest.raises(TooManyAttempts) as refused:
        check_attempts(MOST_ATTEMPTS + 1, at(0))
    assert refused.value.why.parameters() == {"again": (at(0) + ATTEMPTS_WITHIN).isoformat()}
    assert timedelta(0) < ATTEMPTS_WITHIN


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("anna@Example.com", "example.com"),
        ('"anna@work"@mail.example.com', "mail.example.com"),
        ("@example.com", None),
        ("anna", None),
        ("anna@", None),
    ],
)
def test_the_domain_is_what_stands_behind_the_last_at(email: str, domain: str | None) -> None:
    assert domain_of(email) == domain
