"""EVSEs with several plugs (2.x): what each says of itself."""

import pytest

from tests.simulator.charge_point.conftest import Start
from tests.simulator.charge_point.csms import HonestCSMS

ONLY_201 = pytest.mark.parametrize("csms", ["2.0.1"], indirect=True)


@ONLY_201
async def test_an_evse_with_two_plugs_serves_one_car(csms: HonestCSMS, start: Start) -> None:
    charger = await start(plugs=2)
    assert await charger.swipe(1, "ALICE")
    await charger.plug_in(1, 2)
    shown = [(r["connectorId"], r["connectorStatus"]) for r in csms.of("StatusNotification")]
    assert shown == [(1, "Available"), (2, "Available"), (1, "Unavailable"), (2, "Occupied")]
    begun = csms.of("TransactionEvent")[-1]
    assert begun["evse"] == {"id": 1, "connectorId": 2}
    await charger.unplug(1)
    shown = [(r["connectorId"], r["connectorStatus"]) for r in csms.of("StatusNotification")[-2:]]
    assert shown == [(1, "Available"), (2, "Available")]


@ONLY_201
async def test_a_report_names_each_of_two_plugs(csms: HonestCSMS, start: Start) -> None:
    charger = await start(plugs=2)
    await csms.call("GetBaseReport", {"requestId": 1, "reportBase": "FullInventory"})
    await charger.wait_for_message("NotifyReport", direction="out")
    told = [
        (entry["component"]["evse"], entry["variableAttribute"][0]["value"])
        for entry in csms.of("NotifyReport")[-1]["reportData"]
        if entry["component"]["name"] == "Connector"
    ]
    assert told == [({"id": 1, "connectorId": 1}, "cCCS2"), ({"id": 1, "connectorId": 2}, "cG105")]
