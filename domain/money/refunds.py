"""Why money is given back after the settlement, and where that was decided."""

from enum import StrEnum


class RefundCause(StrEnum):
    """What an operator chooses from; their own words go beside it."""

    NOT_WORKING = "not_working"
    """Something of ours did not work as it should."""
    BILLING_ERROR = "billing_error"
    WAIVED = "waived"
    """A fee that the driver was let off."""
    GOODWILL = "goodwill"


class RefundSource(StrEnum):
    OPERATOR = "operator"
    DASHBOARD = "dashboard"
    """The payment provider's."""
