"""What each call of an activity has to say: how long it may take, and how often it is tried."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class LocalOptions(TypedDict, total=False):
    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    retry_policy: RetryPolicy


class CallOptions(LocalOptions, total=False):
    heartbeat_timeout: timedelta


class CommandOptions(TypedDict, total=False):
    schedule_to_start_timeout: timedelta
    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy
