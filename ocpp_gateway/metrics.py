"""Prometheus metrics of one gateway, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class GatewayMetrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.connections = Gauge(
            "slotkeeper_gateway_connections", "Chargers connected", registry=self.registry
        )
        self.calls = Counter(
            "slotkeeper_gateway_calls", "Calls of chargers", ["action", "result"], registry=self.registry
        )
        self.call_seconds = Histogram(
            "slotkeeper_gateway_call_seconds", "From reading to answering a call", registry=self.registry
        )
        self.commands = Counter(
            "slotkeeper_gateway_commands", "Commands to chargers", ["kind", "outcome"], registry=self.registry
        )
        self.command_seconds = Histogram(
            "slotkeeper_gateway_command_seconds", "Command round trips", registry=self.registry
        )
        self.refusals = Counter(
            "slotkeeper_gateway_refused_connections", "Handshakes refused", ["status"], registry=self.registry
        )
        self.deliveries = Counter(
            "slotkeeper_gateway_deliveries",
            "Events handed to workflows",
            ["outcome"],
            registry=self.registry,
        )

    def render(self) -> bytes:
        """The text exposition format."""
        return generate_latest(self.registry)
