"""What takes the messages of a charger's socket."""

from typing import Protocol

from ocpp_gateway.wire.skimming import Skim


class Receiver(Protocol):
    def receive(self, message: bytes) -> None:
        """One whole text message, valid UTF-8, at most ORDINARY bytes."""
        ...

    def receive_long(self, message: Skim) -> None:
        """What was kept of a longer one."""
        ...

    def receive_binary(self) -> None:
        """A binary message, which OCPP-J has none of."""
        ...

    def count_frame(self) -> None:
        """A control frame or a fragment came: it costs time, too."""
        ...
