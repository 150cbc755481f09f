"""What one gateway counts: plain integers on the hot path, Prometheus metrics only when somebody asks.

Every method may be called for each message: a lookup, some additions, no allocation worth naming. The registry
is the gateway's own; `render` is the text that `/metrics` answers.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

log = structlog.get_logger(__name__)

UNKNOWN = "unknown"
VERSIONS = ("1.6", "2.0.1", "2.1")
CALL_BUCKETS_S = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip
COMMAND_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
LAG_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0)
BATCH_BUCKETS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0)


class Spread:
    """A histogram: how many fell into each bucket, and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def cumulative(self) -> list[tuple[str, float]]:
        """Buckets as Prometheus wants them: each counts all below it too, `+Inf` last."""
        running, buckets = 0, []
        for bound, count in zip((*map(str, self.bounds), "+Inf"), self.counts, strict=True):
            running += count
            buckets.append((bound, float(running)))
        return buckets


class _Calls(Spread):
    """One action's calls: result → how many, and how long they took."""

    __slots__ = ("results",)

    def __init__(self) -> None:
        super().__init__(CALL_BUCKETS_S)
        self.results: dict[str, int] = {}


class GatewayMetrics:
    def __init__(self, actions: Iterable[str] = ()) -> None:
        """`actions`: those counted by name; all others are `unknown`, so that chargers cannot make up series."""
        self._known = frozenset(actions)
        self._calls: dict[str, _Calls] = {UNKNOWN: _Calls()}
        self._unknown = self._calls[UNKNOWN]
        self._unreadable: dict[str, int] = {}
        self._connected: dict[str, int] = dict.fromkeys(VERSIONS, 0)
        self._commands: dict[tuple[str, str], int] = {}
        self._command_spread: dict[str, Spread] = {}
        self._refused: dict[str, int] = {}
        self._delivered: dict[str, int] = {}
        self._lag = Spread(LAG_BUCKETS_S)
        self._batches: dict[str, tuple[Spread, Spread]] = {}
        self._watched: dict[str, list[tuple[dict[str, str], Callable[[], float]]]] = {}
        self.registry = CollectorRegistry()
        self.registry.register(_Scrape(self._families))
        ProcessCollector(registry=self.registry)

    # -- the hot path -------------------------------------------------------------------------------------
    def answered(self, action: str, result: str, seconds: float) -> None:
        """A charger's call was answered, `seconds` after it was read. `result`: `answered` or an error's code."""
        calls = self._calls.get(action)
        if calls is None:
            calls = self._first(action)
        results = calls.results
        results[result] = results.get(result, 0) + 1
        calls.counts[bisect_left(CALL_BUCKETS_S, seconds)] += 1
        calls.total += seconds

    def unreadable(self, code: str) -> None:
        """A frame was no OCPP-J message."""
        self._unreadable[code] = self._unreadable.get(code, 0) + 1

    def connected(self, version: str) -> None:
        """`version`: `1.6`, `2.0.1` or `2.1`."""
        self._connected[version] = self._connected.get(version, 0) + 1

    def disconnected(self, version: str) -> None:
        self._connected[version] = self._connected.get(version, 0) - 1

    def command(self, kind: str, outcome: str, seconds: float | None) -> None:
        """A command to a charger ended. `seconds`: its round trip; None when the charger did not answer."""
        key = kind, outcome
        self._commands[key] = self._commands.get(key, 0) + 1
        if seconds is not None:
            spread = self._command_spread.get(kind)
            if spread is None:
                spread = self._command_spread[kind] = Spread(COMMAND_BUCKETS_S)
            spread.add(seconds)

    def refused(self, code: str) -> None:
        """A handshake was turned away."""
        self._refused[code] = self._refused.get(code, 0) + 1

    def delivered(self, outcome: str, lag_s: float) -> None:
        """An event reached its workflow (or was found to have none), `lag_s` after it was recorded."""
        self._delivered[outcome] = self._delivered.get(outcome, 0) + 1
        self._lag.add(lag_s)

    def batch(self, lane: str, size: int, seconds: float) -> None:
        """A lane committed `size` effects in one transaction that took `seconds`."""
        spreads = self._batches.get(lane)
        if spreads is None:
            spreads = self._batches[lane] = (Spread(BATCH_BUCKETS), Spread(CALL_BUCKETS_S))
        spreads[0].add(size)
        spreads[1].add(seconds)

    def _first(self, action: str) -> _Calls:
        if action not in self._known:
            return self._unknown
        calls = self._calls[action] = _Calls()
        return calls

    # -- asked at scrape ----------------------------------------------------------------------------------
    def watch(self, name: str, read: Callable[[], float], **labels: str) -> None:
        """Show `read()` as the gauge `slotkeeper_gateway_<name>`. It must be cheap, and must not wait."""
        self._watched.setdefault(name, []).append((labels, read))

    def render(self) -> bytes:
        """The text exposition format."""
        return generate_latest(self.registry)

    def _families(self) -> Iterator[Metric]:
        yield self._connection_family()
        yield from self._call_families()
        yield from self._command_families()
        yield _counters("refused_connections", "Handshakes refused", "code", self._refused)
        yield _counters("deliveries", "Events handed to workflows", "outcome", self._delivered)
        lag = _histogram("delivery_lag_seconds", "From recording an event to its delivery")
        lag.add_metric([], self._lag.cumulative(), self._lag.total)
        yield lag
        yield from self._batch_families()
        for name, readings in self._watched.items():
            yield _gauge(name, readings)

    def _connection_family(self) -> Metric:
        family = GaugeMetricFamily(_PREFIX + "connections", "Chargers connected", labels=["version"])
        for version, count in self._connected.items():
            family.add_metric([version], count)
        return family

    def _call_families(self) -> Iterator[Metric]:
        counts = CounterMetricFamily(_PREFIX + "calls", "Calls of chargers", labels=["action", "result"])
        seconds = _histogram("call_seconds", "From reading to answering a call", "action")
        for action, calls in self._calls.items():
            for result, count in calls.results.items():
                counts.add_metric([action, result], count)
            if calls.results:
                seconds.add_metric([action], calls.cumulative(), calls.total)
        yield counts
        yield seconds
        yield _counters("unreadable_frames", "Frames that were no message", "code", self._unreadable)

    def _command_families(self) -> Iterator[Metric]:
        counts = CounterMetricFamily(_PREFIX + "commands", "Commands to chargers", labels=["kind", "outcome"])
        for (kind, outcome), count in self._commands.items():
            counts.add_metric([kind, outcome], count)
        yield counts
        seconds = _histogram("command_seconds", "Command round trips", "kind")
        for kind, spread in self._command_spread.items():
            seconds.add_metric([kind], spread.cumulative(), spread.total)
        yield seconds

    def _batch_families(self) -> Iterator[Metric]:
        sizes = _histogram("batch_size", "Effects committed together", "lane")
        seconds = _histogram("batch_seconds", "Duration of a group commit", "lane")
        for lane, (size, duration) in self._batches.items():
            sizes.add_metric([lane], size.cumulative(), size.total)
            seconds.add_metric([lane], duration.cumulative(), duration.total)
        yield sizes
        yield seconds


