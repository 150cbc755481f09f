"""Where a site is, in words."""

from domain.whereabouts import Whereabouts
from texts.amounts import decimal, shortest
from texts.catalogue import Catalogue

_KM = 1_000


def site(words: Catalogue, at: Whereabouts) -> str:
    """`Harbour`, and what is known of `Harbour, Quay 7 (1.2 km from the booked site)`."""
    text = at.name
    if at.address:
        text = words.text("site.addressed", site=text, address=at.address)
    if at.distance_m is not None:
        text = words.text("site.away", site=text, distance=distance(words, at.distance_m))
    return text


def distance(words: Catalogue, metres: int) -> str:
    """`350 m` to the next ten, `1.2 km`, `12 km`: what a driver can tell apart."""
    tens = max(round(metres, -1), 10)
    if tens < _KM:
        return words.text("distance.metres", metres=str(tens))
    km = metres / _KM
    return words.text(
        "distance.kilometres", km=decimal(words, km, 1) if km < 10 else shortest(words, round(km))
    )
