"""What waits for delivery, as gauges of a process whose metrics are those of Temporal's SDK: the worker's."""

from temporalio.common import MetricMeter

from db.tables import Target
from delivery.backlog import BacklogFigures

UNDELIVERED = "slotkeeper_relay_undelivered"
OLDEST_SECONDS = "slotkeeper_relay_oldest_seconds"


class BacklogGauges:
    """By `target`. The figures are of all processes that deliver to it, so alerts take the greatest of them."""

    def __init__(self, meter: MetricMeter, target: Target) -> None:
        of_target = {"target": target.value}
        self._undelivered = meter.create_gauge(
            UNDELIVERED, "What was not delivered yet, whoever recorded it"
        ).with_additional_attributes(of_target)
        self._oldest_s = meter.create_gauge_float(
            OLDEST_SECONDS, "Age of the oldest of them"
        ).with_additional_attributes(of_target)

    def show(self, figures: BacklogFigures) -> None:
        self._undelivered.set(figures.undelivered)
        self._oldest_s.set(figures.oldest_s)
