"""Mails that came back, handed over by a mail server: an endpoint beside the mailbox that is read."""

from __future__ import annotations

import hmac

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from watchbot.store import Store
from watchbot.web.subscription import now_of, watch_of

# A bounce may return the whole message.
MAX_MAIL = 4_000_000


async def take(request: Request) -> Response:
    """Carry out one mail (RFC 5322, with the report of RFC 3464 or RFC 5965 in it), which is the body as it came.

    Whoever posts it shows the secret of WATCHBOT_BOUNCE_SECRET as `Authorization: Bearer`.
    """
    secret = watch_of(request).settings.bounce_secret
    if secret is None:
        return JSONResponse({"error": "no WATCHBOT_BOUNCE_SECRET is set"}, status_code=404)
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if not hmac.compare_digest(given.encode(), secret.get_secret_value().encode()):
        return JSONResponse(
            {"error": "not authorised"}, status_code=401, headers={"WWW-Authenticate": 'Bearer realm="bounces"'}
        )
    mail = bytearray()
    async for chunk in request.stream():
        mail += chunk
        if len(mail) > MAX_MAIL:
            return JSONResponse({"error": f"more than {MAX_MAIL} bytes"}, status_code=413)
    if not mail.strip():
        return JSONResponse({"error": "post the mail itself as the body"}, status_code=400)
    return await run_in_threadpool(_carried_out, request, bytes(mail))


def _carried_out(request: Request, mail: bytes) -> Response:
    from watchbot.app.bouncing import take_mails

    watch = watch_of(request)
    with Store(watch.database) as store:
        counts = take_mails(watch, store, [mail], now_of(request))
    return JSONResponse(dict(counts))
