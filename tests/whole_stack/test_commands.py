"""What operators send to chargers, over real sockets: from the API's address to a charger that carries it out."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.duties.cards import REMOTE_STARTS
from tests.whole_stack.answers import eventually
from tests.whole_stack.place import Place

Order = Callable[..., Awaitable[dict[str, Any]]]
VENDOR = "Slotkeeper"


def a_root() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root of the test")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(0xC0FFEE).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def orders(place: Place, charger: VirtualChargePoint) -> Order:
    """Sends a command; its answer, once it was accepted."""

    async def order(
        name: str, body: dict[str, Any] | None = None, outcome: str = "accepted"
    ) -> dict[str, Any]:
        path = f"/v1/operations/chargers/{charger.identity}/{name}"
        response = await place.stack.http.post(path, json=body, headers=place.operator)
        assert response.status_code == 200, (name, response.text)
        assert response.json()["outcome"] == outcome, (name, response.text)
        return dict(response.json())

    return order


async def local_list(order: Order, charger: VirtualChargePoint, card: str) -> None:
    await order("send-local-list", {"version": 4, "tokens": [{"id_tag": card}, {"id_tag": "C0FFEE"}]})
    assert (await order("get-local-list-version"))["values"] == {"version": "4"}
    change = {
        "version": 5,
        "full": False,
        "removed": ["C0FFEE"],
        "tokens": [{"id_tag": "04A1", "accepted": False}],
    }
    await order("send-local-list", change)
    assert (await order("get-local-list-version"))["values"] == {"version": "5"}
    await order("send-local-list", {"version": 5, "full": False}, "rejected")  # not newer
    await order("clear-cache")


async def power(order: Order) -> None:
    limits = [{"offset_s": 0, "watts": 6000}, {"offset_s": 600, "watts": 11000}]
    profile = {"connector_number": 1, "profile_id": 7, "purpose": "default", "limits": limits}
    await order("set-charging-profile", profile)
    schedule = await order("get-composite-schedule", {"connector_number": 1, "duration_s": 900})
    assert float(schedule["values"]["0"]) == 6000
    await order("clear-charging-profile", {"profile_id": 7})
    schedule = await order("get-composite-schedule", {"connector_number": 1, "duration_s": 900})
    assert float(schedule["values"]["0"]) == 22000


async def certificates(order: Order) -> None:
    await order("install-certificate", {"use": "csms_root", "certificate": a_root()})
    ((serial, named),) = (await order("get-certificates", {"use": "csms_root"}))["values"].items()
    algorithm, name_hash, key_hash = named.split()
    assert (serial, algorithm) == ("c0ffee", "SHA256")
    await order(
        "delete-certificate",
        {
            "algorithm": algorithm,
            "issuer_name_hash": name_hash,
            "issuer_key_hash": key_hash,
            "serial_number": serial,
        },
    )
    assert not (await order("get-certificates", {"use": "csms_root"}))["values"]


async def uploads(order: Order, charger: VirtualChargePoint, place: Place) -> None:
    window = {"oldest": place.at(-3600), "latest": place.at(0), "retries": 2, "retry_interval_s": 5}
    for kind, url in (("diagnostics", "ftp://logs.example/in"), ("security", "https://logs.example/in")):
        answer = await order("get-logs", {"kind": kind, "upload_url": url, **window})
        assert answer["values"]["file"] == f"{charger.identity}.log"
    image = {"location": "https://images.example/2.bin", "retrieve_at": place.at(60)}
    await order("update-firmware", image)
    signed = {"signing_certificate": a_root(), "signature": "c2lnbmF0dXJl"}
    await order("update-firmware", {**image, "install_at": place.at(600), **signed})


async def hold_by_hand(order: Order, charger: VirtualChargePoint, place: Place) -> None:
    hold = {"connector_number": 1, "id_tag": "04A1B2C3", "expires_at": place.at(3600)}
    number = (await order("reserve-now", hold))["values"]["hold_id"]
    await charger.wait_for(lambda c: c.connector(1).reported == "Reserved")
    assert charger.connector(1).hold is not None
    await order("cancel-reservation", {"hold_id": int(number)})
    await charger.wait_for(lambda c: c.connector(1).reported == "Available")
    await order("cancel-reservation", {"hold_id": int(number)}, "rejected")


async def vendors_words(order: Order) -> None:
    message = {"vendor_id": VENDOR, "message_id": "Lights", "data": "on"}
    assert (await order("data-transfer", message))["values"] == {"data": "on"}
    await order("data-transfer", {"vendor_id": "com.example.other"}, "rejected")


async def several_settings(order: Order) -> None:
    settings = {"OCPPCommCtrlr.HeartbeatInterval": "77", "TxCtrlr.EVConnectionTimeOut": "66", "No.Such": "1"}
    body = {"settings": [{"key": key, "value": value} for key, value in settings.items()]}
    answer = await order("set-variables", body, "rejected")
    assert list(answer["values"].values()) == ["Accepted", "Accepted", "UnknownComponent"]
    read = await order("get-configuration", {"keys": list(settings)[:2]})
    assert read["values"] == {key: settings[key] for key in list(settings)[:2]}


async def device_model(order: Order, charger: VirtualChargePoint, place: Place) -> None:
    await order("get-base-report")
    path = f"/v1/operations/chargers/{charger.identity}/device-model"

    async def is_there() -> bool:
        found = await place.stack.http.get(path, params={"search": "heartbeat"}, headers=place.operator)
        return [one["variable"] for one in found.json()["items"]] == ["HeartbeatInterval"]

    await eventually(is_there)


async def limited_start(order: Order, charger: VirtualChargePoint, place: Place) -> None:
    """A profile goes with the remote start."""
    await charger.plug_in(1)
    body = {
        "charger_id": charger.identity,
        "connector_number": 1,
        "id_tag": place.card("ben"),
        "limits": [{"offset_s": 0, "watts": 3700}],
    }
    started = await place.stack.http.post("/v1/operations/sessions", json=body, headers=place.operator)
    assert (started.status_code, started.json()["outcome"]) == (200, "accepted"), started.text
    await charger.wait_for(lambda c: c.connector(1).transaction is not None)
    (call,) = [m for m in charger.log if m.kind == "call" and m.action in REMOTE_STARTS]
    schedule = call.payload["chargingProfile"]["chargingSchedule"]
    (period,) = (schedule[0] if isinstance(schedule, list) else schedule)["chargingSchedulePeriod"]
    assert period["limit"] == 3700
    await charger.unplug(1)


async def one_evse(order: Order, charger: VirtualChargePoint, place: Place) -> None:
    await charger.swipe(1, place.card("ben"))
    await charger.plug_in(1)
    await charger.wait_for(lambda c: c.connector(1).transaction is not None)
    await order("reset", {"connector_number": 1, "hard": True})
    await charger.wait_for(lambda c: c.connector(1).transaction is None)
    assert [m.action for m in charger.log if m.kind == "call"].count("BootNotification") == 1
    await charger.unplug(1)


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
async def test_what_operators_send_is_carried_out_and_on_record(place: Place, version: str) -> None:
    charger = await place.charger(version, vendor=VENDOR)
    order = orders(place, charger)
    await local_list(order, charger, place.card())
    await power(order)
    await certificates(order)
    await uploads(order, charger, place)
    await hold_by_hand(order, charger, place)
    await vendors_words(order)
    await limited_start(order, charger, place)
    if version == "1.6":
        for name, body in (
            ("get-base-report", None),
            ("set-variables", {"settings": [{"key": "A.B", "value": "1"}]}),
            ("reset", {"connector_number": 1}),
        ):
            await order(name, body, "not_supported")
    else:
        await several_settings(order)
        await device_model(order, charger, place)
        await one_evse(order, charger, place)
    path = f"/v1/operations/chargers/{charger.identity}"
    shown = await place.stack.http.get(path, headers=place.operator)
    recorded = shown.json()["audit"]
    assert {entry["actor"] for entry in recorded} == {"operator:olga"}
    assert "unknown" not in {entry["detail"]["outcome"] for entry in recorded}
    assert "04A1B2C3" not in shown.text
