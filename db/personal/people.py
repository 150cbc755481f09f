"""What is held about drivers: who they are, what they have, and what they are told."""

from db.personal.held import OF_DRIVER, Altered, Gone, Held, rekeyed, renamed, scrubbed
from db.tables import (
    AuditEntry,
    BayReport,
    ContactPoint,
    Driver,
    FleetDriver,
    FormerCard,
    GroupMember,
    IdempotencyRecord,
    InvitationAttempts,
    InvitationUse,
    Membership,
    Message,
    Notification,
    Passkey,
    Person,
    ReservationGuest,
    SignInLink,
    SubscriptionRow,
    TellingPreferences,
    Token,
    Vehicle,
    WebSession,
)

_END = "'…' || right(t.value, 4)"
"""Whoever knows all of a card can charge with it, also who has stolen a signed-in browser."""
_WITHOUT_REASON = (
    "CASE WHEN t.detail ? 'reason' AND t.subject = :driver THEN t.detail || '{\"reason\": \"\"}' "
    "ELSE t.detail END"
)

PEOPLE = (
    Held(table=FleetDriver, whose=OF_DRIVER, erasing=Gone()),
    Held(
        table=BayReport,
        whose=f"(t.account = :driver OR {OF_DRIVER})",
        hidden=("browser_digest", "address_digest", "resolved_by"),
        erasing=Altered(
            renamed("account", "driver_id") | {"text": "''"}, "what is wrong at a bay has to be seen to"
        ),
    ),
    Held(table=Vehicle, whose=OF_DRIVER, erasing=Gone()),
    Held(
        table=Passkey,
        whose=OF_DRIVER,
        hidden=("credential_id", "public_key", "user_handle", "sign_count"),
        erasing=Gone(),
    ),
    # By the digests of addresses, which contact points lose.
    Held(
        table=SignInLink,
        whose="t.address_digest IN (SELECT address_digest FROM contact_points WHERE driver_id = :driver)",
        not_given="that a link was sent is known for a day, by a digest alone",
        erasing=Gone(),
    ),
    Held(
        table=ContactPoint,
        whose=OF_DRIVER,
        hidden=("address_digest", "code_digest", "push_key", "push_secret"),
        # What it says is forgotten by `forget_addresses`, once it is the alias's.
        erasing=Altered(renamed("driver_id"), "messages name it; nothing in it says whose it was"),
    ),
    Held(table=TellingPreferences, whose=OF_DRIVER, erasing=Gone()),
    Held(
        table=Message,
        whose=OF_DRIVER,
        erasing=Altered(renamed("driver_id"), "operators see that something was sent, until it is let go of"),
    ),
    Held(
        table=Notification,
        whose=OF_DRIVER,
        erasing=Altered(
            renamed("driver_id") | rekeyed("key") | scrubbed("parameters") | {"tell_at": "NULL"},
            "a bank that is asked to give money back asks what was told",
        ),
    ),
    Held(table=WebSession, whose="t.subject = :driver", hidden=("digest", "id_token"), erasing=Gone()),
    Held(table=GroupMember, whose=OF_DRIVER, hidden=("joined_by",), erasing=Gone()),
    Held(table=InvitationUse, whose=OF_DRIVER, erasing=Gone()),
    Held(table=InvitationAttempts, whose=OF_DRIVER, erasing=Gone()),
    Held(
        table=Membership,
        whose=OF_DRIVER,
        hidden=("key", "given_by", "ended_by"),
        erasing=Altered(
            renamed("driver_id")
            | rekeyed("key")
            | {
                "valid_until": "greatest(t.valid_from, least(coalesce(t.valid_until, :now), :now))",
                "ended_at": "coalesce(t.ended_at, :now)",
                "ended_by": "CASE WHEN t.ended_at IS NULL THEN 'erasure' ELSE t.ended_by END",
            },
            "prices were made by it",
        ),
    ),
    Held(
        table=SubscriptionRow,
        whose=OF_DRIVER,
        erasing=Altered(renamed("driver_id") | {"customer": "''"}, "memberships name it"),
    ),
    Held(table=ReservationGuest, whose=OF_DRIVER, hidden=("pass_digest",), erasing=Gone()),
    Held(
        table=IdempotencyRecord,
        whose="t.account = :driver",
        not_given="digests of requests; what they asked for is given with what came of it",
        erasing=Altered(
            renamed("account") | {"reckoned_for": "NULL"},
            "a request that is sent again makes no second reservation",
        ),
    ),
    Held(
        table=AuditEntry,
        whose="(t.subject = :driver OR t.subject = ANY(:codes))",
        hidden=("key",),
        # A card of theirs may have been another driver's before.
        shown={"actor": "split_part(t.actor, ':', 1)", "detail": "t.detail - 'former'"},
        erasing=Altered(
            rekeyed("key")
            | {
                "subject": "CASE WHEN t.subject = :driver THEN :alias ELSE t.subject END",
                "actor": "CASE WHEN t.actor = 'driver:' || :driver THEN 'driver:' || :alias ELSE t.actor END",
                "detail": f"without_said({_WITHOUT_REASON}, :said, :alias)",
            },
            "who did what stays known; why, in an operator's own words about a driver, does not",
        ),
    ),
    Held(
        table=FormerCard,
        whose=OF_DRIVER,
        hidden=("id",),
        shown={"value": _END},
        erasing=Altered(renamed("driver_id"), "what began before another driver had the card is not theirs"),
    ),
    Held(
        table=Token,
        whose=OF_DRIVER,
        hidden=("sown",),
        shown={"value": _END},
        erasing=Gone(),
    ),
    Held(
        table=Person,
        whose="t.id = (SELECT person_id FROM drivers WHERE id = :driver)",
        erasing=Altered({}, "it may be the person of other drivers"),
    ),
    # Made anew under the alias before others name it, and deleted when nobody does any more (`db.personal.erase`).
    Held(table=Driver, whose="t.id = :driver", hidden=("parent_tag", "sown"), erasing=Gone()),
)
