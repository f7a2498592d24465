"""The control API: planning faults while the server runs.

`POST /rehearsal/faults` takes one fault or a list of them (`catalogue.Fault`) and answers 201 with
the faults and their ids. `GET` lists all faults and their sessions. `DELETE` deletes all
faults and ends those that last.
"""

from aiohttp import web

from broadcaster.rehearsal.faults.catalogue import Fault
from broadcaster.rehearsal.faults.plan import FaultPlan
from broadcaster.rehearsal.wire.validation import Invalid

PATH = "/rehearsal/faults"
PLAN = web.AppKey("plan", FaultPlan)


def add_routes(app: web.Application) -> None:
    """Serve the API for the plan of the application."""
    app.router.add_post(PATH, _add)
    app.router.add_get(PATH, _list)
    app.router.add_delete(PATH, _clear)


async def _add(request: web.Request) -> web.Response:
    try:
        wanted = Fault.list_from_json(await request.json())
        planned = [request.app[PLAN].add(fault).to_json() for fault in wanted]
    except Invalid as wrong:
        error = {"error": wrong.code, "message": wrong.message, "param": wrong.param}
        return web.json_response(error, status=400)
    except (ValueError, RecursionError):
        error = {"error": "invalid_json", "message": "The body is not valid JSON.", "param": None}
        return web.json_response(error, status=400)
    return web.json_response({"faults": planned}, status=201)


async def _list(request: web.Request) -> web.Response:
    planned = [one.to_json() for one in request.app[PLAN].planned()]
    return web.json_response({"faults": planned})


async def _clear(request: web.Request) -> web.Response:
    request.app[PLAN].clear()
    return web.Response(status=204)
