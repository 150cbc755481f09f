"""The face of a virtual charge point: what a person, a car or a fault does to a charger, and what it said."""

from __future__ import annotations

from collections.abc import Callable

from simulator.charge_point.availability import Availability
from simulator.charge_point.changes import Changes
from simulator.charge_point.charger import Charger
from simulator.charge_point.dialling import Address
from simulator.charge_point.lifecycle import Lifecycle, Pace
from simulator.charge_point.link import Link
from simulator.charge_point.messages import Direction, Kind, Message, Payload
from simulator.charge_point.options import Options, Version
from simulator.charge_point.outbox import Outbox
from simulator.charge_point.state import ConnectorState, EndReason, LocalList, Token
from simulator.charge_point.station import Hardware
from simulator.charge_point.transcript import Transcript
from simulator.charge_point.v16 import Charger16
from simulator.charge_point.v21 import Charger21
from simulator.charge_point.v201 import Charger201
from simulator.charge_point.vendor_link import VendorLink
from simulator.vendors.conduct import TEXTBOOK

CHARGERS: dict[Version, type[Charger]] = {"1.6": Charger16, "2.0.1": Charger201, "2.1": Charger21}


class VirtualChargePoint(Options):
    """One charger, talking OCPP-J over a real WebSocket.

    Every deed returns when the CSMS has answered what it caused, or at once while offline (transaction
    messages then wait and are sent after the next boot, with the time they were made).

    It is made from its options, by keyword.
    """

    def __post_init__(self) -> None:
        self._changes = Changes()
        self._transcript = Transcript(self._changes, keep=self.keep_log, listener=self.on_message)
        self._link = self._make_link()
        outbox = Outbox(
            self._link,
            self._changes,
            attempts=self.transaction_attempts,
            retry_delay_s=self.transaction_retry_s,
        )
        make = CHARGERS[self.version]
        self._charger = make(_hardware(self), self._link, outbox, self._changes, self.misbehaviour, self.time)
        self._outbox = outbox
        self._availability = Availability(self._charger)
        self._lifecycle = Lifecycle(
            self._link,
            self._charger,
            outbox,
            self._changes,
            Pace(self.heartbeat_s, self.boot_retry_s, self.reconnect_delay_s),
            reconnect=self.reconnect,
            boot_on_reconnect=self.boot_on_reconnect,
        )
        self._link.handler = self._charger.serve
        self._charger.reboot = self._reboot

    def _make_link(self) -> Link:
        """With a vendor's profile its words and its conduct."""
        profile = self.profile
        conduct = profile.conduct if profile else TEXTBOOK
        self.misbehaviour.adopt(conduct)
        address = Address(
            self.url, self.identity, self.version, self.password, self.tls, conduct.slash_at_the_end
        )
        link = (address, self._transcript, self.misbehaviour, self.call_timeout_s)
        if profile is None:
            return Link(*link, time=self.time, connect=self.connect)
        return VendorLink(profile, self.version, self.connectors, *link, time=self.time, connect=self.connect)

    # -- connection -------------------------------------------------------------------------------------
    async def start(self) -> None:
        """Connects, boots (again while Pending or Rejected) and reports; returns when accepted.

        Raises:
            OSError, websockets.exceptions.WebSocketException, NotConnectedError: the first connection
                failed and `reconnect` is False.
        """
        await self._lifecycle.start()

    async def stop(self) -> None:
        """Closes the connection cleanly and ends everything this charger runs."""
        await self._lifecycle.stop()
        self._charger.shut_down()

    async def vanish(self) -> None:
        """Cuts the TCP connection without a close frame, and stays away until `come_back`."""
        self._lifecycle.lose_coverage()

    def cut(self) -> None:
        """Loses its connection in the midst of whatever it does, and connects again by itself."""
        self._link.abort()

    async def come_back(self) -> None:
        """Ends `vanish`; returns when the CSMS has accepted the charger again."""
        await self._lifecycle.regain_coverage()

    async def reboot(self) -> None:
        """Power cycle: running transactions end (told after the boot), holds survive, unless the knobs say
        otherwise; returns when accepted again."""
        await self._reboot(EndReason.REBOOT)

    async def _reboot(self, reason: EndReason) -> None:
        self._lifecycle.drop(reason.value)
        if not self.misbehaviour.forget_transactions_on_reboot:
            for connector in self._charger.charging:
                await self._charger.end(connector, reason)
        self._charger.power_cycle()
        await self._lifecycle.wait_restarted()

    @property
    def online(self) -> bool:
        """Connected and accepted by the CSMS."""
        return self._charger.online

    async def told(self) -> None:
        """Returns once it is online and all that it queued was answered."""
        await self._changes.until(lambda: self.online and len(self._outbox) == 0)

    @property
    def busy(self) -> bool:
        """Something it was asked to do, or has to say over a connection that stands, is under way."""
        return self._charger.works or self._link.serves or (self.online and len(self._outbox) > 0)

    # -- driver and car ---------------------------------------------------------------------------------
    def _token(self, id_tag: str) -> Token:
        return Token(id_tag, self._charger.reader_token_type)

    async def swipe(self, connector: int, id_tag: str) -> bool:
        """Presents a card at the reader. Returns whether it was accepted: False when the CSMS refuses it
        or a hold keeps it off. On a connector charging for this card it stops the transaction."""
        return await self._charger.swipe(self.connector(connector), self._token(id_tag))

    async def plug_in(self, connector: int, plug: int = 1) -> None:
        """The cable goes in; a waiting authorisation starts the transaction. `plug`: which one of the EVSE's."""
        await self._charger.plug_in(self.connector(connector), plug)

    async def unplug(self, connector: int) -> None:
        """The cable comes out; a running transaction ends (EVDisconnected)."""
        await self._charger.unplug(self.connector(connector))

    async def charge(self, connector: int, wh: int) -> None:
        """The car draws `wh`; one meter report. Without an authorised transaction nothing flows."""
        await self._charger.add_energy(self.connector(connector), wh)

    async def finish_charging(self, connector: int) -> None:
        """The car is full: SuspendedEV. `charge` resumes."""
        await self._charger.suspend(self.connector(connector))

    async def stop_by_card(self, connector: int, id_tag: str) -> None:
        """The starting card, or one of the same parent, ends the transaction; another card does nothing."""
        await self._charger.stop_by_card(self.connector(connector), self._token(id_tag))

    # -- hardware ---------------------------------------------------------------------------------------
    async def fault(self, connector: int, code: str = "GroundFailure") -> None:
        """Goes Faulted (0: every connector, then the charge point): the hold ends, the transaction stops.
        `code` is a 1.6 ChargePointErrorCode."""
        await self._availability.fault(connector, code)

    async def recover(self, connector: int) -> None:
        """Ends `fault`."""
        await self._availability.recover(connector)

    async def ask_for_certificate(self, common_name: str | None = None, **over: object) -> Payload:
        """Asks to have a new key signed, by its identity's name; returns what it is answered. See `certificate`."""
        csr = self._charger.certificate.request(common_name or self.identity)
        return await self.call("SignCertificate", {"csr": csr, **over})

    @property
    def certificate(self) -> str:
        """The chain that it was sent, PEM."""
        return self._charger.certificate.chain

    # -- bad input --------------------------------------------------------------------------------------
    @property
    def last_error(self) -> Exception | None:
        """Why it is not connected, as far as it knows."""
        return self._lifecycle.last_error

    async def send_raw(self, frame: str | bytes) -> None:
        """Sends a frame as it is. Raises NotConnectedError without a socket."""
        await self._link.send(frame)

    async def call(self, action: str, payload: Payload) -> Payload:
        """Calls the CSMS and returns the answer's payload.

        Raises:
            NotConnectedError, CallTimeoutError, CallRefusedError (the CSMS answered CALLERROR).
        """
        return await self._link.call(action, payload)

    # -- looking ----------------------------------------------------------------------------------------
    @property
    def log(self) -> list[Message]:
        """Every frame both ways, oldest first."""
        return self._transcript.messages

    @property
    def local_list(self) -> LocalList:
        """What it may admit without asking."""
        return self._charger.local_list

    def connector(self, n: int) -> ConnectorState:
        """The live state of connector `n` (EVSE n in 2.0.1). Raises KeyError for a number it has not."""
        return self._charger.connectors[n]

    async def wait_for(self, predicate: Callable[[VirtualChargePoint], bool], timeout: float = 10) -> None:
        """Returns once the predicate holds; looks again at every frame and state change.

        Raises:
            TimeoutError: it did not hold within `timeout` seconds.
        """
        await self._changes.until(lambda: predicate(self), timeout)

    async def wait_for_message(
        self,
        action: str,
        *,
        direction: Direction = "in",
        count: int = 1,
        since: int | None = None,
        kind: Kind | None = None,
        timeout: float = 10,
    ) -> Message:
        """The `count`-th frame of this action and direction from log index `since` on (from the start
        without it). Answers carry the action they answer: "in" finds the CSMS's commands and its answers
        to our calls, "out" our calls and our answers; `kind` narrows it.

        Raises:
            TimeoutError: it did not come within `timeout` seconds.
        """

        def found() -> list[Message]:
            return self._transcript.find(action, direction, kind, since)

        await self._changes.until(lambda: len(found()) >= count, timeout)
        return found()[count - 1]


def _hardware(options: Options) -> Hardware:
    return Hardware(
        identity=options.identity,
        connectors=options.connectors,
        plugs=options.plugs,
        power_w=options.power_w,
        vendor=options.vendor,
        model=options.model,
        energy_step_wh=options.energy_step_wh,
        connection_timeout_s=options.connection_timeout_s,
        tx_start_point=options.tx_start_point,
        reservations=options.reservations,
        reserve_any=options.reserve_any,
        meter_interval_s=options.meter_interval_s,
        transaction_id=options.transaction_id,
    )
