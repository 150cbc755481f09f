"""A new password on its whole way: told to a connected charger, used by it, and then the only one."""

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from db import charger_passwords
from db.tables import Charger
from domain.charging.commands import CommandOutcome, SetConfiguration
from ocpp_gateway.server import Gateway
from tests.ocpp_gateway.conftest import CHARGER, MakeCharger
from tests.ocpp_gateway.records import Records


@pytest.mark.parametrize(
    ("version", "key"), [("1.6", "AuthorizationKey"), ("2.0.1", "SecurityCtrlr.BasicAuthPassword")]
)
async def test_a_connected_charger_takes_the_new_password_and_comes_back_with_it(
    gateway: Gateway, engine: AsyncEngine, records: Records, make_charger: MakeCharger, version: str, key: str
) -> None:
    await make_charger(version=version)
    password = charger_passwords.generated_password()
    fresh = charger_passwords.RANDOM.hash(password)
    async with engine.begin() as database:
        await database.execute(update(Charger).where(Charger.id == CHARGER).values(next_password_hash=fresh))
    epoch = (await records.charger()).epoch
    reply = await gateway.connections.send(CHARGER, epoch, SetConfiguration(key=key, value=password))
    assert reply.outcome is CommandOutcome.ACCEPTED

    async def taken_over() -> bool:
        charger = await records.charger()
        return bool(charger.epoch == epoch + 1 and charger.password_hash == fresh)

    await records.eventually(taken_over)
    assert (await records.charger()).next_password_hash is None
