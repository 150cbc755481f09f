"""Cards shown at readers and transactions begun with them, online and not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from db.tables import Hold
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.records import Records

APP_TAG = "7F3K2QVMX9TA"
NOT_NOW = {"1.6": "Blocked", "2.0.1": "NotAtThisTime", "2.1": "NotAtThisTime"}
REMOTE_STARTS = ("RemoteStartTransaction", "RequestStartTransaction")

all_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


async def ask(charger: VirtualChargePoint, tag: str) -> str:
    """The status that Authorize is answered with."""
    if charger.version == "1.6":
        return str((await charger.call("Authorize", {"idTag": tag}))["idTagInfo"]["status"])
    token = {"idToken": tag, "type": "Central"}
    return str((await charger.call("Authorize", {"idToken": token}))["idTokenInfo"]["status"])


async def begin(
    charger: VirtualChargePoint,
    tag: str,
    phase: str = "Started",
    number: int = 1,
    slow: timedelta = timedelta(0),
) -> str:
    """The status that a start on connector 1 is answered with; 1.6 has no phases. `slow`: the charger's clock."""
    now = (datetime.now(UTC) - slow).isoformat(timespec="milliseconds")
    if charger.version == "1.6":
        start = {"connectorId": 1, "idTag": tag, "meterStart": number, "timestamp": now}
        return str((await charger.call("StartTransaction", start))["idTagInfo"]["status"])
    event = {
        "eventType": phase,
        "timestamp": now,
        "triggerReason": "Authorized",
        "seqNo": number,
        "transactionInfo": {"transactionId": "tx-of-the-test"},
        "evse": {"id": 1, "connectorId": 1},
        "idToken": {"idToken": tag, "type": "Central"},
    }
    return str((await charger.call("TransactionEvent", event))["idTokenInfo"]["status"])


async def give_up(records: Records, hold: int, reason: str = "no_show") -> None:
    async with records.engine.begin() as connection:
        values = {"released_at": datetime.now(UTC), "release_reason": reason}
        await connection.execute(update(Hold).where(Hold.id == hold).values(values))


async def start_offline(charger: VirtualChargePoint, tag: str) -> None:
    """As chargers do for tokens that they have seen before."""
    await charger.swipe(2, tag)
    await charger.vanish()
    await charger.plug_in(1)
    await charger.swipe(1, tag)
    assert charger.connector(1).transaction is not None
