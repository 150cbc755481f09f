"""Where events are POSTed, and the page that shows them."""

from dataclasses import asdict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simulator.receiver.events import Receiver
from simulator.stand_in_page import FRESH, is_pressed_here, page, refused, template_beside

PATH = "/events"
"""Where an endpoint is to lead."""
ANSWERS = (204, 503, 500, 410)


def create_app(receiver: Receiver) -> Starlette:
    template = template_beside(__file__, "receiver.html.j2")

    async def show(request: Request) -> Response:
        newest_first = list(reversed(receiver.all()))
        about = {"answers": ANSWERS, "answering": receiver.answers, "path": PATH}
        return page(request, template, events=newest_first, **about)

    async def take(request: Request) -> Response:
        return Response(status_code=receiver.take(request.headers, await request.body()))

    async def export(_request: Request) -> Response:
        """For machines, the oldest first."""
        return JSONResponse([asdict(one) | {"at": one.at.isoformat()} for one in receiver.all()])

    async def answer(request: Request) -> Response:
        """What it says from now on."""
        if not is_pressed_here(request):
            return refused(request, "Press it on the page itself.", 403)
        status = request.path_params["status"]
        if status not in ANSWERS:
            return refused(request, "It does not answer so.", 404)
        receiver.answers = status
        return RedirectResponse("/", status_code=303)

    return Starlette(
        routes=[
            Route("/", show),
            FRESH,
            Route(PATH, take, methods=["POST"]),
            Route("/received", export),
            Route("/answers/{status:int}", answer, methods=["POST"]),
        ]
    )
