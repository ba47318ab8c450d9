"""What stands before every page: headers that browsers enforce, limits on size and pace, and no forms from other sites."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchbot.app.pace import Pace

__all__ = ["HEADERS", "Pace", "RateLimit", "SecurityHeaders", "form_values"]

MAX_BODY = 64_000
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Addresses hold tokens: no other site may see them.
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class SecurityHeaders:
    """Adds `HEADERS` to every answer; a header that a page sets itself stays."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = {**HEADERS, **({"Strict-Transport-Security": "max-age=31536000"} if https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class RateLimit:
    """Limits forms and pages by client address. One-click unsubscription is never refused: providers send many at once.

    Nor is what comes to an address of `free`, where Telegram brings what all its users do, and a mail server what came back.
    """

    def __init__(self, app: ASGIApp, *, forms: Pace, pages: Pace, free: tuple[str, ...] = ()) -> None:
        self._app = app
        self._free = free
        self._forms = forms
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        free = scope["type"] != "http" or scope["path"].startswith(("/desabonnement/", "/healthz", "/style.css"))
        if not free and scope["path"] not in self._free:
            client = scope["client"][0] if scope["client"] else "?"
            pace = self._forms if scope["method"] == "POST" else self._pages
            wait = pace.take(client)
            if wait > 0:
                response = PlainTextResponse(
                    "Trop de requêtes : réessayez dans un instant.\n",
                    status_code=429,
                    headers={"Retry-After": str(int(wait) + 1)},
                )
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def form_values(request: Request) -> dict[str, list[str]]:
    """The fields of a posted form.

    Raises:
        HTTPException: 403 when another site sent it (Fetch Metadata), 413 when it is too long.
    """
    if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
        raise HTTPException(403, "Ce formulaire doit être envoyé depuis notre site.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413, "Ce formulaire est trop long.")
    try:
        return parse_qs(body.decode(), max_num_fields=200)
    except ValueError as error:
        raise HTTPException(400, "Ce formulaire est illisible.") from error
