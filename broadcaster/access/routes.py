"""The action that each address of the server is.

A test asks every route of the application as every role, and fails for one that has no row here. A
handler that authorizes a request lets only an admin use an address without a row.
"""

from collections.abc import Mapping

from broadcaster.access.actions import Action

ROUTE_ACTIONS: Mapping[str, Action] = {
    # Pages and health checks.
    "GET /": Action.OPEN_PAGE,
    "GET /{code}": Action.OPEN_PAGE,
    "GET /api/openapi.yaml": Action.OPEN_PAGE,
    "GET /desk": Action.OPEN_PAGE,
    "GET /desk/poster/{event}": Action.OPEN_PAGE,
    "GET /desk/poster/conference/{conference}": Action.OPEN_PAGE,
    "GET /desk/conferences": Action.OPEN_PAGE,
    "GET /desk/live": Action.OPEN_PAGE,
    "GET /desk/live/{event}": Action.OPEN_PAGE,
    "GET /desk/oidc/start": Action.SIGN_IN,
    "GET /desk/oidc/callback": Action.SIGN_IN,
    "GET /api/sign-in": Action.OPEN_PAGE,
    "GET /review/{event}": Action.OPEN_PAGE,
    "GET /stage/{event}": Action.OPEN_PAGE,
    "GET /e/{event}": Action.OPEN_PAGE,
    "GET /e/service-worker.js": Action.OPEN_PAGE,
    "GET /c/service-worker.js": Action.OPEN_PAGE,
    "GET /c/{conference}": Action.OPEN_PAGE,
    "GET /c/{conference}/programme": Action.OPEN_PAGE,
    "GET /static/{file}": Action.OPEN_PAGE,
    "GET /healthz": Action.OPEN_PAGE,
    "GET /readyz": Action.OPEN_PAGE,
    "GET /metrics": Action.READ_METRICS,
    # The audience.
    "POST /e/{event}/pass": Action.SIGN_IN,
    "GET /e/{event}/manifest.webmanifest": Action.LISTEN,
    "GET /e/{event}/info": Action.LISTEN,
    "GET /e/{event}/captions/{channel}": Action.LISTEN,
    "GET /e/{event}/captions/{channel}/history": Action.LISTEN,
    "GET /e/{event}/poll/{channel}": Action.LISTEN,
    "GET /screen/{event}": Action.OPEN_PAGE,
    "GET /monitor/{event}": Action.OPEN_PAGE,
    "GET /e/{event}/screens/{screen}": Action.LISTEN,
    "GET /e/{event}/qr.svg": Action.LISTEN,
    "POST /e/{event}/announcements/{announcement}": Action.LISTEN,
    "GET /e/{event}/newest/{channel}.{data_type}": Action.LISTEN,
    "GET /e/{event}/search/{channel}": Action.LISTEN,
    "GET /e/{event}/transcript/{channel}.{file_type}": Action.LISTEN,
    "GET /e/{event}/audio/{channel}": Action.LISTEN,
    "GET /listen/{event}/{channel}.{format}": Action.LISTEN,
    "OPTIONS /listen/{event}/{channel}.{format}": Action.OPEN_PAGE,
    "POST /whep/{event}/{channel}": Action.LISTEN,
    "OPTIONS /whep/{event}/{channel}": Action.OPEN_PAGE,
    "POST /whep/{event}/session/{session}": Action.USE_LISTENER_SESSION,
    "PATCH /whep/{event}/session/{session}": Action.USE_LISTENER_SESSION,
    "DELETE /whep/{event}/session/{session}": Action.USE_LISTENER_SESSION,
    "OPTIONS /whep/{event}/session/{session}": Action.OPEN_PAGE,
    # The speaker.
    "GET /stage/{event}/sound": Action.SPEAK,
    "GET /stage/{event}/heard.wav": Action.SPEAK,
    "POST /whip/{event}": Action.SPEAK,
    "OPTIONS /whip/{event}": Action.USE_STAGE_SESSION,
    "PATCH /whip/{event}/{session}": Action.USE_STAGE_SESSION,
    "DELETE /whip/{event}/{session}": Action.USE_STAGE_SESSION,
    "OPTIONS /whip/{event}/{session}": Action.OPEN_PAGE,
    # Human interpreters.
    "GET /booth/{event}/{channel}": Action.OPEN_PAGE,
    "GET /booth/{event}/{channel}/changes": Action.INTERPRET,
    "POST /booth/{event}/{channel}/commands": Action.INTERPRET,
    "POST /whip/{event}/{channel}": Action.INTERPRET,
    "OPTIONS /whip/{event}/{channel}": Action.OPEN_PAGE,
    "PATCH /whip/{event}/{channel}/{session}": Action.USE_LISTENER_SESSION,
    "DELETE /whip/{event}/{channel}/{session}": Action.USE_LISTENER_SESSION,
    "OPTIONS /whip/{event}/{channel}/{session}": Action.OPEN_PAGE,
    # The desk.
    "GET /api/session": Action.READ_OWN_ACCESS,
    "POST /api/session": Action.SIGN_IN,
    "DELETE /api/session": Action.SIGN_IN,
    "GET /api/languages": Action.READ_INSTALLATION,
    "GET /api/store": Action.READ_INSTALLATION,
    "POST /api/wifi-qr": Action.READ_INSTALLATION,
    "GET /api/changes": Action.LIST_EVENTS,
    "GET /api/alarms": Action.LIST_EVENTS,
    "GET /api/events": Action.LIST_EVENTS,
    "POST /api/events": Action.CREATE_EVENT,
    "GET /api/events/{event}": Action.READ_EVENT,
    "PATCH /api/events/{event}": Action.EDIT_EVENT,
    "DELETE /api/events/{event}": Action.DELETE_EVENT,
    "GET /api/events/{event}/status": Action.READ_EVENT,
    "GET /api/events/{event}/log": Action.READ_EVENT,
    "GET /api/events/{event}/check": Action.READ_EVENT,
    "POST /api/events/{event}/check": Action.CONTROL_EVENT,
    "GET /api/events/{event}/sound": Action.CONTROL_EVENT,
    "POST /api/events/{event}/trial": Action.CONTROL_EVENT,
    "POST /api/events/{event}/rehearsal": Action.CONTROL_EVENT,
    "GET /api/events/{event}/screens": Action.READ_EVENT,
    "PATCH /api/events/{event}/screens/{screen}": Action.CONTROL_EVENT,
    "GET /api/events/{event}/outputs": Action.READ_EVENT,
    "POST /api/events/{event}/outputs": Action.EDIT_EVENT,
    "PATCH /api/events/{event}/outputs/{output}": Action.EDIT_EVENT,
    "DELETE /api/events/{event}/outputs/{output}": Action.EDIT_EVENT,
    "POST /api/events/{event}/outputs/{output}/test": Action.CONTROL_EVENT,
    "POST /api/events/{event}/outputs/{output}/again": Action.CONTROL_EVENT,
    "GET /api/events/{event}/announcements": Action.READ_EVENT,
    "POST /api/events/{event}/announcements": Action.CONTROL_EVENT,
    "POST /api/events/{event}/announcements/translation": Action.CONTROL_EVENT,
    "PATCH /api/events/{event}/announcements/{announcement}": Action.CONTROL_EVENT,
    "DELETE /api/events/{event}/announcements/{announcement}": Action.CONTROL_EVENT,
    "GET /api/log": Action.READ_AUDIT,
    "GET /api/events/{event}/qr/{link}.{form}": Action.READ_EVENT,
    "POST /api/events/{event}/flags": Action.FLAG_PASSAGE,
    "GET /api/events/{event}/review": Action.REVIEW_CAPTIONS,
    "POST /api/events/{event}/hold": Action.REVIEW_CAPTIONS,
    "GET /api/events/{event}/replacements": Action.REVIEW_CAPTIONS,
    "POST /api/events/{event}/replacements": Action.REVIEW_CAPTIONS,
    "DELETE /api/events/{event}/replacements/{replacement}": Action.REVIEW_CAPTIONS,
    "GET /api/events/{event}/captions/{channel}": Action.REVIEW_CAPTIONS,
    "POST /api/events/{event}/captions/{channel}/revisions": Action.REVIEW_CAPTIONS,
    "POST /api/events/{event}/open": Action.EDIT_EVENT,
    "POST /api/events/{event}/live": Action.CONTROL_EVENT,
    "POST /api/events/{event}/pause": Action.CONTROL_EVENT,
    "POST /api/events/{event}/resume": Action.CONTROL_EVENT,
    "POST /api/events/{event}/close": Action.EDIT_EVENT,
    "POST /api/events/{event}/reopen": Action.EDIT_EVENT,
    "POST /api/events/{event}/archive": Action.EDIT_EVENT,
    "POST /api/events/{event}/duplicate": Action.EDIT_EVENT,
    "POST /api/events/{event}/channels/{channel}/restart": Action.CONTROL_EVENT,
    "POST /api/events/{event}/channels/{channel}/release": Action.CONTROL_EVENT,
    "POST /api/events/{event}/channels/{channel}/messages": Action.CONTROL_EVENT,
    # Conferences.
    "GET /api/conferences": Action.MANAGE_CONFERENCES,
    "POST /api/conferences": Action.MANAGE_CONFERENCES,
    "GET /api/conferences/{conference}": Action.MANAGE_CONFERENCES,
    "PATCH /api/conferences/{conference}": Action.MANAGE_CONFERENCES,
    "DELETE /api/conferences/{conference}": Action.MANAGE_CONFERENCES,
    "POST /api/conferences/{conference}/programme": Action.MANAGE_CONFERENCES,
    "GET /api/conferences/{conference}/qr/attendee.{form}": Action.MANAGE_CONFERENCES,
    # Tokens.
    "GET /api/tokens": Action.MANAGE_TOKENS,
    "POST /api/tokens": Action.MANAGE_TOKENS,
    "DELETE /api/tokens/{token}": Action.MANAGE_TOKENS,
    "GET /api/events/{event}/tokens": Action.MANAGE_EVENT_TOKENS,
    "POST /api/events/{event}/tokens": Action.MANAGE_EVENT_TOKENS,
    "DELETE /api/events/{event}/tokens/{token}": Action.MANAGE_EVENT_TOKENS,
}
"""By method and address, as the router writes it, without a slash at its end. HEAD is GET."""


def action_of(method: str, address: str) -> Action | None:
    """The action of a route; None if it has no row.

    Args:
        method: of HTTP.
        address: as the router writes it, such as `/api/events/{event}`.
    """
    method = "GET" if method == "HEAD" else method
    return ROUTE_ACTIONS.get(f"{method} {address.rstrip('/') or '/'}")
