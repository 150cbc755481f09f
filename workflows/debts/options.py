"""How often the steps of a debt are tried: nobody is in a hurry, and a card is charged once however often."""

from datetime import timedelta

from temporalio.common import RetryPolicy

from workflows.engine.options import CallOptions

COLLECTING = CallOptions(
    start_to_close_timeout=timedelta(minutes=1),
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=15), maximum_attempts=50),
)
"""Half a day: an outage of the provider passes, or a person has to look."""
WITH_DRIVER = CallOptions(
    start_to_close_timeout=timedelta(seconds=15),
    schedule_to_close_timeout=timedelta(seconds=20),
    retry_policy=RetryPolicy(maximum_interval=timedelta(seconds=3), maximum_attempts=4),
)
"""Somebody looks at a button."""
