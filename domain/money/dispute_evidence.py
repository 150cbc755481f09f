"""Evidence of a dispute: what is given for which of the provider's fields, within its limits."""

from collections.abc import Mapping
from enum import StrEnum

MOST_CHARACTERS = 150_000
LONGEST_FIELD = 20_000
CUT = "\n[…]"
"""Ends a text that was too long: what comes first in it is kept."""


class EvidenceState(StrEnum):
    NONE = "none"
    STAGED = "staged"
    """At the provider, and not yet told to the bank."""
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    """Nothing was submitted: an operator accepted the loss."""
    REFUSED = "refused"
    """The provider did not take it."""


class Decision(StrEnum):
    NONE = ""
    SUBMIT = "submit"
    ACCEPT = "accept"


def fitted(evidence: Mapping[str, str]) -> dict[str, str]:
    """Without empty fields; each cut to the provider's longest, and the later ones to what is left of all.

    So the order of the fields says which matters most.
    """
    left, kept = MOST_CHARACTERS, {}
    for name, text in evidence.items():
        longest = min(LONGEST_FIELD, left)
        if len(text) > longest:
            text = text[: longest - len(CUT)] + CUT if longest > len(CUT) else ""
        if text:
            kept[name] = text
            left -= len(text)
    return kept
