"""Commands about a charger's local list: the tokens it lets charge without asking (which ones: `local_list`)."""

from dataclasses import dataclass
from datetime import datetime

from domain.charging.tokens import TokenKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedToken:
    """An entry of the charger's local list: may charge without asking. `accepted` False: must not."""

    id_tag: str
    token_kind: TokenKind = TokenKind.RFID
    accepted: bool = True
    group_id: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLocalList:
    """Replace the local list (`full`), or change the `tokens` named and take away those `removed`."""

    version: int
    tokens: tuple[ListedToken, ...] = ()
    removed: tuple[ListedToken, ...] = ()
    full: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GetLocalListVersion:
    """Answered in `values["version"]`; 0: empty, -1: not supported (1.6 §5.10)."""
