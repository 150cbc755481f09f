"""How a charger should be set up for our rules to work: a profile per protocol version, compared with what it says.

Sources: OCPP 1.6 §9 (configuration keys); 2.0.1 and 2.1 part 2, referenced components and variables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

_YES, _NO = "true", "false"


class SettingReason(StrEnum):
    """What a setting is good for."""

    READINGS_COME = "readings_come"
    READINGS_HAVE_ENERGY = "readings_have_energy"
    BEGIN_HAS_ENERGY = "begin_has_energy"
    END_HAS_ENERGY = "end_has_energy"
    SENT_AGAIN = "sent_again"
    LISTED_START_OFFLINE = "listed_start_offline"
    UNPLUGGING_ENDS = "unplugging_ends"
    UNPLUGGING_UNLOCKS = "unplugging_unlocks"
    REFUSED_ENDS = "refused_ends"
    REMOTE_START_ASKS = "remote_start_asks"
    STRANGERS_ASK = "strangers_ask"
    UNKNOWN_NOT_OFFLINE = "unknown_not_offline"
    MERE_PLUG_IS_NO_START = "mere_plug_is_no_start"


class Match(StrEnum):
    """How what a charger has is held against what is wanted."""

    IS = "is"
    AT_MOST = "at_most"
    """A number above 0, and no greater."""
    AT_LEAST = "at_least"
    """A number no smaller."""
    CONTAINS = "contains"
    """A list in which the word stands."""
    LACKS = "lacks"
    """A list in which the word does not stand alone."""


class Standing(StrEnum):
    FITS = "fits"
    DIFFERS = "differs"
    NOT_TOLD = "not_told"
    """The charger has not said, or does not know the setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """`key`: a 1.6 key, or `Component.Variable` in 2.x, with `[Instance]` where it has several."""

    key: str
    match: Match
    wanted: str
    reason: SettingReason

    def fits(self, has: str) -> bool:
        value = has.strip()
        match self.match:
            case Match.IS:
                return value.lower() == self.wanted.lower()
            case Match.AT_MOST:
                return value.isdecimal() and 0 < int(value) <= int(self.wanted)
            case Match.AT_LEAST:
                return value.isdecimal() and int(value) >= int(self.wanted)
            case Match.CONTAINS:
                return self.wanted.lower() in _words(value)
            case Match.LACKS:
                return _words(value) != [self.wanted.lower()]

    def value_to_set(self, has: str) -> str | None:
        """What would make it fit, keeping what else is in a list; None: an operator has to choose."""
        match self.match:
            case Match.CONTAINS:
                return ",".join(filter(None, (has.strip().strip(","), self.wanted)))
            case Match.LACKS:
                return None
            case _:
                return self.wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`has` None: not told. `to_set` None: nothing to be set, or nothing that could be set unseen."""

    recommendation: Recommendation
    has: str | None
    standing: Standing
    to_set: str | None


def _of(key: str, match: Match, wanted: str, reason: SettingReason) -> Recommendation:
    return Recommendation(key=key, match=match, wanted=wanted, reason=reason)


_ENERGY = "Energy.Active.Import.Register"
_V16 = (
    _of("MeterValueSampleInterval", Match.AT_MOST, "60", SettingReason.READINGS_COME),
    _of("MeterValuesSampledData", Match.CONTAINS, _ENERGY, SettingReason.READINGS_HAVE_ENERGY),
    _of("StopTxnSampledData", Match.CONTAINS, _ENERGY, SettingReason.END_HAS_ENERGY),
    _of("TransactionMessageAttempts", Match.AT_LEAST, "5", SettingReason.SENT_AGAIN),
    _of("TransactionMessageRetryInterval", Match.AT_MOST, "60", SettingReason.SENT_AGAIN),
    _of("StopTransactionOnEVSideDisconnect", Match.IS, _YES, SettingReason.UNPLUGGING_ENDS),
    _of("UnlockConnectorOnEVSideDisconnect", Match.IS, _YES, SettingReason.UNPLUGGING_UNLOCKS),
    _of("StopTransactionOnInvalidId", Match.IS, _YES, SettingReason.REFUSED_ENDS),
    _of("AuthorizeRemoteTxRequests", Match.IS, _YES, SettingReason.REMOTE_START_ASKS),
    _of("LocalPreAuthorize", Match.IS, _NO, SettingReason.STRANGERS_ASK),
    _of("AllowOfflineTxForUnknownId", Match.IS, _NO, SettingReason.UNKNOWN_NOT_OFFLINE),
)
_V2X = (
    _of("SampledDataCtrlr.TxUpdatedInterval", Match.AT_MOST, "60", SettingReason.READINGS_COME),
    _of("SampledDataCtrlr.TxUpdatedMeasurands", Match.CONTAINS, _ENERGY, SettingReason.READINGS_HAVE_ENERGY),
    _of("SampledDataCtrlr.TxStartedMeasurands", Match.CONTAINS, _ENERGY, SettingReason.BEGIN_HAS_ENERGY),
    _of("SampledDataCtrlr.TxEndedMeasurands", Match.CONTAINS, _ENERGY, SettingReason.END_HAS_ENERGY),
    _of("OCPPCommCtrlr.MessageAttempts[TransactionEvent]", Match.AT_LEAST, "5", SettingReason.SENT_AGAIN),
    _of(
        "OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]",
        Match.AT_MOST,
        "60",
        SettingReason.SENT_AGAIN,
    ),
    _of("TxCtrlr.StopTxOnEVSideDisconnect", Match.IS, _YES, SettingReason.UNPLUGGING_ENDS),
    _of("TxCtrlr.StopTxOnInvalidId", Match.IS, _YES, SettingReason.REFUSED_ENDS),
    _of("TxCtrlr.TxStartPoint", Match.LACKS, "EVConnected", SettingReason.MERE_PLUG_IS_NO_START),
    _of("TxCtrlr.TxStopPoint", Match.CONTAINS, "EVConnected", SettingReason.UNPLUGGING_ENDS),
    _of("AuthCtrlr.AuthorizeRemoteStart", Match.IS, _YES, SettingReason.REMOTE_START_ASKS),
    _of("AuthCtrlr.LocalPreAuthorize", Match.IS, _NO, SettingReason.STRANGERS_ASK),
    _of("AuthCtrlr.OfflineTxForUnknownIdEnabled", Match.IS, _NO, SettingReason.UNKNOWN_NOT_OFFLINE),
)
_PROFILES = {"1.6": _V16, "2.0.1": _V2X, "2.1": _V2X}
_LIST_V16 = tuple(
    _of(key, Match.IS, _YES, SettingReason.LISTED_START_OFFLINE)
    for key in ("LocalAuthListEnabled", "LocalAuthorizeOffline")
)
_LIST_V2X = tuple(
    _of(key, Match.IS, _YES, SettingReason.LISTED_START_OFFLINE)
    for key in ("LocalAuthListCtrlr.Enabled", "AuthCtrlr.LocalAuthorizeOffline")
)
_LIST_PROFILES = {"1.6": _LIST_V16, "2.0.1": _LIST_V2X, "2.1": _LIST_V2X}
"""Only where we keep the list in step: any other would let in whom nobody has judged."""
_AT_A_TIME = 5
"""Keys a request: some chargers take few, and a refused request costs only its own answers."""


def profile_of(version: str, *, keeps_local_list: bool = False) -> tuple[Recommendation, ...]:
    """For `1.6`, `2.0.1` or `2.1`; empty for what is none of them. `keeps_local_list`: of the charger."""
    lists = _LIST_PROFILES.get(version, ()) if keeps_local_list else ()
    return (*_PROFILES.get(version, ()), *lists)


def keys_to_ask(version: str) -> tuple[tuple[str, ...], ...]:
    """The keys of the fullest profile, request by request: whether a list is kept may change later."""
    keys = [one.key for one in profile_of(version, keeps_local_list=True)]
    return tuple(tuple(keys[n : n + _AT_A_TIME]) for n in range(0, len(keys), _AT_A_TIME))


def compared(
    version: str, values: Mapping[str, str], *, keeps_local_list: bool = False
) -> tuple[Compared, ...]:
    """Each recommendation held against what the charger has said."""
    profile = profile_of(version, keeps_local_list=keeps_local_list)
    return tuple(_compared(one, values.get(one.key)) for one in profile)


def _compared(one: Recommendation, has: str | None) -> Compared:
    if has is None:
        return Compared(recommendation=one, has=None, standing=Standing.NOT_TOLD, to_set=None)
    if one.fits(has):
        return Compared(recommendation=one, has=has, standing=Standing.FITS, to_set=None)
    return Compared(recommendation=one, has=has, standing=Standing.DIFFERS, to_set=one.value_to_set(has))


def _words(text: str) -> list[str]:
    return [word for word in text.lower().replace(";", ",").replace(" ", ",").split(",") if word]
