"""What the desk itself refuses, beyond the rules of the domain and what workflows answer."""

from collections.abc import Sequence

from domain.errors import DomainError, Explained, Why
from domain.terms.flaw import Flaw


class ScopeMissing(DomainError):
    """The caller is known and may not do this; one of the scopes `any_of` is needed."""

    code = "scope_missing"

    def __init__(self, *any_of: str) -> None:
        super().__init__(f"this needs the scope {' or '.join(any_of)}")
        self.any_of = any_of


class UnusableValue(DomainError):
    """`member` of the request is missing or unusable, for a reason that its type cannot tell."""

    code = "invalid_request"

    def __init__(self, member: str, reason: str, message: str) -> None:
        super().__init__(message)
        self.member = member
        self.reason = reason


class RulesUnusable(DomainError):
    """Rules that contradict themselves or each other: each of `flaws` names its line."""

    code = "rules_unusable"

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(f"{flaw.path} {flaw.problem}" for flaw in flaws[:3]))
        self.flaws = tuple(flaws)


class ChangedMeanwhile(Explained):
    """It is not what its editor has seen. `present`: its edition now; None: there is none."""

    code = "changed_meanwhile"

    def __init__(self, why: Why, present: str | None) -> None:
        super().__init__(why)
        self.present = present


KEY_TAKEN = "this key belongs to another request; use a new key for a new request"
"""To developers: who uses pages never names a key."""


class KeyReused(DomainError):
    """One idempotency key is one request of one account."""

    code = "idempotency_key_reused"


class Overloaded(Explained):
    """More bookings are being decided, or documents made, than this process takes on at once.

    `retry_after_s`: when there will be room; None: soon.
    """

    code = "overloaded"

    def __init__(self, why: Why, *, retry_after_s: int | None = None) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s


class TooManyStreams(Explained):
    """One caller is told of changes on so many connections already."""

    code = "too_many_streams"


class RotationPending(Explained):
    """The charger has not used the password of the last rotation yet."""

    code = "rotation_pending"


class PasswordByRotation(Explained):
    """A charger's password is changed by a rotation only: set alone, the charger is never let in again."""

    code = "password_by_rotation"


class ListIsKept(Explained):
    """A charger's local list is kept in step with its reservations: what is sent by hand would be in their way."""

    code = "local_list_is_kept"


class DocumentTooLong(Explained):
    """Nobody reads so long a PDF, and making it takes the processor from others."""

    code = "document_too_long"


class IssuerUnavailable(Explained):
    """Who signs people in to the pages does not answer, or not as agreed."""

    code = "issuer_unavailable"


class SignInFailed(Explained):
    """The issuer vouches for nobody, or for somebody by a token that will not do."""

    code = "sign_in_failed"


class FormNotOurs(Explained):
    """It was not sent by a page of ours that its sender had open."""

    code = "form_not_ours"


class FormUnreadable(Explained):
    """Something of what was sent is missing, or is not what its field takes."""

    code = "form_unreadable"


class PageUnknown(Explained):
    code = "page_unknown"
