"""What crosses between workflows and everybody else, as the product's own converter writes and reads it."""

from typing import TypeVar

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure

from runtime.temporal import DATA_CONVERTER

Answer = TypeVar("Answer")

PAYLOADS = DATA_CONVERTER.payload_converter


def read(payload: Payload, gives: type[Answer]) -> Answer:
    value: Answer = PAYLOADS.from_payloads([payload], [gives])[0]
    return value


def failure_of(error: BaseException) -> Failure:
    failure = Failure()
    DATA_CONVERTER.failure_converter.to_failure(error, PAYLOADS, failure)
    return failure


def cause_of(failure: Failure) -> BaseException:
    return DATA_CONVERTER.failure_converter.from_failure(failure, PAYLOADS)
