"""A charger's local list, kept in step with its reservations: who is in it, and which messages bring it there. Pure.

A card is in the list from the moment at which its reservation opens (`opens_at`), never before, with the slot's end as
its expiry: a list knows no beginning. It opens every connector of the charger, so a card is listed only if it may
charge on each of them now, save those on which the charger itself keeps others' holds.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.charging.access import decide_access
from domain.charging.access_facts import HoldOnConnector, KeptPlaces, Maintained, PresentedToken
from domain.charging.access_reasons import AccessReason
from domain.charging.listing import ListedToken, SendLocalList
from domain.charging.tokens import TokenKind

_LAST_VERSION = 2**31 - 1

Entries = Mapping[str, ListedToken]
"""By idTag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A token of a reservation whose window is open at the charger, and the facts of its access decision."""

    id_tag: str
    kind: TokenKind
    token: PresentedToken
    connectors: tuple[int, ...]
    holds: tuple[HoldOnConnector, ...]
    kept: KeptPlaces = field(default_factory=dict)
    maintained: tuple[Maintained, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLimits:
    """`entries`: as many fit in the list; `per_message`: tokens in one message; None: the charger does not say.

    `longest_token`: characters of an idTag in its version.
    """

    entries: int | None = None
    per_message: int | None = None
    longest_token: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStep:
    """One message, and what the list is once it was accepted."""

    command: SendLocalList
    after: dict[str, ListedToken]


def listed(candidate: Candidate, *, keeps_holds: bool, now: datetime) -> ListedToken | None:
    """The entry; None where the gate would not let the token in for its reservation, or might not on a connector that
    the list would open, too. `keeps_holds`: the charger takes ReserveNow, and was not seen to ignore it."""
    facts = candidate.holds, now, candidate.kept, candidate.maintained
    decision = decide_access(candidate.token, candidate.connectors, *facts)
    if decision.reason is not AccessReason.RESERVATION or decision.until is None:
        return None
    each = [decide_access(candidate.token, (one,), *facts) for one in candidate.connectors]
    if not keeps_holds and not all(one.allowed for one in each):
        return None
    if any(one.reason in (AccessReason.NO_ACCESS, AccessReason.UNDER_MAINTENANCE) for one in each):
        return None  # no charger keeps a bay by access rules, or for maintenance
    ends = [end for end in (decision.until, candidate.token.expires_at) if end is not None]
    return ListedToken(
        id_tag=candidate.id_tag,
        token_kind=candidate.kind,
        group_id=candidate.token.parent_tag,
        expires_at=min(ends),
    )


def wanted_entries(
    candidates: Iterable[Candidate], limits: ListLimits, *, keeps_holds: bool, now: datetime
) -> dict[str, ListedToken]:
    """What the list is to be: the first of `candidates` where not all fit, without what its version cannot carry."""
    found: dict[str, ListedToken] = {}
    for candidate in candidates:
        entry = listed(candidate, keeps_holds=keeps_holds, now=now)
        if entry is None or len(entry.id_tag) > limits.longest_token:
            continue
        if limits.entries is not None and len(found) >= limits.entries:
            break
        found.setdefault(entry.id_tag, _carried(entry, limits))
    return found


def steps(has: Entries | None, wanted: Entries, version: int, limits: ListLimits) -> list[ListStep]:
    """The messages that make `wanted` of what the charger has; `has` None: nobody knows, so all is replaced.

    `version`: the highest number that was used. Numbers rise by one a message and are never used for something else.
    """
    most = max(1, limits.per_message or len(wanted) + len(has or ()) or 1)
    if has is None:
        first = dict(list(wanted.items())[:most])
        number = _next(version)
        begin = SendLocalList(version=number, tokens=tuple(first.values()), full=True)
        return [ListStep(command=begin, after=first), *_changes(first, wanted, number, most)]
    return _changes(has, wanted, version, most)


def shrunk(limits: ListLimits, step: ListStep, has: Entries | None) -> ListLimits | None:
    """What to believe of a charger that has refused `step`, since many say nothing of their room, or too much.

    A whole list that is refused is too long for a message; a change that is refused beside it, for the list. Half is
    tried next, never nothing. None: room cannot be why.
    """
    tokens = step.command.tokens
    if step.command.full or has is None:
        return replace(limits, per_message=len(tokens) // 2) if len(tokens) > 1 else None
    new = sum(1 for token in tokens if token.id_tag not in has)
    room = len(has) + new // 2
    return replace(limits, entries=room) if new and room else None


def _changes(has: Entries, wanted: Entries, version: int, most: int) -> list[ListStep]:
    """Removals first: they make room, and nobody stays longer than needed."""
    gone = [entry for tag, entry in has.items() if tag not in wanted]
    new = [entry for tag, entry in wanted.items() if has.get(tag) != entry]
    parts = [*((entry, True) for entry in gone), *((entry, False) for entry in new)]
    current, found = dict(has), []
    for first in range(0, len(parts), most):
        part = parts[first : first + most]
        removed, put = _split(part)
        current = {tag: entry for tag, entry in current.items() if tag not in {one.id_tag for one in removed}}
        current |= {one.id_tag: one for one in put}
        version = _next(version)
        command = SendLocalList(version=version, tokens=tuple(put), removed=tuple(removed), full=False)
        found.append(ListStep(command=command, after=current))
    return found


def _split(part: Sequence[tuple[ListedToken, bool]]) -> tuple[Collection[ListedToken], list[ListedToken]]:
    return [entry for entry, is_gone in part if is_gone], [entry for entry, is_gone in part if not is_gone]


def _next(version: int) -> int:
    """From 1; 0 and below mean an empty list and none (1.6 §5.10)."""
    return version + 1 if 0 <= version < _LAST_VERSION else 1


def _carried(entry: ListedToken, limits: ListLimits) -> ListedToken:
    """A parent tag that the version cannot carry is left out."""
    if entry.group_id is None or len(entry.group_id) <= limits.longest_token:
        return entry
    return ListedToken(id_tag=entry.id_tag, token_kind=entry.token_kind, expires_at=entry.expires_at)
