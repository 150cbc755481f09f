"""What there is instead of what came to nothing: where messages lead, for whom it was."""

import re
from datetime import datetime
from html import unescape

from db.tables import ReservationSeries, SeriesDate
from domain.place.alternatives import MOST
from domain.reservation.code import reservation_code
from tests.api.stage import END, NOW, START, Stage
from tests.api.web.visits import ANA, BEN, opened, signed_in

_OFFER = re.compile(r'href="(/book\?quote=[^"]+)"')


async def test_a_driver_books_by_two_presses_what_there_is_instead(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code, closed=True, state="CANCELLED")
    ana = await signed_in(stage, ANA)
    async with ana.http:
        page = await ana.get(f"/r/{code}/instead")
        assert page.status_code == 200, page.text
        assert code in page.text
        offers = [unescape(one) for one in _OFFER.findall(page.text)]
        assert 0 < len(offers) <= MOST
        priced = await ana.get(offers[0])
        assert priced.status_code == 200
        assert "Book at this price" in priced.text


async def test_nobody_learns_of_what_is_another_ones(stage: Stage) -> None:
    code = await stage.booked()
    ben, anybody = await signed_in(stage, BEN), opened(stage)
    async with ben.http, anybody.http:
        before = await stage.row_counts()
        for address in (f"/r/{code}/instead", "/r/7F3K-2QVM-X9TA/instead"):
            assert (await ben.get(address)).status_code == 404
        assert (await anybody.get(f"/r/{code}/instead")).status_code == 303
        assert await stage.row_counts() == before


async def test_a_date_that_was_never_booked_has_something_instead_for_whose_it_is(stage: Stage) -> None:
    code = reservation_code("driver-1", "a date of a series")
    start = datetime.fromisoformat(START)
    async with stage.sessions.begin() as session:
        session.add(
            ReservationSeries(
                id="series-instead",
                account="driver-1",
                driver_id="driver-1",
                fleet_id=None,
                site_id="north",
                all_or_nothing=False,
                asked={},
                made_at=NOW,
            )
        )
        await session.flush()
        session.add(
            SeriesDate(
                series_id="series-instead",
                day=start.date(),
                code=code,
                slot_start=start,
                slot_end=datetime.fromisoformat(END),
                due_at=NOW,
                booking_until=None,
                state="skipped",
                refused="slot_unavailable",
            )
        )
    ana, ben = await signed_in(stage, ANA), await signed_in(stage, BEN)
    async with ana.http, ben.http:
        page = await ana.get(f"/r/{code}/instead")
        assert page.status_code == 200, page.text
        assert _OFFER.search(page.text)
        assert (await ben.get(f"/r/{code}/instead")).status_code == 404
