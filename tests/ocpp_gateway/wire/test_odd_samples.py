"""A register is read where it can mean one thing, and noted where it is read or passed over."""

from typing import Any

import msgspec
import pytest

from ocpp_gateway.wire.reports import MeterReported
from tests.ocpp_gateway.wire.official import VERSIONS
from tests.ocpp_gateway.wire.reading import AT, NOW, both_2x


def heard(version: str, sample: dict[str, Any]) -> tuple[list[int], set[str]]:
    """Readings in Wh, and the fields that were noted."""
    place = {"connectorId": 1, "transactionId": 5} if version == "1.6" else {"evseId": 1}
    payload = place | {"meterValue": [{"timestamp": AT, "sampledValue": [sample]}]}
    report, quirks = VERSIONS[version].hear_call("MeterValues", msgspec.json.encode(payload), NOW)
    assert isinstance(report, MeterReported)
    return [one.wh for one in report.readings], {quirk.path.rpartition("/")[2] for quirk in quirks}


@pytest.mark.parametrize(
    ("sample", "wh", "noted"),
    [
        ({"value": "1500", "phase": ""}, [1500], {"phase"}),
        ({"value": "1500", "phase": "All"}, [1500], {"phase"}),
        ({"value": "1500", "phase": "somewhere"}, [], {"phase"}),
        ({"value": "1500", "phase": "L1"}, [1500], set()),
        ({"value": "1500", "format": ""}, [1500], {"format"}),
        ({"value": "1.5", "unit": "MWh"}, [1_500_000], {"unit"}),
        ({"value": "1.5", "unit": "kW/h"}, [1500], {"unit"}),
        ({"value": "1500", "unit": "W"}, [], {"unit"}),
        ({"value": "1500,5"}, [1500], {"value"}),
        ({"value": "0,125", "unit": "kWh"}, [125], {"value"}),
        ({"value": "1,500.5"}, [1500], {"value"}),
        ({"value": "1,500"}, [], {"value"}),
        ({"value": "1.5 kWh"}, [1500], {"value"}),
        ({"value": "1500 Wh", "unit": "Wh"}, [1500], {"value"}),
        ({"value": "1.5 kWh", "unit": "Wh"}, [], {"value"}),
        ({"value": "1500 parsecs"}, [], {"value"}),
    ],
)
def test_1_6(sample: dict[str, Any], wh: list[int], noted: set[str]) -> None:
    assert heard("1.6", sample) == (wh, noted)


@both_2x
@pytest.mark.parametrize(
    ("sample", "wh", "noted"),
    [
        ({"value": 1500, "phase": "L1+L2+L3"}, [1500], {"phase"}),
        ({"value": 1.5, "unitOfMeasure": {"unit": "MWh"}}, [1_500_000], {"unit"}),
        ({"value": 12.5, "unit": "kWh"}, [12_500], {"unitOfMeasure"}),
        ({"value": "12.5", "unit": "kWh"}, [12_500], {"value", "unitOfMeasure"}),
        ({"value": 12.5, "unit": "kWh", "unitOfMeasure": {"unit": "Wh"}}, [12], set()),
        ({"value": 12.5, "unitOfMeasure": "kWh"}, [12_500], {"unitOfMeasure"}),
        ({"value": "1500,5"}, [1500], {"value"}),
        ({"value": 1500, "unit": 7}, [1500], set()),
    ],
)
def test_2x(version: str, sample: dict[str, Any], wh: list[int], noted: set[str]) -> None:
    assert heard(version, sample) == (wh, noted)
