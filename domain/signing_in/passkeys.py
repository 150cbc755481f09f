"""Passkeys: how many one driver has, and what an authenticator's counter says."""

from domain.errors import PasskeyCountsBack, TooManyPasskeys
from domain.facts.refused_signing_in import NoMorePasskeys, PasskeyCopied

MOST_PASSKEYS = 10
"""Of one driver."""
LONGEST_NAME = 60


def check_adding(there: int) -> None:
    """Raises TooManyPasskeys."""
    if there >= MOST_PASSKEYS:
        raise TooManyPasskeys(NoMorePasskeys(most=MOST_PASSKEYS))


def check_counter(*, kept: int, said: int) -> None:
    """WebAuthn Level 2 §6.1.1, §7.2: an authenticator that counts says more each time; one that does not, always 0.

    Raises PasskeyCountsBack.
    """
    if max(kept, said) > 0 and said <= kept:
        raise PasskeyCountsBack(PasskeyCopied())
