"""Chargers, sessions and transactions."""

from domain.errors.raised import Explained


class UnknownCharger(Explained):
    code = "charger_unknown"


class UnknownSession(Explained):
    code = "session_unknown"


class SessionOver(Explained):
    """The charging session has ended already."""

    code = "session_over"


class SessionIsReservations(Explained):
    """A reservation prices it: it is released with that, or not at all."""

    code = "session_is_reservations"


class UnknownTrouble(Explained):
    code = "trouble_unknown"


class UnknownUnplacedTransaction(Explained):
    code = "unplaced_transaction_unknown"


class UnplacedTransactionDecided(Explained):
    """It has its place, or was dismissed."""

    code = "unplaced_transaction_decided"


class NotPlaceable(Explained):
    """A transaction cannot have been there, or for whom it was said to be."""

    code = "transaction_not_placeable"


class SessionThereAlready(Explained):
    """A transaction cannot be placed where and when a session is known: its energy would be billed twice."""

    code = "session_there_already"


class ChargerOffline(Explained):
    """No gateway holds a live connection to the charger."""

    code = "charger_offline"


class UnknownBayReport(Explained):
    code = "bay_report_unknown"


class TooManyBayReports(Explained):
    code = "too_many_bay_reports"


class NothingToMoveFor(Explained):
    """A driver wants another bay at once, and has not said what is wrong with theirs, or it is not theirs now."""

    code = "nothing_to_move_for"
