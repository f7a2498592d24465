"""Sends clients that speak plain http to an https port to the same address by https."""

from urllib.parse import quote

from aiohttp import hdrs, web

from broadcaster.web.errors import BAD_HOST, explained, has_valid_host

_KEPT = "%/?:@!$&'()*+,;=~"
"""Characters that stay as they are in a path and its query (RFC 3986), besides letters, digits."""


async def redirect_to_https(request: web.BaseRequest) -> web.StreamResponse:
    """Answer any request with the https address; the method and its body are sent again there.

    It is for this time only: a redirect that browsers keep would outlive the certificate.
    """
    if not request.headers.get(hdrs.HOST) or not has_valid_host(request):
        answer = explained(*BAD_HOST)
    else:
        target = quote(request.rel_url.raw_path_qs, safe=_KEPT, errors="surrogateescape")
        target = target if target.startswith("/") else "/"
        answer = explained(
            307,
            "https_only",
            "this address speaks https only",
            "Begin the address with https://.",
        )
        answer.headers["Location"] = f"https://{request.host}{target}"
        answer.headers["Cache-Control"] = "no-store"
    answer.force_close()
    return answer
