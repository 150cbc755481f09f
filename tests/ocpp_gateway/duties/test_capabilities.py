"""Chargers are asked what they can do, out of the way of everything else; their answers to commands teach more."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from db.tables import Charger, Connector
from domain.charging.capabilities import CapabilityRecord
from domain.charging.commands import (
    CancelReservation,
    Command,
    CommandReply,
    GetBaseReport,
    GetConfiguration,
    ReserveNow,
)
from domain.charging.commands import CommandOutcome as Outcome
from ocpp_gateway.duties.capabilities.probes import CapabilityProbes, ProbeOptions
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import Gateway, running_gateway
from ocpp_gateway.wire.v16.version import ocpp16
from ocpp_gateway.wire.version import Version
from simulator.charge_point import Misbehaviour
from tests.ocpp_gateway.conftest import ALICE, CHARGER, MakeCharger
from tests.ocpp_gateway.records import Records

all_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
AT_ONCE = ProbeOptions(after_s=0, answer_s=0.2)
REQUESTS = len(ocpp16().capability_keys) + len(ocpp16().configuration_keys)
"""Of one probe."""
ASKED = {"1.6": "GetConfiguration", "2.0.1": "GetVariables", "2.1": "GetVariables"}
CAPABLE = {"SupportedFeatureProfiles": "Core,Reservation", "ReserveConnectorZeroSupported": "true"}


@pytest.fixture
async def gateway(records: Records, database_url: str) -> AsyncIterator[Gateway]:
    """One that asks without waiting."""
    options = GatewayOptions(instance="gw-1", call_timeout_s=2.0, flush_s=0.2, probe_after_s=0)
    async with running_gateway(database_url, options=options) as running:
        yield running


@dataclass
class Socket:
    """A connection whose charger answers configuration requests from `values`, or as `outcome` says."""

    charger_id: str = CHARGER
    epoch: int = 1
    version: Version = field(default_factory=ocpp16)
    is_open: bool = True
    values: dict[str, str] = field(default_factory=lambda: dict(CAPABLE))
    outcome: Outcome = Outcome.ACCEPTED
    silent: bool = False
    asked: list[Command] = field(default_factory=list)

    async def command(self, command: Command) -> CommandReply:
        self.asked.append(command)
        if self.silent:
            await asyncio.Event().wait()
        if isinstance(command, GetBaseReport):
            return CommandReply(outcome=self.outcome)
        assert isinstance(command, GetConfiguration)
        values = {key: self.values[key] for key in command.keys if key in self.values}
        return CommandReply(outcome=self.outcome, values=values)


def reserve(number: int = 1, hold_id: int = 7) -> ReserveNow:
    return ReserveNow(
        connector_number=number,
        hold_id=hold_id,
        id_tag=ALICE,
        parent_id_tag=None,
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )


async def known(records: Records) -> CapabilityRecord:
    return CapabilityRecord.from_document((await records.charger()).capabilities)


async def probed(records: Records) -> CapabilityRecord:
    async def done() -> bool:
        return (await known(records)).probed_at is not None

    await records.eventually(done)
    return await known(records)


async def describe(engine: AsyncEngine, **values: Any) -> None:
    async with engine.begin() as database:
        await database.execute(update(Charger).where(Charger.id == CHARGER).values(**values))


async def settled(probes: CapabilityProbes) -> None:
    """Until no probe is under way."""
    await asyncio.gather(*probes.under_way(), return_exceptions=True)


# --- with chargers ----------------------------------------------------------------------------------------


@all_versions
async def test_a_charger_that_booted_is_asked(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    await make_charger(version=version, reserve_any=False)
    record = await probed(records)
    assert (record.reserve_now, record.connector_zero, record.stops_refused) == (True, False, True)
    assert record.learned == frozenset()
    assert (record.tx_start_points == ()) is (version == "1.6")


@all_versions
async def test_a_charger_that_says_it_cannot_reserve_is_believed(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    await make_charger(version=version, reservations=False)
    assert (await probed(records)).reserve_now is False
    assert (await records.charger()).capabilities["reserve_now"] is False


@all_versions
async def test_what_it_then_does_is_believed_more(
    version: str, gateway: Gateway, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(
        version=version, misbehaviour=Misbehaviour(unsupported=frozenset({"ReserveNow"}))
    )
    assert (await probed(records)).reserve_now is True
    connection = gateway.connections.get(CHARGER)
    assert connection is not None
    reply = await gateway.connections.send(CHARGER, connection.epoch, reserve())
    assert reply.outcome is Outcome.NOT_SUPPORTED
    assert (await known(records)).reserve_now is False
    await charger.reboot()
    await charger.wait_for_message("BootNotification", direction="out", kind="call", count=2)
    assert (await known(records)).reserve_now is False


@all_versions
@pytest.mark.parametrize("how", ["silent", "refusing"])
async def test_a_charger_that_does_not_answer_changes_nothing_and_is_served(
    how: str, version: str, gateway: Gateway, records: Records, make_charger: MakeCharger
) -> None:
    asked = frozenset({ASKED[version]})
    knobs = Misbehaviour(drop_replies=asked) if how == "silent" else Misbehaviour(unsupported=asked)
    charger = await make_charger(version=version, misbehaviour=knobs)
    await charger.wait_for_message(ASKED[version], direction="in", kind="call")
    assert "currentTime" in await charger.call("Heartbeat", {})
    await settled(gateway.probes)
    assert (await records.charger()).capabilities == {}


@all_versions
async def test_a_hold_for_any_connector_goes_only_to_who_says_it_takes_it(
    version: str, gateway: Gateway, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version, reserve_any=False)
    await probed(records)
    connection = gateway.connections.get(CHARGER)
    assert connection is not None
    reply = await gateway.connections.send(CHARGER, connection.epoch, reserve(number=0))
    assert reply.outcome is Outcome.NOT_SUPPORTED
    assert not [message for message in charger.log if message.action == "ReserveNow"]
    assert (await known(records)).reserve_now is True  # a refusal of ours teaches nothing


@all_versions
async def test_a_hold_for_any_connector_reaches_who_takes_it(
    version: str, gateway: Gateway, records: Records, make_charger: MakeCharger
) -> None:
    await make_charger(version=version)
    await probed(records)
    connection = gateway.connections.get(CHARGER)
    assert connection is not None
    reply = await gateway.connections.send(CHARGER, connection.epoch, reserve(number=0))
    assert reply.outcome is Outcome.ACCEPTED
    assert "connector_zero" in (await known(records)).learned


@all_versions
async def test_how_it_is_set_up_is_kept_for_operators(
    version: str, gateway: Gateway, records: Records, make_charger: MakeCharger
) -> None:
    await make_charger(version=version)
    await probed(records)
    charger = await records.charger()
    key = "StopTransactionOnInvalidId" if version == "1.6" else "TxCtrlr.StopTxOnInvalidId"
    assert charger.configuration[key] == "true"
    assert charger.configuration_at is not None


# --- when it is asked -------------------------------------------------------------------------------------


@pytest.fixture
async def probes(records: Records, engine: AsyncEngine) -> CapabilityProbes:
    await describe(engine, firmware="1.0")
    return CapabilityProbes(CapabilityRecords(engine), AT_ONCE)


async def test_a_connection_without_a_boot_is_asked_once(probes: CapabilityProbes, records: Records) -> None:
    first, second = Socket(), Socket(epoch=2)
    probes.probe(first)
    probes.probe(first)
    await settled(probes)
    probes.probe(second)
    await settled(probes)
    assert (len(first.asked), len(second.asked)) == (REQUESTS, 0)
    assert (await known(records)).firmware == "1.0"


async def test_an_evse_with_several_plugs_has_its_device_model_read(
    probes: CapabilityProbes, engine: AsyncEngine
) -> None:
    async with engine.begin() as database:
        told = {"1": "available", "2": "available"}
        await database.execute(update(Connector).where(Connector.charger_id == CHARGER).values(plugs=told))
    station = Socket()
    probes.probe(station)
    await settled(probes)
    assert [isinstance(one, GetBaseReport) for one in station.asked] == [False] * REQUESTS + [True]


@pytest.mark.parametrize("other", [{"firmware": "2.0"}, {"vendor": "Other", "model": "Box"}])
async def test_other_firmware_or_another_box_is_asked_anew_and_what_the_old_one_did_is_forgotten(
    other: dict[str, str], probes: CapabilityProbes, records: Records, engine: AsyncEngine
) -> None:
    await describe(engine, vendor="Acme", model="One")
    probes.probe(Socket())
    await settled(probes)
    await CapabilityRecords(engine).learned(CHARGER, reserve(), CommandReply(outcome=Outcome.NOT_SUPPORTED))
    assert (await known(records)).reserve_now is False
    await describe(engine, **other)
    updated = Socket(epoch=2)
    probes.probe(updated)
    await settled(probes)
    assert updated.asked
    assert (await known(records)).reserve_now is True


async def test_one_that_boots_over_and_over_is_not_asked_each_time(
    probes: CapabilityProbes, records: Records, engine: AsyncEngine
) -> None:
    socket = Socket()
    for _ in range(3):
        probes.probe(socket, booted=True)
        await settled(probes)
    assert len(socket.asked) == REQUESTS
    record = await known(records)
    assert record.probed_at is not None
    old = replace(record, probed_at=record.probed_at - timedelta(hours=1))
    await describe(engine, capabilities=old.to_document())
    probes.probe(socket, booted=True)
    await settled(probes)
    assert len(socket.asked) == 2 * REQUESTS


async def test_silence_ends_the_asking_until_the_next_boot(
    probes: CapabilityProbes, records: Records
) -> None:
    silent, again, booted = Socket(silent=True), Socket(epoch=2), Socket(epoch=3)
    probes.probe(silent)
    await settled(probes)
    assert len(silent.asked) == 1
    assert await known(records) == CapabilityRecord()
    probes.probe(again)
    await settled(probes)
    probes.probe(booted, booted=True)
    await settled(probes)
    assert (len(again.asked), len(booted.asked)) == (0, REQUESTS)
    assert (await known(records)).reserve_now is True


async def test_a_connection_that_is_gone_is_asked_no_more(probes: CapabilityProbes) -> None:
    socket = Socket(silent=True)
    probes.probe(socket)
    probes.forget(socket)
    await settled(probes)
    assert socket.asked == []
    probes.forget(Socket(epoch=9))


async def test_nonsense_teaches_nothing(probes: CapabilityProbes, records: Records) -> None:
    probes.probe(Socket(values={"SupportedFeatureProfiles": "true", "LocalPreAuthorize": "perhaps"}))
    await settled(probes)
    record = await known(records)
    assert (record.reserve_now, record.starts_unasked) == (None, None)
    assert record.probed_at is not None


async def test_without_a_database_nothing_breaks(records: Records, database_url: str) -> None:
    from db.engine import create_engine

    nowhere = create_engine("postgresql://nobody:nothing@127.0.0.1:1/nothing", pool_size=1)
    abilities = CapabilityRecords(nowhere)
    probes = CapabilityProbes(abilities, AT_ONCE)
    socket = Socket()
    probes.probe(socket)
    await settled(probes)
    await abilities.learned(CHARGER, reserve(), CommandReply(outcome=Outcome.ACCEPTED))
    refusal = await abilities.refusal(CHARGER, reserve(number=0))
    assert refusal is not None
    assert refusal.outcome is Outcome.NOT_SUPPORTED
    assert await abilities.refusal(CHARGER, CancelReservation(hold_id=1)) is None
    assert socket.asked == []
    await nowhere.dispose()
