"""How a charger is set up, as operators see it, and the one action that mends it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.chargers.commands import charger_activities
from contracts.names import gateway_queue
from domain.charging.commands import (
    Command,
    CommandOutcome,
    CommandReply,
    SetConfiguration,
    SetVariables,
)
from tests.api.stage import NOW, Stage, assert_problem

PATH = "/v1/operations/chargers/NORTH-1"


class Stubborn:
    """Takes every setting but those that it has made up its mind about."""

    def __init__(self) -> None:
        self.refuses: set[str] = set()
        self.sent: list[Command] = []

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        self.sent.append(command)
        if isinstance(command, SetVariables):
            words = {one.key: self._word(one.key) for one in command.settings}
            refused = "Rejected" in words.values()
            outcome = CommandOutcome.REJECTED if refused else CommandOutcome.ACCEPTED
            return CommandReply(outcome=outcome, detail="", values=words)
        assert isinstance(command, SetConfiguration)
        refused = command.key in self.refuses
        return CommandReply(outcome=CommandOutcome.REJECTED if refused else CommandOutcome.ACCEPTED)

    def _word(self, key: str) -> str:
        return "Rejected" if key in self.refuses else "Accepted"


@pytest.fixture
async def charger(temporal: Client) -> AsyncIterator[Stubborn]:
    played = Stubborn()
    queue = gateway_queue("test-gateway")
    async with Worker(temporal, task_queue=queue, activities=charger_activities(played)):
        yield played


async def settings(stage: Stage) -> dict[str, dict[str, Any]]:
    response = await stage.http.get(f"{PATH}/settings", headers=stage.operators())
    assert response.status_code == 200, response.text
    return {one["key"]: one for one in response.json()["settings"]}


async def test_settings_are_compared_and_say_what_they_are_for(stage: Stage) -> None:
    told = {"MeterValueSampleInterval": "900", "StopTransactionOnInvalidId": "true"}
    await stage.charger_is("NORTH-1", protocol="ocpp1.6", configuration=told, configuration_at=NOW)
    found = await settings(stage)
    interval = found["MeterValueSampleInterval"]
    assert (interval["has"], interval["standing"], interval["to_set"]) == ("900", "differs", "60")
    assert "reading" in interval["text"]
    assert found["StopTransactionOnInvalidId"]["standing"] == "fits"
    assert found["LocalPreAuthorize"]["standing"] == "not_told"


@pytest.mark.parametrize("kept", [True, False])
async def test_a_local_list_is_asked_for_only_where_it_is_kept(stage: Stage, kept: bool) -> None:
    told = {"LocalAuthListEnabled": "false", "TransactionMessageAttempts": "1"}
    await stage.charger_is(
        "NORTH-1", protocol="ocpp1.6", configuration=told, configuration_at=NOW, keeps_local_list=kept
    )
    found = await settings(stage)
    assert found["TransactionMessageAttempts"]["to_set"] == "5"
    assert ("LocalAuthListEnabled" in found, "LocalAuthorizeOffline" in found) == (kept, kept)
    if kept:
        assert found["LocalAuthListEnabled"]["to_set"] == "true"
        assert "offline" in found["LocalAuthListEnabled"]["text"]


async def test_one_action_sets_what_differs_key_by_key_in_1_6(stage: Stage, charger: Stubborn) -> None:
    told = {"MeterValueSampleInterval": "0", "LocalPreAuthorize": "true"}
    await stage.charger_is("NORTH-1", protocol="ocpp1.6", configuration=told, configuration_at=NOW)
    charger.refuses = {"LocalPreAuthorize"}
    response = await stage.http.post(f"{PATH}/apply-recommended", headers=stage.operators("olga"))
    assert response.status_code == 200, response.text
    outcomes = {one["key"]: one["outcome"] for one in response.json()["outcomes"]}
    assert outcomes == {"MeterValueSampleInterval": "accepted", "LocalPreAuthorize": "rejected"}
    assert len(charger.sent) == 2
    after = await settings(stage)
    assert after["MeterValueSampleInterval"]["standing"] == "fits"
    assert after["LocalPreAuthorize"]["standing"] == "differs"
    again = await stage.http.post(f"{PATH}/apply-recommended", headers=stage.operators())
    assert [one["key"] for one in again.json()["outcomes"]] == ["LocalPreAuthorize"]


async def test_2_x_takes_all_of_them_in_one_message(stage: Stage, charger: Stubborn) -> None:
    told = {
        "SampledDataCtrlr.TxUpdatedInterval": "0",
        "TxCtrlr.StopTxOnInvalidId": "false",
        "TxCtrlr.TxStartPoint": "EVConnected",
    }
    await stage.charger_is("NORTH-1", protocol="ocpp2.0.1", configuration=told, configuration_at=NOW)
    charger.refuses = {"TxCtrlr.StopTxOnInvalidId"}
    response = await stage.http.post(f"{PATH}/apply-recommended", headers=stage.operators())
    outcomes = {one["key"]: one["outcome"] for one in response.json()["outcomes"]}
    assert outcomes == {
        "SampledDataCtrlr.TxUpdatedInterval": "accepted",
        "TxCtrlr.StopTxOnInvalidId": "rejected",
    }
    assert len(charger.sent) == 1
    after = await settings(stage)
    assert after["SampledDataCtrlr.TxUpdatedInterval"]["standing"] == "fits"
    assert after["TxCtrlr.TxStartPoint"]["standing"] == "differs"


async def test_a_charger_that_never_came_has_nothing_to_compare(stage: Stage) -> None:
    await stage.charger_is("NORTH-1", protocol="", configuration={}, configuration_at=None)
    response = await stage.http.get(f"{PATH}/settings", headers=stage.operators())
    assert (response.json()["read_at"], response.json()["settings"]) == (None, [])


async def test_an_unknown_charger_has_no_settings(stage: Stage) -> None:
    response = await stage.http.get("/v1/operations/chargers/GHOST/settings", headers=stage.operators())
    assert_problem(response, 404, "charger_unknown")
