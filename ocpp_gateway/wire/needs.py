"""Which fields of each message are needed here; every other one may be missing, odd or absent."""

from typing import Any

NEEDED: dict[str, frozenset[str]] = {
    # Both families; a path that a version does not have is never met.
    "Authorize": frozenset({"idTag", "idToken", "idToken/idToken"}),
    "StatusNotification": frozenset({"connectorId", "status", "evseId", "connectorStatus"}),
    "MeterValues": frozenset({"connectorId", "evseId"}),
    "TransactionEvent": frozenset(
        {"eventType", "transactionInfo", "transactionInfo/transactionId", "idToken/idToken"}
    ),
    "ReservationStatusUpdate": frozenset({"reservationId", "reservationUpdateStatus"}),
    "NotifyEvent": frozenset(
        {"eventData/component", "eventData/component/name", "eventData/variable", "eventData/variable/name"}
    ),
    "NotifyReport": frozenset(
        {
            "reportData/component",
            "reportData/component/name",
            "reportData/variable",
            "reportData/variable/name",
            "reportData/variableAttribute",
        }
    ),
    "SignCertificate": frozenset({"csr", "certificateType"}),
    "DiagnosticsStatusNotification": frozenset({"status"}),
    "LogStatusNotification": frozenset({"status"}),
    "FirmwareStatusNotification": frozenset({"status"}),
    "SignedFirmwareStatusNotification": frozenset({"status"}),
    "PublishFirmwareStatusNotification": frozenset({"status"}),
}
"""A 2.x StatusNotification needs no connectorId (`OPTIONAL_IN_2X`): an EVSE has one status here."""

OPTIONAL_IN_2X = frozenset({"StatusNotification/connectorId"})

IF_GIVEN: dict[str, frozenset[str]] = {
    "StartTransaction": frozenset({"connectorId"}),
    "MeterValues": frozenset({"transactionId"}),
    "TransactionEvent": frozenset({"idToken"}),
}
"""May be missing, but not be misread: whose transaction, and whose token, is not guessed.

A 1.6 start without a card, or with one that cannot be read, names nobody, as with a blank one. A stop whose
number is none of ours is as one without a number: an end is never refused."""

PLACED_BY_TRANSACTION = frozenset({"MeterValues"})
"""Where a message names its transaction, its connector says nothing more."""

WORDS_OF_OTHER_VERSIONS: dict[str, tuple[str, ...]] = {
    "StatusNotification/status": ("Occupied",),
    "StatusNotification/connectorStatus": (
        "Preparing",
        "Charging",
        "SuspendedEV",
        "SuspendedEVSE",
        "Finishing",
    ),
}
"""Said by firmware that was carried over to, or from, the other family: they mean there what they say."""

DROPPABLE_AT_THE_END = frozenset({"idToken"})
"""Who ends a 2.x transaction does not matter: an end is never refused (E07)."""

BARE: dict[str, str] = {"unitOfMeasure": "unit", "idToken": "idToken"}
"""Objects that 1.6 knows as a single value, and firmware carried over from it writes so: which field that is."""

IDENTITIES = frozenset({"idTag", "idToken", "transactionId"})
"""Never cut: the rest of a token may be the beginning of somebody else's."""

EXACT = frozenset({"transactionId", "connectorId", "evseId", "id", "reservationId"})
"""Whole numbers that name something: a fraction of one is none."""

LONGEST_IDENTITY = 255
"""Characters; longer than any version allows."""


def names_nothing(given: Any) -> bool:
    """An empty text, or an object (a token) with nothing in it."""
    if isinstance(given, dict):
        return names_nothing(given.get("idToken"))
    return given is None or (isinstance(given, str) and not given.strip())
