"""What a 2.x charger says it can do: variables of its device model (part 2, appendices), as `Component.Variable`."""

from domain.charging.capabilities import Findings
from ocpp_gateway.wire.configuration_values import Values, all_of, any_of, flag, words

KEYS: tuple[tuple[str, ...], ...] = (
    (
        "ReservationCtrlr.Available",
        "ReservationCtrlr.Enabled",
        "ReservationCtrlr.NonEvseSpecific",
    ),
    (
        "AuthCtrlr.Enabled",
        "AuthCtrlr.OfflineTxForUnknownIdEnabled",
        "AuthCtrlr.LocalAuthorizeOffline",
        "AuthCtrlr.LocalPreAuthorize",
    ),
    ("AuthCacheCtrlr.Enabled", "LocalAuthListCtrlr.Enabled"),
    ("TxCtrlr.TxStartPoint", "TxCtrlr.TxStopPoint", "TxCtrlr.StopTxOnInvalidId"),
)
"""By request, few keys in each."""


def read_capabilities(answers: Values) -> Findings:
    """Never raises: what makes no sense says nothing."""
    authorising = flag(answers, "AuthCtrlr.Enabled")
    stored = any_of(flag(answers, "AuthCacheCtrlr.Enabled"), flag(answers, "LocalAuthListCtrlr.Enabled"))
    unasked = all_of(flag(answers, "AuthCtrlr.LocalPreAuthorize"), stored)
    return Findings(
        reserve_now=_reservations(answers),
        connector_zero=flag(answers, "ReservationCtrlr.NonEvseSpecific"),
        may_start_offline=any_of(
            flag(answers, "AuthCtrlr.LocalAuthorizeOffline"),
            flag(answers, "AuthCtrlr.OfflineTxForUnknownIdEnabled"),
        ),
        starts_unasked=True if authorising is False else unasked,
        stops_refused=flag(answers, "TxCtrlr.StopTxOnInvalidId"),
        tx_start_points=_points(answers, "TxCtrlr.TxStartPoint"),
        tx_stop_points=_points(answers, "TxCtrlr.TxStopPoint"),
    )


def _reservations(answers: Values) -> bool | None:
    """Available may be absent while the feature is there; Enabled false answers Rejected (H01.FR.01)."""
    available = flag(answers, "ReservationCtrlr.Available")
    enabled = flag(answers, "ReservationCtrlr.Enabled")
    if available is False or enabled is False:
        return False
    return True if available or enabled else None


def _points(answers: Values, key: str) -> tuple[str, ...]:
    named = (name for name in words(answers, key) if name.isalpha())
    return tuple(dict.fromkeys(named))[:8]
