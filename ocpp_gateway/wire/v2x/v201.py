"""OCPP 2.0.1 as a dialect of the gateway."""

from ocpp_gateway.wire.v2x.version import Dialect2x


class Dialect201(Dialect2x):
    def __init__(self) -> None:
        super().__init__("2.0.1", longest_token=36)