_PREFIX = "slotkeeper_gateway_"

_GAUGES = {
    "inbox_waiting": "Effects not yet committed, whose chargers are not yet answered",
    "inbox_oldest_seconds": "Age of the oldest of them: the inbox lag",
    "commands_pending": "Commands waiting for their turn or for a charger's answer",
    "relay_undelivered": "Events no workflow has heard yet, whichever gateway recorded them",
    "relay_oldest_seconds": "Age of the oldest of them: the relay lag",
    "relay_read_age_seconds": "Since the two figures of the relay were read; grows while Postgres is away",
}


class _Scrape(Collector):
    def __init__(self, families: Callable[[], Iterable[Metric]]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families()


def _counters(name: str, documentation: str, label: str, counts: dict[str, int]) -> Metric:
    family = CounterMetricFamily(_PREFIX + name, documentation, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _histogram(name: str, documentation: str, *labels: str) -> HistogramMetricFamily:
    return HistogramMetricFamily(_PREFIX + name, documentation, labels=labels)


def _gauge(name: str, readings: list[tuple[dict[str, str], Callable[[], float]]]) -> Metric:
    family = GaugeMetricFamily(_PREFIX + name, _GAUGES.get(name, name), labels=list(readings[0][0]))
    for labels, read in readings:
        try:
            family.add_metric(list(labels.values()), read())
        except Exception:
            log.exception("gauge_unreadable", gauge=name)  # the other figures are still worth having
    return family
