"""What a gateway is made of, room by room, and how the parts are tied together. Nothing runs yet."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from ocpp_gateway.admission.admission import Admission, AdmissionOptions
from ocpp_gateway.background import Work
from ocpp_gateway.duties.capabilities.probes import CapabilityProbes, ProbeOptions
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.duties.certificates.signing import CertificateSigning
from ocpp_gateway.duties.device_holds.comparison import DeviceHolds, HoldWatch
from ocpp_gateway.duties.doubts import DoubtOptions, Doubts
from ocpp_gateway.duties.left_blocked import BlockedOptions, LeftBlocked
from ocpp_gateway.duties.lingering_cars import LingeringCars, LingeringOptions
from ocpp_gateway.duties.live_chargers import LiveCharger
from ocpp_gateway.duties.local_lists import LocalLists
from ocpp_gateway.duties.quirks import QuirkLog
from ocpp_gateway.duties.refused_transactions import RefusedTransactions
from ocpp_gateway.duties.report_handler import ReportHandler
from ocpp_gateway.exchange.follow_ups import FollowUps
from ocpp_gateway.exchange.hearing import Hearing
from ocpp_gateway.exchange.keepalive import Keepalive
from ocpp_gateway.exchange.leases import LeaseKeeper
from ocpp_gateway.exchange.registry import ConnectionRegistry
from ocpp_gateway.exchange.socket_handler import SocketHandler
from ocpp_gateway.exchange.traffic import TrafficFlusher
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.storage.lanes import Lane
from ocpp_gateway.storage.relay import charger_event_relay
from ocpp_gateway.storage.retention import EventRetention
from ocpp_gateway.temporal_side import TemporalSide
from ocpp_gateway.wire.charger_actions import CHARGER_ACTIONS
from ocpp_gateway.wire.v2x.version import ocpp21, ocpp201
from ocpp_gateway.wire.v16.version import ocpp16


class GatewayParts:
    """`accepting`: False before the gateway serves, and from the moment it drains."""

    def __init__(
        self,
        engine: AsyncEngine,
        connect: Callable[[], Awaitable[Client]],
        options: GatewayOptions,
        *,
        accepting: Callable[[], bool],
    ) -> None:
        self._engine, self._options, self._accepting = engine, options, accepting
        self.metrics = GatewayMetrics(CHARGER_ACTIONS)
        self.versions = {version.subprotocol: version for version in (ocpp21(), ocpp201(), ocpp16())}
        self.admission = self._make_admission()
        self.capabilities = CapabilityRecords(engine)
        self.probes = CapabilityProbes(self.capabilities, ProbeOptions(after_s=options.probe_after_s))
        self.signing = CertificateSigning(options.authority)
        self.report_handler = ReportHandler(engine, self.metrics, options.heartbeat_s, self.signing)
        self.refused_transactions = RefusedTransactions(engine, self.metrics)
        self.connections = ConnectionRegistry(engine, self.metrics, self.capabilities)
        self.device_holds = self._make_device_holds()
        self.doubts = self._make_doubts()
        self.local_lists = LocalLists(engine, self.connections, every_s=options.hold_watch_s)
        self.lingering_cars = self._make_lingering_cars()
        self.left_blocked = self._make_left_blocked()
        self.leases = self._make_leases()
        self.keepalive = self._make_keepalive()
        self.quirks = QuirkLog(engine, flush_s=options.flush_s)
        self.traffic = TrafficFlusher(engine, lambda: self.connections)
        self.socket_handler = self._make_socket_handler()
        self.temporal = TemporalSide(
            connect,
            self.connections,
            instance=options.instance,
            call_timeout_s=options.call_timeout_s,
            connected=self._wake,
        )
        self.relay = charger_event_relay(
            engine, lambda: self.temporal.client, self.metrics, sweep_s=options.sweep_s
        )
        self.retention = EventRetention(engine, kept=options.events_kept)
        self._watch()

    @property
    def lanes(self) -> "list[Lane[Any, Any]]":
        return [
            *self.report_handler.lanes,
            *self.leases.lanes,
            self.refused_transactions.lane,
            self.admission.lane,
        ]

    @property
    def work(self) -> list[Work]:
        """What is to run for as long as chargers are served."""
        return [
            ("temporal", self.temporal.run),
            ("relay", self.relay.run),
            ("leases", self.leases.run),
            ("traffic", self.traffic.run),
            ("quirks", self.quirks.run),
            ("retention", self.retention.run),
            ("keepalive", self.keepalive.run),
            ("device_holds", self.device_holds.run),
            ("doubts", self.doubts.run),
            ("local_lists", self.local_lists.run),
            ("lingering_cars", self.lingering_cars.run),
            ("left_blocked", self.left_blocked.run),
            *((lane.name, lane.run) for lane in self.lanes if lane is not self.admission.lane),
            *self.admission.work,
        ]

    def _make_admission(self) -> Admission:
        options = self._options
        return Admission(
            self._engine,
            self.metrics,
            AdmissionOptions(
                tls=options.tls,
                behind_tls=options.behind_tls,
                minimum_profile=options.minimum_profile,
                allow_unauthenticated=options.allow_unauthenticated,
            ),
            subprotocols=self.versions,
            strict=options.strict_schemas,
            accepting=self._accepting,
            full=lambda: self.socket_handler.sockets >= options.max_connections,
        )

    def _make_device_holds(self) -> DeviceHolds:
        options = self._options
        return DeviceHolds(
            self._engine,
            self.connections,
            self.capabilities,
            wake=self._wake,
            watch=HoldWatch(every_s=options.hold_watch_s, settle_s=options.hold_settle_s),
        )

    def _make_doubts(self) -> Doubts:
        options = self._options
        return Doubts(
            self._engine,
            self.connections,
            self.capabilities,
            wake=self._wake,
            options=DoubtOptions(
                every_s=options.hold_watch_s,
                settle_s=options.hold_settle_s,
                arrived_s=options.probe_after_s,
                silent_s=options.silent_session_s,
                muted_s=max(2 * options.silent_session_s, 24 * 3600.0),
            ),
        )

    def _make_lingering_cars(self) -> LingeringCars:
        options = self._options
        return LingeringCars(
            self._engine,
            self.connections,
            self.capabilities,
            instance=options.instance,
            options=LingeringOptions(every_s=options.hold_watch_s, quiet_s=4 * options.hold_settle_s),
        )

    def _make_left_blocked(self) -> LeftBlocked:
        options = self._options
        return LeftBlocked(
            self._engine,
            instance=options.instance,
            wake=self._wake,
            options=BlockedOptions(every_s=options.hold_watch_s, settle_s=options.hold_settle_s),
        )

    def _make_leases(self) -> LeaseKeeper:
        options = self._options
        return LeaseKeeper(
            self._engine,
            self.connections,
            metrics=self.metrics,
            instance=options.instance,
            flush_s=options.flush_s,
            expiry_s=options.lease_expiry_s,
        )

    def _make_keepalive(self) -> Keepalive:
        options = self._options
        return Keepalive(
            self.connections,
            ping_interval_s=options.ping_interval_s,
            ping_timeout_s=options.ping_timeout_s,
            slow_reader_s=options.slow_reader_s,
        )

    def _make_socket_handler(self) -> SocketHandler:
        refused = self.refused_transactions

        def booted(charger: LiveCharger) -> None:
            refused.look(charger)
            self.probes.probe(charger, booted=True)
            self.doubts.arrived(charger)

        return SocketHandler(
            versions=self.versions,
            connections=self.connections,
            leases=self.leases,
            report_handler=self.report_handler,
            refused_transactions=refused,
            probes=self.probes,
            doubts=self.doubts,
            traffic=self.traffic,
            hearing=Hearing(self.quirks.note, strict=self._options.strict_schemas),
            follow_ups=FollowUps(
                events=self._wake,
                refused=refused.stop,
                booted=booted,
                doubted=self.doubts.arrived,
                asked=self.signing.sign,
            ),
            metrics=self.metrics,
            call_timeout_s=self._options.call_timeout_s,
            messages_per_second=self._options.messages_per_second,
            accepting=self._accepting,
        )

    def _watch(self) -> None:
        for lane in self.lanes:
            self.metrics.watch("inbox_waiting", lane.__len__, lane=lane.name)
            self.metrics.watch("inbox_oldest_seconds", lane.oldest_s, lane=lane.name)
        self.metrics.watch("commands_pending", lambda: sum(len(c.pending()) for c in self.connections))

    def _wake(self) -> None:
        self.relay.wake()
