"""What operators send to chargers beyond the everyday: it arrives as said, is on record, and shows no secret."""

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.chargers.commands import charger_activities
from contracts.names import gateway_queue
from domain.charging import commands as c
from domain.charging.certificates import (
    CertificateHash,
    CertificateUse,
    DeleteCertificate,
    GetCertificates,
    InstallCertificate,
)
from domain.charging.listing import ListedToken, SendLocalList
from tests.api.stage import NOW, Stage, assert_problem

PATH = "/v1/operations/chargers/NORTH-1"
AT = NOW.isoformat()
BY_HAND = c.HAND_HOLDS.start + 7
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
HASHES = {"algorithm": "SHA256", "issuer_name_hash": "a1", "issuer_key_hash": "b2", "serial_number": "0c"}

SENT: list[tuple[str, dict[str, Any] | None, c.Command]] = [
    (
        "send-local-list",
        {
            "version": 3,
            "tokens": [{"id_tag": "04A1B2C3D4", "expires_at": AT}],
            "removed": ["C0FFEE"],
            "full": False,
        },
        SendLocalList(
            version=3,
            tokens=(ListedToken(id_tag="04A1B2C3D4", expires_at=NOW),),
            removed=(ListedToken(id_tag="C0FFEE"),),
            full=False,
        ),
    ),
    (
        "set-charging-profile",
        {
            "connector_number": 1,
            "profile_id": 4,
            "purpose": "transaction",
            "transaction_id": "9",
            "limits": [{"offset_s": 0, "watts": 7000}, {"offset_s": 60, "watts": 0}],
        },
        c.SetChargingProfile(
            connector_number=1,
            profile_id=4,
            purpose=c.ProfilePurpose.TRANSACTION,
            limits=(c.PowerLimit(offset_s=0, watts=7000), c.PowerLimit(offset_s=60, watts=0)),
            transaction_id="9",
        ),
    ),
    ("clear-charging-profile", None, c.ClearChargingProfile()),
    ("clear-charging-profile", {"profile_id": 4}, c.ClearChargingProfile(profile_id=4)),
    (
        "get-composite-schedule",
        {"connector_number": 0, "duration_s": 60},
        c.GetCompositeSchedule(connector_number=0, duration_s=60),
    ),
    (
        "update-firmware",
        {
            "location": "https://u:secret@images.example/1",
            "retrieve_at": AT,
            "signing_certificate": PEM,
            "signature": "c2ln",
        },
        c.UpdateFirmware(
            location="https://u:secret@images.example/1",
            retrieve_at=NOW,
            signing_certificate=PEM,
            signature="c2ln",
        ),
    ),
    (
        "reserve-now",
        {"connector_number": 1, "hold_id": BY_HAND, "id_tag": "04a1b2c3d4", "expires_at": AT},
        c.ReserveNow(
            connector_number=1, hold_id=BY_HAND, id_tag="04A1B2C3D4", parent_id_tag=None, expires_at=NOW
        ),
    ),
    ("cancel-reservation", {"hold_id": 900001}, c.CancelReservation(hold_id=900001)),
    ("get-base-report", None, c.GetBaseReport()),
    (
        "set-variables",
        {"settings": [{"key": "A.B", "value": "1"}, {"key": "WifiCtrlr.Secret", "value": "hush-hush"}]},
        c.SetVariables(
            settings=(
                c.SetConfiguration(key="A.B", value="1"),
                c.SetConfiguration(key="WifiCtrlr.Secret", value="hush-hush"),
            )
        ),
    ),
    (
        "data-transfer",
        {"vendor_id": "org.example", "message_id": "Pin", "data": "hush-hush"},
        c.DataTransfer(vendor_id="org.example", message_id="Pin", data="hush-hush"),
    ),
    (
        "install-certificate",
        {"use": "csms_root", "certificate": PEM},
        InstallCertificate(use=CertificateUse.CSMS_ROOT, certificate=PEM),
    ),
    ("get-certificates", None, GetCertificates(use=CertificateUse.CSMS_ROOT)),
    (
        "delete-certificate",
        HASHES,
        DeleteCertificate(
            certificate=CertificateHash(
                algorithm="SHA256",
                issuer_name_hash="a1",
                issuer_key_hash="b2",
                serial_number="0c",
            )
        ),
    ),
    ("reset", {"connector_number": 2}, c.Reset(connector_number=2)),
    (
        "get-logs",
        {"upload_url": "ftp://logs.example/in", "oldest": AT, "retries": 2, "retry_interval_s": 5},
        c.GetLogs(
            kind=c.LogKind.DIAGNOSTICS,
            upload_url="ftp://logs.example/in",
            oldest=NOW,
            retries=2,
            retry_interval_s=5,
        ),
    ),
]


