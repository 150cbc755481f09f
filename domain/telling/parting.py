"""Why an address is given up: what is said there last, to whoever reads it, as they may not be who asked for it."""

from enum import StrEnum

from domain.telling.channels import READ_BY_THEIR_OWNER, Channel


class Parting(StrEnum):
    REMOVED = "removed"
    """From among where somebody is told."""
    ERASED = "erased"
    """With all that was held about them."""


def is_parted_from(channel: Channel) -> bool:
    """Browsers are not: who reads there sits in front of it, and a driver who signs out wants silence. Phones do not
    ring for it: nobody is asked at which hours they may any more.
    """
    return channel in READ_BY_THEIR_OWNER
