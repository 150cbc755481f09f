"""Reading what chargers say about themselves. Pure; vendors answer nonsense, which then says nothing.

1.6: configuration keys (§9). 2.x: variables of the device model (part 2, appendices), as `Component.Variable`.
"""

import re
from collections.abc import Mapping

from domain.charging.capabilities import Findings

KEYS_16: tuple[tuple[str, ...], ...] = (
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

KEYS_2X: tuple[tuple[str, ...], ...] = (
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

Answers = Mapping[str, str]

_YES = frozenset({"true", "1", "yes", "on", "enabled"})
_NO = frozenset({"false", "0", "no", "off", "disabled"})
_BETWEEN = re.compile(r"[,;|\s]+")


def keys_of(protocol: str) -> tuple[tuple[str, ...], ...]:
    """What to ask, request by request. `protocol`: as negotiated, e.g. `ocpp2.0.1`."""
    return KEYS_2X if protocol.startswith("ocpp2") else KEYS_16


def read_answers(protocol: str, answers: Answers) -> Findings:
    """Never raises."""
    return _read_2x(answers) if protocol.startswith("ocpp2") else _read_16(answers)


def _read_16(answers: Answers) -> Findings:
    stored = _any(_flag(answers, "LocalAuthListEnabled"), _flag(answers, "AuthorizationCacheEnabled"))
    return Findings(
        reserve_now=_profile(answers.get("SupportedFeatureProfiles", "")),
        connector_zero=_flag(answers, "ReserveConnectorZeroSupported"),
        may_start_offline=_any(
            _flag(answers, "LocalAuthorizeOffline"), _flag(answers, "AllowOfflineTxForUnknownId")
        ),
        starts_unasked=_all(_flag(answers, "LocalPreAuthorize"), stored),
        stops_refused=_flag(answers, "StopTransactionOnInvalidId"),
    )


def _profile(value: str) -> bool | None:
    """Is Reservation among the profiles? Only what looks like a list of profiles can lack it."""
    names = {name.lower() for name in _BETWEEN.split(value) if name}
    if "reservation" in names:
        return True
    return False if "core" in names else None


def _read_2x(answers: Answers) -> Findings:
    authorising = _flag(answers, "AuthCtrlr.Enabled")
    stored = _any(_flag(answers, "AuthCacheCtrlr.Enabled"), _flag(answers, "LocalAuthListCtrlr.Enabled"))
    unasked = _all(_flag(answers, "AuthCtrlr.LocalPreAuthorize"), stored)
    return Findings(
        reserve_now=_reservations(answers),
        connector_zero=_flag(answers, "ReservationCtrlr.NonEvseSpecific"),
        may_start_offline=_any(
            _flag(answers, "AuthCtrlr.LocalAuthorizeOffline"),
            _flag(answers, "AuthCtrlr.OfflineTxForUnknownIdEnabled"),
        ),
        starts_unasked=True if authorising is False else unasked,
        stops_refused=_flag(answers, "TxCtrlr.StopTxOnInvalidId"),
        tx_start_points=_points(answers, "TxCtrlr.TxStartPoint"),
        tx_stop_points=_points(answers, "TxCtrlr.TxStopPoint"),
    )


def _reservations(answers: Answers) -> bool | None:
    """Available may be absent while the feature is there; Enabled false answers Rejected (H01.FR.01)."""
    available = _flag(answers, "ReservationCtrlr.Available")
    enabled = _flag(answers, "ReservationCtrlr.Enabled")
    if available is False or enabled is False:
        return False
    return True if available or enabled else None


def _points(answers: Answers, key: str) -> tuple[str, ...]:
    named = (name for name in _BETWEEN.split(answers.get(key, "")) if name.isalpha())
    return tuple(dict.fromkeys(named))[:8]


def _flag(answers: Answers, key: str) -> bool | None:
    value = answers.get(key, "").strip().lower()
    return True if value in _YES else False if value in _NO else None


def _any(*flags: bool | None) -> bool | None:
    if True in flags:
        return True
    return None if None in flags else False


def _all(*flags: bool | None) -> bool | None:
    if False in flags:
        return False
    return None if None in flags else True
