"""How a charger is set up, held against what our rules need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.recommended import (
    Match,
    Recommendation,
    SettingReason,
    Standing,
    compared,
    keys_to_ask,
    profile_of,
)

VERSIONS = ("1.6", "2.0.1", "2.1")
ENERGY = "Energy.Active.Import.Register"


def one(version: str, key: str, has: str | None) -> tuple[Standing, str | None]:
    found = {c.recommendation.key: c for c in compared(version, {} if has is None else {key: has})}
    return found[key].standing, found[key].to_set


@pytest.mark.parametrize(
    ("version", "key", "has", "standing", "to_set"),
    [
        ("1.6", "MeterValueSampleInterval", "30", Standing.FITS, None),
        ("1.6", "MeterValueSampleInterval", "0", Standing.DIFFERS, "60"),
        ("1.6", "MeterValueSampleInterval", "900", Standing.DIFFERS, "60"),
        ("1.6", "MeterValueSampleInterval", "often", Standing.DIFFERS, "60"),
        ("1.6", "MeterValueSampleInterval", None, Standing.NOT_TOLD, None),
        ("1.6", "MeterValuesSampledData", f"Voltage, {ENERGY}", Standing.FITS, None),
        ("1.6", "MeterValuesSampledData", "Voltage", Standing.DIFFERS, f"Voltage,{ENERGY}"),
        ("1.6", "MeterValuesSampledData", "", Standing.DIFFERS, ENERGY),
        ("1.6", "StopTransactionOnEVSideDisconnect", "TRUE", Standing.FITS, None),
        ("1.6", "LocalPreAuthorize", "true", Standing.DIFFERS, "false"),
        ("2.0.1", "TxCtrlr.TxStartPoint", "EVConnected,Authorized", Standing.FITS, None),
        ("2.1", "TxCtrlr.TxStartPoint", "EVConnected", Standing.DIFFERS, None),
        ("1.6", "StopTxnSampledData", "", Standing.DIFFERS, ENERGY),
        ("1.6", "TransactionMessageAttempts", "1", Standing.DIFFERS, "5"),
        ("1.6", "TransactionMessageAttempts", "20", Standing.FITS, None),
        ("1.6", "TransactionMessageRetryInterval", "3600", Standing.DIFFERS, "60"),
        ("2.0.1", "OCPPCommCtrlr.MessageAttempts[TransactionEvent]", "3", Standing.DIFFERS, "5"),
        ("2.1", "OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]", "600", Standing.DIFFERS, "60"),
        ("2.0.1", "SampledDataCtrlr.TxStartedMeasurands", "Voltage", Standing.DIFFERS, f"Voltage,{ENERGY}"),
        ("2.0.1", "TxCtrlr.TxStopPoint", "EVConnected,Authorized", Standing.FITS, None),
        ("2.1", "TxCtrlr.TxStopPoint", "Authorized", Standing.DIFFERS, "Authorized,EVConnected"),
    ],
)
def test_a_setting_is_compared(
    version: str, key: str, has: str | None, standing: Standing, to_set: str | None
) -> None:
    assert one(version, key, has) == (standing, to_set)


@given(
    st.sampled_from(VERSIONS),
    st.dictionaries(st.text(max_size=20), st.text(max_size=40)),
    st.text(max_size=40),
)
def test_what_is_set_fits_afterwards_and_nonsense_never_breaks_it(
    version: str, others: dict[str, str], nonsense: str
) -> None:
    values = others | {recommendation.key: nonsense for recommendation in profile_of(version)}
    found = compared(version, values)
    mended = values | {c.recommendation.key: c.to_set for c in found if c.to_set is not None}
    again = {c.recommendation.key: c.standing for c in compared(version, mended)}
    for c in found:
        if c.to_set is not None or c.standing is Standing.FITS:
            assert again[c.recommendation.key] is Standing.FITS


def test_a_version_nobody_knows_has_no_profile() -> None:
    assert compared("", {"x": "y"}) == ()
    assert keys_to_ask("1.5") == ()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_key_is_asked_for_few_at_a_time(version: str) -> None:
    asked = [key for keys in keys_to_ask(version) for key in keys]
    fullest = profile_of(version, keeps_local_list=True)
    assert asked == [recommendation.key for recommendation in fullest]
    assert max(map(len, keys_to_ask(version))) <= 6


def test_other_words_in_a_list_are_kept() -> None:
    wanted = Recommendation(
        key="K", match=Match.CONTAINS, wanted="A", reason=SettingReason.READINGS_HAVE_ENERGY
    )
    assert wanted.value_to_set("B,C,") == "B,C,A"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_local_list_is_wanted_only_where_we_keep_it(version: str) -> None:
    without, kept = profile_of(version), profile_of(version, keeps_local_list=True)
    added = [one for one in kept if one not in without]
    assert [one.reason for one in added] == [SettingReason.LISTED_START_OFFLINE] * 2
    assert not any("LocalAuthList" in one.key for one in without)
    values = {one.key: "false" for one in added}
    to_set = {c.recommendation.key: c.to_set for c in compared(version, values, keeps_local_list=True)}
    assert [to_set[key] for key in values] == ["true", "true"]
