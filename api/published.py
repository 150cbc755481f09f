"""What a workflow last published about itself, as the type it was published from."""

from pydantic import TypeAdapter

from contracts.publication import ReservationView
from db.tables import ReservationRow

_VIEW = TypeAdapter(ReservationView)


def published_view(row: ReservationRow) -> ReservationView:
    return _VIEW.validate_python(row.snapshot)