class Charger:
    def __init__(self) -> None:
        self.sent: list[c.Command] = []

    async def send(self, charger_id: str, epoch: int, command: c.Command) -> c.CommandReply:
        self.sent.append(command)
        return c.CommandReply(outcome=c.CommandOutcome.ACCEPTED, detail="Accepted")


@pytest.fixture(scope="module")
def charger() -> Charger:
    return Charger()


@pytest.fixture(scope="module", autouse=True)
async def gateway(temporal: Client, charger: Charger) -> AsyncIterator[None]:
    queue = gateway_queue("test-gateway")
    async with Worker(temporal, task_queue=queue, activities=charger_activities(charger)):
        yield


@pytest.mark.parametrize(("name", "body", "expected"), SENT)
async def test_a_command_arrives_as_said_and_is_on_record_without_secrets(
    stage: Stage, charger: Charger, name: str, body: dict[str, Any] | None, expected: c.Command
) -> None:
    response = await stage.http.post(f"{PATH}/{name}", json=body, headers=stage.operators("olga"))
    assert (response.status_code, response.json()["outcome"]) == (200, "accepted")
    assert without_number(charger.sent[-1]) == without_number(expected)
    shown = await stage.http.get(PATH, headers=stage.operators())
    latest = shown.json()["audit"][-1]
    assert (latest["action"], latest["detail"]["outcome"]) == (
        f"charger.{c.name_of(type(expected))}",
        "accepted",
    )
    for secret in ("hush-hush", "u:secret", "04A1B2C3D4", "04a1b2c3d4"):
        assert secret not in shown.text


async def test_a_hold_by_hand_gets_an_id_that_no_reservation_has(stage: Stage, charger: Charger) -> None:
    body = {"connector_number": 1, "id_tag": "04A1B2C3D4", "expires_at": AT}
    told = [
        (await stage.http.post(f"{PATH}/reserve-now", json=body, headers=stage.operators())).json()["values"]
        for _ in range(2)
    ]
    sent = [command.hold_id for command in charger.sent[-2:] if isinstance(command, c.ReserveNow)]
    assert [int(one["hold_id"]) for one in told] == sent
    assert sent[0] != sent[1]
    assert all(number in c.HAND_HOLDS for number in sent)
    audit = (await stage.http.get(PATH, headers=stage.operators())).json()["audit"]
    assert [entry["detail"]["hold_id"] for entry in audit[-2:]] == sent


def without_number(command: c.Command) -> tuple[type[c.Command], dict[str, Any]]:
    """All but the number that its audit entry gave it."""
    members = {field.name: getattr(command, field.name) for field in dataclasses.fields(command)}
    members.pop("request_id", None)
    return type(command), members


async def test_a_list_that_is_kept_in_step_is_not_sent_by_hand(stage: Stage) -> None:
    await stage.charger_is("NORTH-1", keeps_local_list=True)
    response = await stage.http.post(
        f"{PATH}/send-local-list", json={"version": 3}, headers=stage.operators()
    )
    assert "NORTH-1" in assert_problem(response, 409, "local_list_is_kept")["detail"]
