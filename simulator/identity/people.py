"""Who can be signed in at the stand-in: somebody of each kind that looks at pages."""

import json
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`label`: on the button. `claims`: what id tokens say of them beside `sub`. `page`: of ours, that is for them."""

    subject: str
    label: str
    page: str = "/"
    claims: dict[str, Any] = field(default_factory=dict)


def driver(subject: str, label: str, email: str) -> Person:
    claims = {"scope": "driver", "email": email, "email_verified": True}
    return Person(subject=subject, label=label, page="/me", claims=claims)


def dispatcher(subject: str, label: str, fleet_id: str) -> Person:
    claims = {"scope": "fleet", "fleet_id": fleet_id}
    return Person(subject=subject, label=label, page="/fleet", claims=claims)


def engineer(subject: str, label: str, fleet_id: str) -> Person:
    """Who sees to what a fleet's own system is told."""
    return replace(dispatcher(subject, label, fleet_id), page="/webhooks")


def operator(subject: str, label: str, role: str) -> Person:
    return Person(
        subject=subject, label=label, page="/operations", claims={"scope": "operator", "role": role}
    )


def written(people: tuple[Person, ...]) -> str:
    """For the command line of the process."""
    return json.dumps([[one.subject, one.label, one.claims] for one in people])


def read(text: str) -> tuple[Person, ...]:
    return tuple(
        Person(subject=subject, label=label, claims=claims) for subject, label, claims in json.loads(text)
    )
