"""The embedded Temporal server serves what it was asked to, and keeps its data."""

from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from runtime.embedded.failures import EmbeddedServerFailed
from runtime.embedded.temporal_server import EmbeddedTemporal

ATTRIBUTES = {"ResvState": "Keyword", "NeedsAttention": "Bool"}


async def test_search_attributes_are_registered_in_the_namespace() -> None:
    async with EmbeddedTemporal(namespace="slots", search_attributes=ATTRIBUTES) as server:
        client = await Client.connect(server.address, namespace="slots")
        request = ListSearchAttributesRequest(namespace="slots")
        known = await client.operator_service.list_search_attributes(request)
        assert known.custom_attributes.keys() >= ATTRIBUTES.keys()
        assert server.ui_url is None


async def test_workflows_survive_a_killed_server(tmp_path: Path) -> None:
    server = EmbeddedTemporal(tmp_path / "temporal", search_attributes=ATTRIBUTES)
    await server.start()
    client = await Client.connect(server.address)
    await client.start_workflow("Nobody", id="kept", task_queue="nobody-serves-this")
    await server.process.kill()
    await server.stop()

    async with EmbeddedTemporal(tmp_path / "temporal", search_attributes=ATTRIBUTES) as again:
        client = await Client.connect(again.address)
        description = await client.get_workflow_handle("kept").describe()
        assert description.workflow_type == "Nobody"


async def test_the_ui_has_an_address_of_its_own() -> None:
    async with EmbeddedTemporal(ui=True) as server:
        assert server.ui_url is not None
        assert not server.ui_url.endswith(server.address)


async def test_a_port_in_use_is_named() -> None:
    async with EmbeddedTemporal() as server:
        port = int(server.address.rsplit(":", 1)[1])
        with pytest.raises(EmbeddedServerFailed) as refused:
            await EmbeddedTemporal(port=port).start()
        assert refused.value.code == "port_in_use"


async def test_a_server_that_refuses_its_configuration_says_why() -> None:
    with pytest.raises(EmbeddedServerFailed) as refused:
        await EmbeddedTemporal(search_attributes={"Odd": "Colour"}).start()
    assert refused.value.code == "exited_early"
    assert "Colour" in refused.value.log_tail
