"""All that can be missing, each with a stable code and what mends it. `docs/operating.md` lists the same codes."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from temporalio.common import SearchAttributeKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`mend`: a command to run, or the setting to correct. `blocking` False: the process is of use all the same.

    `reason`: the server's own words, for the log only. None of these ever holds a secret.
    """

    code: str
    detail: str
    mend: str
    blocking: bool = True
    reason: str = field(default="", compare=False)

    def document(self) -> dict[str, str]:
        return {"code": self.code, "detail": self.detail, "mend": self.mend}


DATABASE_UNREACHABLE = Finding(
    code="database_unreachable",
    detail="Postgres does not answer",
    mend="start Postgres, or correct DATABASE_URL",
)
DATABASE_REFUSES = Finding(
    code="database_refuses",
    detail="Postgres answers, and does not let us in",
    mend="correct user, password and database in DATABASE_URL, or create them; or allow more connections",
)
SCHEMA_BEHIND = Finding(
    code="schema_behind",
    detail="the tables are missing, or older than this program",
    mend="python -m db.migrations",
)
TEMPORAL_UNREACHABLE = Finding(
    code="temporal_unreachable",
    detail="Temporal does not answer",
    mend="start Temporal, or correct TEMPORAL_ADDRESS, TEMPORAL_TLS… and TEMPORAL_API_KEY",
)
TEMPORAL_REFUSES = Finding(
    code="temporal_refuses",
    detail="Temporal answers, and does not let us in",
    mend="correct TEMPORAL_API_KEY, or the certificate in TEMPORAL_TLS…, or what it may do in TEMPORAL_NAMESPACE",
)
PAYMENT_KEY_REFUSED = Finding(
    code="payment_key_refused",
    detail="Stripe does not accept our key, or it may not list payment intents",
    mend="set STRIPE_API_KEY to a valid key; a restricted one needs PaymentIntents",
)
PAYMENTS_UNREACHABLE = Finding(
    code="payments_unreachable",
    detail="Stripe does not answer, or is slow",
    mend="wait; is STRIPE_API_BASE unset, and is the way to api.stripe.com open?",
    blocking=False,
)
TOKEN_KEYS_UNREACHABLE = Finding(
    code="token_keys_unreachable",
    detail="no key that checks tokens could be fetched yet",
    mend="start the identity provider, or correct SLOTKEEPER_JWT_JWKS_URL",
)
NOT_POLLING = Finding(
    code="not_polling", detail="this process takes no tasks yet, or no more", mend="wait; its log tells why"
)
NOT_SCHEDULED = Finding(
    code="not_scheduled",
    detail="the schedules of reconciler and comparison could not be brought up to date",
    mend="allow this worker to describe, create and update schedules in TEMPORAL_NAMESPACE; its log tells why, and it "
    "tries again",
    blocking=False,
)
NOT_SERVING = Finding(
    code="not_serving", detail="this process lets nobody in yet, or drains", mend="wait; its log tells why"
)

_RETENTION = "720h"
"""Retries of a booking find its answer this long."""


def namespace_missing(namespace: str) -> Finding:
    return Finding(
        code="namespace_missing",
        detail=f"Temporal has no namespace {namespace}",
        mend=f"temporal operator namespace create --namespace {shlex.quote(namespace)} --retention {_RETENTION}",
    )


def another_namespace(namespace: str) -> Finding:
    return Finding(
        code="another_namespace",
        detail=f"the reservations of this database live in another namespace than {namespace}, or it lost its data",
        mend="correct TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE; if the data is lost: "
        "python -m runtime.reconcile --accept-namespace",
    )


def search_attributes_missing(namespace: str, keys: Sequence[SearchAttributeKey[Any]]) -> Finding:
    """`keys`: exactly those that are not registered."""
    named = " ".join(f"--name {key.name} --type {kind_of(key)}" for key in keys)
    return Finding(
        code="search_attributes_missing",
        detail=f"namespace {namespace} lacks search attributes: {', '.join(key.name for key in keys)}",
        mend=f"temporal operator search-attribute create --namespace {shlex.quote(namespace)} {named}",
    )


def search_attributes_mistyped(namespace: str, keys: Sequence[SearchAttributeKey[Any]]) -> Finding:
    """`keys`: those that are registered with another type. What they hold so far is lost by mending."""
    place = f"--namespace {shlex.quote(namespace)}"
    removed = " ".join(f"--name {key.name}" for key in keys)
    named = " ".join(f"--name {key.name} --type {kind_of(key)}" for key in keys)
    return Finding(
        code="search_attributes_mistyped",
        detail=f"namespace {namespace} has search attributes of another type: {', '.join(k.name for k in keys)}",
        mend=f"temporal operator search-attribute remove {place} --yes {removed} && "
        f"temporal operator search-attribute create {place} {named}",
    )


def kind_of(key: SearchAttributeKey[Any]) -> str:
    """`Keyword`, `Datetime`, … as Temporal's command line calls them."""
    return "".join(part.capitalize() for part in key.indexed_value_type.name.split("_"))
