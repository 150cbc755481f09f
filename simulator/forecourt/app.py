"""The page of the virtual chargers, for people with a browser on this machine."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from simulator.forecourt.bays import Deed, Forecourt
from simulator.stand_in_page import FRESH, is_pressed_here, page, refused, template_beside

_LONGEST_CARD = 36
"""Characters of a token in OCPP 2.0.1; 1.6 has 20."""


def create_app(forecourt: Forecourt) -> Starlette:
    template = template_beside(__file__, "forecourt.html.j2")

    async def show(request: Request) -> Response:
        return page(request, template, bays=forecourt.all(), cards=forecourt.cards)

    async def do(request: Request) -> Response:
        """One deed at one bay."""
        if not is_pressed_here(request):
            return refused(request, "Press it on the page itself.", 403)
        card = str((await request.form()).get("card", ""))
        try:
            deed = Deed(request.path_params["deed"])
            seen = forecourt.one(request.path_params["charger"], request.path_params["connector"])
        except (KeyError, ValueError):
            return refused(request, "There is no such bay.", 404)
        if deed is Deed.SHOW_CARD and not 0 < len(card) <= _LONGEST_CARD:
            return refused(request, "A card has 1 to 36 characters.", 422)
        await forecourt.do(seen.charger, seen.connector, deed, card)
        return RedirectResponse(f"/#{seen.anchor}", status_code=303)

    return Starlette(
        routes=[
            Route("/", show),
            FRESH,
            Route("/bays/{charger}/{connector:int}/{deed}", do, methods=["POST"]),
        ]
    )
