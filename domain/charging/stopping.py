"""Who may stop a transaction: whoever began it, with any card of theirs, and cards of the same group.

So OCPP has it (1.6 §4.2 with `parentIdTag`, 2.0.1 C09 with `groupIdToken`). A card of another group may not, and
nobody takes an authorised transaction over. On one that was refused, or for which nobody was authorised yet, another
token is judged as a start (`access`) and makes it its own if it may charge; the stranger's is stopped by the gateway.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.charging.access_facts import PresentedToken
from domain.charging.access_reasons import OTHERS, AccessReason


class StopDecision(StrEnum):
    ALLOWED = "allowed"
    NOT_THEIRS = "not_theirs"
    TOKEN_UNKNOWN = "token_unknown"  # noqa: S105 - a decision, not a secret
    TOKEN_BLOCKED = "token_blocked"  # noqa: S105 - a decision, not a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunBy:
    """Whose transaction it is: the token that it was begun with, that token's driver and group."""

    id_tag: str
    driver_id: str | None
    group_id: str | None


def decide_stop(token: PresentedToken, id_tag: str, begun_by: BegunBy) -> StopDecision:
    """For a further token on a transaction that has its own. The tag that began it may, even if it is known no more."""
    if token.blocked:
        return StopDecision.TOKEN_BLOCKED
    if _is_own(token, id_tag, begun_by) or _is_of_group(token, begun_by):
        return StopDecision.ALLOWED
    return StopDecision.NOT_THEIRS if token.known else StopDecision.TOKEN_UNKNOWN


def comes_to_stop(token: PresentedToken, id_tag: str, running: Iterable[BegunBy]) -> bool:
    """Shown where one of theirs runs: let in whatever access would say, even after the window, and no arrival."""
    return not token.blocked and any(_is_own(token, id_tag, begun_by) for begun_by in running)


def may_only_stop(
    token: PresentedToken, id_tag: str, running: Iterable[BegunBy], refused: AccessReason
) -> bool:
    """Refused because the place is others', but let in to stop what their group began here."""
    return refused in OTHERS and any(
        decide_stop(token, id_tag, begun_by) is StopDecision.ALLOWED for begun_by in running
    )


def _is_own(token: PresentedToken, id_tag: str, begun_by: BegunBy) -> bool:
    return begun_by.id_tag == id_tag or (
        token.driver_id is not None and token.driver_id == begun_by.driver_id
    )


def _is_of_group(token: PresentedToken, begun_by: BegunBy) -> bool:
    return token.group_id is not None and token.group_id == begun_by.group_id
