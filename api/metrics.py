"""What Prometheus reads from the API. One registry an application, so that two can live in one process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class ApiMetrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "slotkeeper_api_requests",
            "Requests by route template and status",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "slotkeeper_api_request_seconds",
            "Time to answer, by route template",
            ["method", "route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.bookings = Counter(
            "slotkeeper_api_bookings",
            "Booking answers: confirmed, payment_required, declined, pending, shed",
            ["outcome"],
            registry=self.registry,
        )
        self.bookings_in_flight = Gauge(
            "slotkeeper_api_bookings_in_flight", "Bookings being decided now", registry=self.registry
        )
        self.bookings_waiting = Gauge(
            "slotkeeper_api_bookings_waiting", "Bookings in line to be decided", registry=self.registry
        )
        self.live_followers = Gauge(
            "slotkeeper_api_live_followers", "Streams on which changes are told", registry=self.registry
        )

    def exposition(self) -> bytes:
        return generate_latest(self.registry)
