"""Answers to transaction messages as the inbox keeps them, so that a re-sent message gets the same one."""

from typing import Any, NamedTuple

from pydantic import TypeAdapter

from ocpp_gateway.wire.answers import TransactionAnswer

_ANSWER = TypeAdapter(TransactionAnswer)


class StoredAnswer(NamedTuple):
    """`refused_transaction`: the id to stop, because the answer refused it."""

    answer: TransactionAnswer
    refused_transaction: str | None


def dump_answer(stored: StoredAnswer) -> dict[str, Any]:
    return {
        "answer": _ANSWER.dump_python(stored.answer, mode="json"),
        "refused_transaction": stored.refused_transaction,
    }


def load_answer(document: dict[str, Any]) -> StoredAnswer:
    """Raises KeyError or pydantic.ValidationError for what `dump_answer` did not write."""
    return StoredAnswer(_ANSWER.validate_python(document["answer"]), document["refused_transaction"])
