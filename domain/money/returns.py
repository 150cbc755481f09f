"""What a driver was to get back, which a refund could not bring: given another way."""

from enum import StrEnum

from domain.errors import Explained


class ReturnWay(StrEnum):
    BANK_TRANSFER = "bank_transfer"
    """To an account of the driver's, by a person."""
    CREDIT = "credit"
    """Pays the driver's next bills, as they agreed to."""


class MoreThanOwed(Explained):
    """More would be given back than is owed."""

    code = "more_than_owed"


class ReturnBookedOtherwise(Explained):
    """The reference is known, and was for something else."""

    code = "return_booked_otherwise"
