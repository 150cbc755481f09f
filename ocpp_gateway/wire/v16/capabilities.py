"""What a 1.6 charger says it can do: its configuration keys (§9)."""

from domain.charging.capabilities import Findings
from ocpp_gateway.wire.configuration_values import Values, all_of, any_of, flag, words

KEYS: tuple[tuple[str, ...], ...] = (
    ("SupportedFeatureProfiles", "ReserveConnectorZeroSupported"),
    (
        "LocalAuthorizeOffline",
        "AllowOfflineTxForUnknownId",
        "LocalPreAuthorize",
        "LocalAuthListEnabled",
        "AuthorizationCacheEnabled",
        "StopTransactionOnInvalidId",
    ),
)
"""By request: some chargers take few keys at a time, and a refused request costs only its own answers."""


def read_capabilities(answers: Values) -> Findings:
    """Never raises: what makes no sense says nothing."""
    stored = any_of(flag(answers, "LocalAuthListEnabled"), flag(answers, "AuthorizationCacheEnabled"))
    return Findings(
        reserve_now=_reservations(answers),
        connector_zero=flag(answers, "ReserveConnectorZeroSupported"),
        may_start_offline=any_of(
            flag(answers, "LocalAuthorizeOffline"), flag(answers, "AllowOfflineTxForUnknownId")
        ),
        starts_unasked=all_of(flag(answers, "LocalPreAuthorize"), stored),
        stops_refused=flag(answers, "StopTransactionOnInvalidId"),
    )


def _reservations(answers: Values) -> bool | None:
    """Is Reservation among the profiles? Only what looks like a list of profiles can lack it."""
    names = {name.lower() for name in words(answers, "SupportedFeatureProfiles")}
    if "reservation" in names:
        return True
    return False if "core" in names else None
