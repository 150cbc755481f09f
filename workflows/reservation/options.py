"""Timeouts and retries of everything a reservation asks of the world, with the reason for each."""

from datetime import timedelta

from temporalio.common import RetryPolicy

from workflows.engine.options import CallOptions, CommandOptions, LocalOptions

_PATIENT = RetryPolicy(
    initial_interval=timedelta(milliseconds=100),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=30),
)

WHILE_DRIVER_WAITS = LocalOptions(
    start_to_close_timeout=timedelta(seconds=8),
    schedule_to_close_timeout=timedelta(seconds=12),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), backoff_coefficient=2.0),
)
"""Placing a hold: a person waits for the answer, so it is given up and undone rather than late. An attempt waits its
turn (`activities.holds.turns`): one that is cut short goes to the end of the line. After it, time for a worker that
died."""

ALTERNATIVES = LocalOptions(
    start_to_close_timeout=timedelta(seconds=4),
    schedule_to_close_timeout=timedelta(seconds=4),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), backoff_coefficient=2.0),
)
"""The same person waits; a refusal without them is better than none."""

UNTIL_DONE = LocalOptions(start_to_close_timeout=timedelta(seconds=5), retry_policy=_PATIENT)
"""Releasing, locking, moving, publishing: must happen, however long Postgres is away."""

STRIPE_WHILE_DRIVER_WAITS = LocalOptions(
    start_to_close_timeout=timedelta(seconds=15),
    schedule_to_close_timeout=timedelta(seconds=25),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), backoff_coefficient=2.0),
)
"""After one attempt within the workflow task (`workflows.engine.effects.WITHIN_TASK`), as with all of these."""

STRIPE_AT_FIRST = LocalOptions(
    start_to_close_timeout=timedelta(seconds=15), retry_policy=RetryPolicy(maximum_attempts=1)
)
"""Settlement is tried at once, which nearly always does it, before STRIPE_UNTIL_DONE."""

GIVEN_BACK_AT_FIRST = LocalOptions(
    start_to_close_timeout=timedelta(seconds=5), retry_policy=RetryPolicy(maximum_attempts=1)
)
"""A settlement that also gives back: somebody waits for the connector, and a worker that died must not keep it longer
than a release by itself would. Then each is tried by itself."""

STRIPE_UNTIL_DONE = CallOptions(
    start_to_close_timeout=timedelta(seconds=30),
    schedule_to_close_timeout=timedelta(hours=24),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=500),
        backoff_coefficient=2.0,
        maximum_interval=timedelta(minutes=5),
    ),
)
"""Settlement: a day of Stripe being away is ridden out; then an operator is called."""

HEARING = CallOptions(start_to_close_timeout=timedelta(seconds=90), retry_policy=_PATIENT)
"""Before a deadline that costs money: a minute's patience with deliveries, and any with Postgres."""

CHARGER_COMMAND = CommandOptions(
    schedule_to_start_timeout=timedelta(seconds=5),
    start_to_close_timeout=timedelta(seconds=40),
    retry_policy=RetryPolicy(maximum_attempts=1),
)
"""At most once on the wire. A dead gateway's queue shows as SCHEDULE_TO_START within 5 s; the caller re-routes."""

COMMAND_ROUTES = 3
"""How often a command is re-routed when its gateway turns out to be gone or the charger has moved."""
