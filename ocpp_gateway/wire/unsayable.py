"""A command that cannot be said in a charger's version, so that it is never sent."""

from enum import StrEnum


class Why(StrEnum):
    """Stable: operators' programs read it."""

    NOT_IN_VERSION = "not_in_version"
    INSTALL_TIME_NOT_IN_VERSION = "install_time_not_in_version"
    TRANSACTION_ID_NOT_A_NUMBER = "transaction_id_not_a_number"
    KEY_MALFORMED = "key_malformed"
    BREAKS_SCHEMA = "breaks_schema"
    """A value is longer, or another one, than the version allows."""


class Unsayable(ValueError):
    """`code`: why; the message tells operators what to say instead."""

    def __init__(self, why: Why, message: str) -> None:
        super().__init__(message)
        self.code = why
