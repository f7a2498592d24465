"""The control API: planning faults while the server runs.

`POST /rehearsal/faults` takes one fault or a list (`faults.Fault`) and answers 201 with them and
their ids; `GET` tells all of them and whom they struck; `DELETE` forgets them and ends what lasts.
"""

from aiohttp import web

from broadcaster.rehearsal.faults.catalogue import Fault
from broadcaster.rehearsal.faults.plan import Faults
from broadcaster.rehearsal.wire.validation import Invalid

PATH = "/rehearsal/faults"
FAULTS = web.AppKey("faults", Faults)


def add_routes(app: web.Application, faults: Faults) -> None:
    """Serve the API for these faults."""
    app[FAULTS] = faults
    app.router.add_post(PATH, _plan)
    app.router.add_get(PATH, _tell)
    app.router.add_delete(PATH, _clear)


async def _plan(request: web.Request) -> web.Response:
    try:
        wanted = Fault.list_from_json(await request.json())
        planned = [request.app[FAULTS].plan(fault).to_json() for fault in wanted]
    except Invalid as wrong:
        error = {"error": wrong.code, "message": wrong.message, "param": wrong.param}
        return web.json_response(error, status=400)
    except (ValueError, RecursionError):
        error = {"error": "invalid_json", "message": "The body is not valid JSON.", "param": None}
        return web.json_response(error, status=400)
    return web.json_response({"faults": planned}, status=201)


async def _tell(request: web.Request) -> web.Response:
    planned = [one.to_json() for one in request.app[FAULTS].planned()]
    return web.json_response({"faults": planned})


async def _clear(request: web.Request) -> web.Response:
    request.app[FAULTS].clear()
    return web.Response(status=204)
