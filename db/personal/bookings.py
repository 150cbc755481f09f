"""What is held about drivers: what they booked, waited for and were offered, and when they charged."""

from db.personal.held import (
    OF_DRIVER,
    OF_RESERVATION,
    RECORDS,
    Altered,
    Gone,
    Held,
    Kept,
    renamed,
    scrubbed,
)
from db.tables import (
    ChargingSession,
    Hold,
    MaintenanceConflict,
    MeterReading,
    Quote,
    RefusedCard,
    ReservationChange,
    ReservationGroup,
    ReservationRoute,
    ReservationRow,
    ReservationSeries,
    SeriesDate,
    SwapOfferRow,
    UnplacedTransaction,
    UnusedOffer,
    WaitingEntry,
    WalkInChange,
    WalkInHandover,
)

_THEIR_TAGS = "(SELECT value FROM tokens WHERE driver_id = :driver)"
_THEIR_SESSIONS = "(SELECT id FROM sessions WHERE driver_id = :driver)"
_READINGS = """(
    SELECT jsonb_build_object('count', count(*), 'first_at', min(r.at), 'last_at', max(r.at), 'lowest_wh', min(r.wh),
        'highest_wh', max(r.wh))
    FROM meter_readings r WHERE r.session_id = t.id
)"""
_END_OF_TAG = "CASE WHEN t.id_tag = '' THEN '' ELSE '…' || right(t.id_tag, 4) END"

BOOKINGS = (
    Held(
        table=ReservationRow,
        whose=OF_DRIVER,
        hidden=("run", "asked_at"),
        shown={"snapshot": "t.snapshot - 'client_secret' - 'id_tag'"},
        erasing=Altered(
            renamed("driver_id", "account")
            | {"snapshot": "without_said(t.snapshot, :said, :alias) || '{\"client_secret\": null}'"},
            RECORDS,
        ),
    ),
    Held(
        table=ReservationGroup,
        whose="(t.account = :driver OR :driver = ANY(t.drivers))",
        shown={"drivers": "array_positions(t.drivers, :driver)"},
        erasing=Altered(
            renamed("account")
            | scrubbed("refused")
            | {"drivers": "array_replace(t.drivers, :driver, :alias)"},
            RECORDS,
        ),
    ),
    Held(
        table=ReservationSeries,
        whose=OF_DRIVER,
        erasing=Altered(
            renamed("driver_id", "account")
            | {"asked": "without_said(t.asked, :said, :alias) || '{\"payment_method\": null}'"},
            RECORDS,
        ),
    ),
    Held(
        table=SeriesDate,
        whose="t.series_id IN (SELECT id FROM reservation_series WHERE driver_id = :driver)",
        erasing=Kept(RECORDS),
    ),
    Held(table=ReservationRoute, whose=f"(t.account = :driver OR {OF_RESERVATION})", erasing=Gone()),
    Held(
        table=Hold,
        whose=OF_DRIVER,
        hidden=("among", "named_bay", "watch_from", "walk_in_warning_seconds", "account_minor"),
        erasing=Altered(
            renamed("driver_id") | scrubbed("named_bay", "certainty") | {"group_id": "NULL", "needs": "NULL"},
            RECORDS,
        ),
    ),
    Held(
        table=SwapOfferRow,
        whose=OF_RESERVATION,
        hidden=("id", "taken_by", "taker_terms"),
        erasing=Altered(scrubbed("terms", "accepted", "taker_terms"), RECORDS),
    ),
    Held(
        table=ReservationChange,
        whose="t.code = ANY(:codes)",
        not_given="what endpoints of engineers are about to be told of a reservation that is given",
        erasing=Altered(scrubbed("told"), "it is told, and gone then"),
    ),
    Held(
        table=MaintenanceConflict,
        whose=OF_RESERVATION,
        not_given="which work stood in the way of a reservation is told in that",
        erasing=Kept(RECORDS),
    ),
    Held(
        table=WaitingEntry,
        whose=OF_DRIVER,
        erasing=Altered(
            renamed("driver_id", "account")
            | {
                "state": "CASE WHEN t.state = 'waiting' THEN 'left' ELSE t.state END",
                "ended_at": "CASE WHEN t.state = 'waiting' THEN :now ELSE t.ended_at END",
                "needs": "NULL",
                "payment_method": "NULL",
            },
            RECORDS,
        ),
    ),
    Held(table=UnusedOffer, whose=OF_DRIVER, erasing=Altered(renamed("driver_id"), RECORDS)),
    Held(
        table=Quote,
        whose="(t.account = :driver OR t.driver_id = :driver)",
        hidden=("policy_id", "tariff_id"),
        erasing=Altered(
            renamed("driver_id", "account")
            | scrubbed("payer", "priced", "reckoned", "named_bay", "certainty"),
            "a price that was told is kept to",
        ),
    ),
    # Told before the sessions and the tokens that say whose they are.
    Held(
        table=RefusedCard,
        whose=f"(t.driver_id = :driver OR t.id_tag IN {_THEIR_TAGS})",
        shown={"id_tag": _END_OF_TAG},
        erasing=Gone(),
    ),
    Held(
        table=UnplacedTransaction,
        whose=f"(t.id_tag IN {_THEIR_TAGS} OR t.session_id IN {_THEIR_SESSIONS})",
        hidden=("event_id", "decided_by", "reason"),
        shown={"id_tag": _END_OF_TAG},
        erasing=Altered({"id_tag": "''"}, RECORDS),
    ),
    Held(
        table=WalkInHandover,
        whose=f"t.session_id IN {_THEIR_SESSIONS}",
        erasing=Altered(scrubbed("told"), "it is known what whoever bills it was told last"),
    ),
    Held(
        table=WalkInChange,
        whose=f"t.session_id IN {_THEIR_SESSIONS}",
        not_given="that a session that is given is about to be told to whoever bills it",
        erasing=Kept("it is told, and gone then"),
    ),
    Held(
        table=MeterReading,
        whose=f"t.session_id IN {_THEIR_SESSIONS}",
        not_given="what they come to is given with each session",
        erasing=Kept("figures of a meter, of nobody's session"),
    ),
    Held(
        table=ChargingSession,
        whose="(t.driver_id = :driver OR t.reservation_code = ANY(:codes))",
        shown={"id_tag": _END_OF_TAG, "readings": _READINGS},
        erasing=Altered(
            renamed("driver_id") | {"id_tag": "CASE WHEN t.id_tag = ANY(:said) THEN '' ELSE t.id_tag END"},
            RECORDS,
        ),
    ),
)
