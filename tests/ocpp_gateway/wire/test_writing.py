"""The calls that we send, in all versions: valid to the letter of the official schemas."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.charging import commands as c
from domain.charging.asking import GetTransactionStatus
from domain.charging.certificates import (
    CertificateHash,
    CertificateSigned,
    CertificateUse,
    DeleteCertificate,
    GetCertificates,
    InstallCertificate,
)
from domain.charging.commands import CommandOutcome
from domain.charging.listing import GetLocalListVersion, ListedToken, SendLocalList
from domain.charging.secrets import is_own_password, is_secret
from domain.charging.tokens import TokenKind
from ocpp_gateway.wire.unsayable import Unsayable
from tests.ocpp_gateway.wire.official import VERSIONS, full, is_valid, root
from tests.ocpp_gateway.wire.test_reading import NOW, STEADY

every_version = pytest.mark.parametrize("version", list(VERSIONS))
LATER = NOW + timedelta(minutes=40)

COMMANDS: list[c.Command] = [
    c.ReserveNow(connector_number=1, hold_id=7, id_tag="A11CE001", parent_id_tag=None, expires_at=LATER),
    c.ReserveNow(
        connector_number=0,
        hold_id=7,
        id_tag="7F3K2QVMX9TA",
        parent_id_tag="FLEET",
        expires_at=LATER,
        token_kind=TokenKind.APP,
    ),
    c.CancelReservation(hold_id=7),
    c.RemoteStart(connector_number=1, id_tag="A11CE001", remote_start_id=5),
    c.RemoteStop(transaction_id="4711"),
    c.Reset(),
    c.Reset(hard=True),
    c.ChangeAvailability(connector_number=0, operative=False),
    c.ChangeAvailability(connector_number=2, operative=True),
    c.UnlockConnector(connector_number=1),
    c.TriggerMessage(message="StatusNotification", connector_number=1),
    c.TriggerMessage(message="BootNotification"),
    GetTransactionStatus(transaction_id="tx-1"),
    c.GetConfiguration(),
    c.GetConfiguration(keys=("ReservationCtrlr.Enabled",)),
    c.SetConfiguration(key="OCPPCommCtrlr.HeartbeatInterval", value="60"),
    c.GetBaseReport(request_id=3),
    c.ClearCache(),
    SendLocalList(version=1),
    SendLocalList(
        version=2,
        full=False,
        tokens=(
            ListedToken(id_tag="A11CE001", group_id="FLEET", expires_at=LATER),
            ListedToken(id_tag="B0B00001", accepted=False),
        ),
        removed=(ListedToken(id_tag="C0FFEE"),),
    ),
    GetLocalListVersion(),
    c.SetChargingProfile(
        connector_number=1,
        profile_id=1,
        purpose=c.ProfilePurpose.TRANSACTION,
        limits=(c.PowerLimit(offset_s=0, watts=11_000), c.PowerLimit(offset_s=600, watts=4_000)),
        transaction_id="4711",
    ),
    c.SetChargingProfile(
        connector_number=0,
        profile_id=2,
        purpose=c.ProfilePurpose.CHARGER,
        limits=(c.PowerLimit(offset_s=0, watts=50_000),),
        starts_at=NOW,
        duration_s=3600,
    ),
    c.ClearChargingProfile(),
    c.ClearChargingProfile(profile_id=1),
    c.ClearChargingProfile(connector_number=1, purpose=c.ProfilePurpose.DEFAULT, stack_level=0),
    c.GetCompositeSchedule(connector_number=1, duration_s=3600),
    c.GetLogs(kind=c.LogKind.DIAGNOSTICS, upload_url="https://logs.example/1", request_id=1),
    c.GetLogs(kind=c.LogKind.SECURITY, upload_url="https://logs.example/1", request_id=1),
    c.UpdateFirmware(location="https://images.example/2.bin", retrieve_at=LATER, request_id=1),
    c.UpdateFirmware(
        location="https://images.example/2.bin",
        retrieve_at=NOW,
        install_at=LATER,
        request_id=1,
        signing_certificate="-----BEGIN CERTIFICATE-----",
        signature="c2lnbmVk",
        retries=3,
        retry_interval_s=60,
    ),
    c.GetLogs(
        kind=c.LogKind.DIAGNOSTICS,
        upload_url="ftp://logs.example/1",
        request_id=1,
        oldest=NOW,
        latest=LATER,
        retries=2,
        retry_interval_s=30,
    ),
    c.Reset(hard=True, connector_number=2),
    c.RemoteStart(
        connector_number=1,
        id_tag="A11CE001",
        remote_start_id=5,
        profile=c.SetChargingProfile(
            connector_number=1,
            profile_id=1,
            purpose=c.ProfilePurpose.TRANSACTION,
            limits=(c.PowerLimit(offset_s=0, watts=11_000),),
        ),
    ),
    c.SetVariables(
        settings=(
            c.SetConfiguration(key="OCPPCommCtrlr.HeartbeatInterval", value="60"),
            c.SetConfiguration(key="TxCtrlr.EVConnectionTimeOut", value="120"),
        )
    ),
    c.DataTransfer(vendor_id="org.example", message_id="Lights", data="on"),
    CertificateSigned(chain="-----BEGIN CERTIFICATE-----"),
    InstallCertificate(use=CertificateUse.CSMS_ROOT, certificate="-----BEGIN CERTIFICATE-----"),
    GetCertificates(use=CertificateUse.MANUFACTURER_ROOT),
    DeleteCertificate(
        certificate=CertificateHash(
            algorithm="SHA256",
            issuer_name_hash="aa",
            issuer_key_hash="bb",
            serial_number="01",
        )
    ),
]
NOT_IN_16 = (c.GetBaseReport, c.SetVariables, GetTransactionStatus)


@every_version
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_every_command_is_valid_and_its_official_answer_is_understood(
    version: str, command: c.Command
) -> None:
    spoken = VERSIONS[version]
    of_2x_only = isinstance(command, NOT_IN_16) or (
        isinstance(command, c.Reset) and command.connector_number is not None
    )
    if version == "1.6" and of_2x_only:
        with pytest.raises(ValueError, match=r"1\.6"):
            spoken.write_command(command)
        return
    action, payload = spoken.write_command(command)
    assert is_valid(version, action, payload)
    answer = full(root(version, action, answer=True))
    reply = spoken.read_reply(command, msgspec.json.encode(answer))
    assert reply.outcome is CommandOutcome.ACCEPTED, answer
    garbled = spoken.read_reply(command, b'{"status":"Perhaps"')
    assert garbled.outcome is CommandOutcome.NO_RESPONSE


def test_every_command_is_among_those_tried() -> None:
    assert {type(command) for command in COMMANDS} == set(c.Command.__args__)


@every_version
@settings(STEADY, max_examples=200)
@given(command=st.sampled_from([type(command) for command in COMMANDS]).flatmap(st.from_type))
def test_a_command_with_odd_values_is_valid_or_not_sent(version: str, command: c.Command) -> None:
    try:
        action, payload = VERSIONS[version].write_command(command)
    except ValueError:
        return
    assert is_valid(version, action, payload)


@pytest.mark.parametrize(("version", "longest"), [("1.6", 20), ("2.0.1", 36), ("2.1", 255)])
def test_a_token_that_a_version_cannot_carry_is_not_cut_but_not_sent(version: str, longest: int) -> None:
    def start(length: int) -> c.RemoteStart:
        return c.RemoteStart(connector_number=1, id_tag="x" * length, remote_start_id=5)

    assert VERSIONS[version].write_command(start(longest))
    with pytest.raises(ValueError, match="maxLength"):
        VERSIONS[version].write_command(start(longest + 1))


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (
            c.UpdateFirmware(location="https://i.example/1", retrieve_at=NOW, install_at=NOW),
            "install_time_not_in_version",
        ),
        (c.RemoteStop(transaction_id="T-7"), "transaction_id_not_a_number"),
        (c.RemoteStop(transaction_id="1_0"), "transaction_id_not_a_number"),
        (
            c.SetChargingProfile(
                connector_number=1,
                profile_id=1,
                purpose=c.ProfilePurpose.TRANSACTION,
                limits=(c.PowerLimit(offset_s=0, watts=1),),
                transaction_id="T-7",
            ),
            "transaction_id_not_a_number",
        ),
        (c.RemoteStop(transaction_id="9999999999"), "transaction_id_not_a_number"),
        (c.GetBaseReport(), "not_in_version"),
        (c.SetConfiguration(key="x" * 60, value="1"), "breaks_schema"),
    ],
)
def test_what_1_6_cannot_say_has_a_code(command: c.Command, why: str) -> None:
    with pytest.raises(Unsayable) as unsayable:
        VERSIONS["1.6"].write_command(command)
    assert unsayable.value.code == why


def test_diagnostics_without_a_file_are_no_upload() -> None:
    command = c.GetLogs(kind=c.LogKind.DIAGNOSTICS, upload_url="https://logs.example/1", request_id=1)
    assert VERSIONS["1.6"].read_reply(command, b"{}").outcome is CommandOutcome.REJECTED
    told = VERSIONS["1.6"].read_reply(command, b'{"fileName":"a.zip"}')
    assert told.values == {"file": "a.zip"}


def test_a_schedule_comes_back_as_watts_by_seconds() -> None:
    command = c.GetCompositeSchedule(connector_number=1, duration_s=60)
    periods = [{"startPeriod": 0, "limit": 11000.0}, {"startPeriod": 30, "limit": 0}]
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": periods}
    raw = msgspec.json.encode({"status": "Accepted", "connectorId": 1, "chargingSchedule": schedule})
    assert VERSIONS["1.6"].read_reply(command, raw).values == {"0": "11000.0", "30": "0"}


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
def test_one_of_several_variables_is_named_by_its_instance(version: str) -> None:
    key = "OCPPCommCtrlr.MessageAttempts[TransactionEvent]"
    action, payload = VERSIONS[version].write_command(c.GetConfiguration(keys=(key,)))
    assert is_valid(version, action, payload)
    (asked,) = payload["getVariableData"]
    assert asked["variable"] == {"name": "MessageAttempts", "instance": "TransactionEvent"}
    told = {"getVariableResult": [{**asked, "attributeStatus": "Accepted", "attributeValue": "3"}]}
    reply = VERSIONS[version].read_reply(c.GetConfiguration(keys=(key,)), msgspec.json.encode(told))
    assert reply.values == {key: "3"}


@pytest.mark.parametrize("key", ["OCPPCommCtrlr.MessageAttempts[", "OCPPCommCtrlr.[x]", "A.B[]", "A.B]"])
def test_a_2_x_key_that_names_no_variable_is_not_sent(key: str) -> None:
    with pytest.raises(ValueError, match="Component"):
        VERSIONS["2.0.1"].write_command(c.SetConfiguration(key=key, value="1"))


def test_an_instance_hides_no_secret() -> None:
    assert is_secret("SecurityCtrlr.BasicAuthPassword[x]")
    assert is_own_password("SecurityCtrlr.BasicAuthPassword[x]")
