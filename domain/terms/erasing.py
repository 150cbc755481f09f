"""What a driver is called from the moment on in which they are erased: by nobody's name, each time another."""

import hashlib
import re
from uuid import UUID

ALIAS = "^erased:[0-9a-f]{32}$"
"""For Postgres, too."""


def alias_of(random: UUID) -> str:
    """In place of the driver's id, wherever something of theirs has to stay."""
    return f"erased:{random.hex}"


def is_alias(driver_id: str) -> bool:
    return re.fullmatch(ALIAS, driver_id) is not None


def digest_of(driver_id: str) -> str:
    """By which an id of somebody who was erased is known again, by whoever brings it; it is not to be read back."""
    return hashlib.sha256(f"erased-driver:{driver_id}".encode()).hexdigest()
