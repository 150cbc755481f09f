"""OCPP 2.1 as a dialect of the gateway.

What is new and concerns reservations comes with its schemas: tokens of 255 characters and of any type, further
reasons and measurands, and a hold that ended because no transaction followed (NoTransaction).
"""

from ocpp_gateway.wire.v2x.version import Dialect2x

_NOTED = frozenset(
    {
        "BatterySwap",
        "NotifyDERAlarm",
        "NotifyDERStartStop",
        "NotifyPriorityCharging",
        "NotifySettlement",
        "NotifyWebPaymentStarted",
        "ReportDERControl",
    }
)
"""Messages of blocks we do not use, whose answers are empty: acknowledged, so that nobody repeats them."""


class Dialect21(Dialect2x):
    def __init__(self) -> None:
        super().__init__("2.1", longest_token=255, noted=_NOTED)
