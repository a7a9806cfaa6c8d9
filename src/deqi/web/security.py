"""Who may ask, from where, how much; and what a browser is told about every answer.

In the order in which it is checked: the name by which the server was called, the
token, where a changing request comes from, how much is sent.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deqi.web.errors import answer
from deqi.web.settings import Settings
from deqi.web.users import COOKIE, COOKIE_SECONDS, known, new_cookie, signature

#: Nothing from elsewhere, nothing inline, no evaluation of text.
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        # A token may stand in an address once.
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "cache-control": "no-store",
    }
)
TOKEN_COOKIE = "deqi_token"
_SAFE = ("GET", "HEAD", "OPTIONS")
#: What needs no token: it tells nothing, and the page that asks for one is drawn with it.
_OPEN = ("/static/", "/healthz")


class Guard:
    """Checks every request before the application sees it.

    Parameters
    ----------
    app : ASGIApp
        The application.
    settings : Settings
        What is allowed.
    secret : bytes
        That cookies are signed with.
    """

    def __init__(self, app: ASGIApp, settings: Settings, secret: bytes) -> None:
        self._app = app
        self._settings = settings
        self._secret = secret
        # What a browser keeps is not the token itself.
        self._pass = signature(secret, f"token {settings.token}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application do so."""
        if scope["type"] != "http":
            # A socket that is no HTTP passes no check, and the application has none.
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        request = Request(scope)
        dressed = self._dressed(request, send)
        refusal = self._refusal(request)
        if refusal is not None:
            await refusal(scope, receive, dressed)
            return
        await self._app(scope, self._measured(receive), dressed)

    def _refusal(self, request: Request) -> Response | None:
        path, headers = request.url.path, request.headers
        if not self._host_is_ours(headers.get("host", "")):
            return answer(
                request,
                400,
                "the server is not called by this name",
                "Host",
                f"use {self._settings.allowed_hosts[0]}",
            )
        if self._settings.token and not path.startswith(_OPEN):
            refusal = self._token_refusal(request)
            if refusal is not None:
                return refusal
        if request.method not in _SAFE and not same_origin(headers):
            return answer(
                request,
                403,
                "a page of another server may change nothing here",
                "Origin",
                "use the page of deqi",
            )
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return answer(request, 400, "is no length", "Content-Length")
        if int(length[:20]) > self._settings.limits.body_bytes:
            return answer(request, 413, *_too_long(self._settings.limits.body_bytes))
        return None

    def _host_is_ours(self, host: str) -> bool:
        allowed = self._settings.allowed_hosts
        if not allowed:
            return True
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        return name in allowed

    def _token_refusal(self, request: Request) -> Response | None:
        """None if the token was shown; it may be given in an address once, and is a cookie from then on."""
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and alike(shown.strip(), self._settings.token):
            return None
        if alike(request.cookies.get(TOKEN_COOKIE, ""), self._pass):
            return None
        given = parse_qsl(request.url.query, keep_blank_values=True)
        token = dict(given).get("token")
        if request.method == "GET" and token is not None and alike(token, self._settings.token):
            rest = urlencode([(name, value) for name, value in given if name != "token"])
            # Two slashes in front would lead to another server.
            path = "/" + request.url.path.lstrip("/\\")
            there = RedirectResponse(path + (f"?{rest}" if rest else ""), status_code=303)
            # Lax: a link from elsewhere may lead here, and then this redirect is followed with it.
            there.set_cookie(TOKEN_COOKIE, self._pass, httponly=True, samesite="lax", max_age=COOKIE_SECONDS)
            return there
        refusal = answer(
            request,
            401,
            "a token is needed here",
            "Authorization",
            "open the address that deqi serve printed, or send Authorization: Bearer TOKEN",
        )
        refusal.headers["www-authenticate"] = "Bearer"
        return refusal

    def _measured(self, receive: Receive) -> Receive:
        """What comes in, until it is too much: a length need not be told beforehand."""
        most, seen = self._settings.limits.body_bytes, 0

        async def measured() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413, detail=_too_long(most)[0])
            return message

        return measured

    def _dressed(self, request: Request, send: Send) -> Send:
        """What goes out, with headers; a page brings the cookie of a user who has none."""
        has_cookie = bool(known(self._secret, request.cookies.get(COOKIE, "")))
        # Who asks for data alone stays who they are, also where the data is a report in HTML.
        is_page = not request.url.path.startswith("/api/")

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if is_page and not has_cookie and headers.get("content-type", "").startswith("text/html"):
                    made = Response()
                    made.set_cookie(
                        COOKIE,
                        new_cookie(self._secret),
                        httponly=True,
                        samesite="strict",
                        max_age=COOKIE_SECONDS,
                    )
                    headers.append("set-cookie", made.headers["set-cookie"])
            await send(message)

        return dressed


def alike(shown: str, wanted: str) -> bool:
    """Whether two secrets are the same; how long it takes does not say where they differ.

    Examples
    --------
    >>> alike("a", "a"), alike("a", "b"), alike("", "a"), alike("é", "e")
    (True, False, False, False)
    """
    return hmac.compare_digest(shown.encode("utf-8", "replace"), wanted.encode())


def same_origin(headers: Headers) -> bool:
    """Whether a changing request comes from a page of this server, or from no page at all.

    Examples
    --------
    >>> same_origin(Headers({"host": "localhost:8000", "origin": "http://localhost:8000"}))
    True
    >>> same_origin(Headers({"host": "localhost:8000", "origin": "http://example.org"}))
    False
    """
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        # Not the scheme: a proxy may speak TLS for us.
        return urlsplit(origin).netloc == headers.get("host", "") != ""
    except ValueError:
        return False


def _too_long(most: int) -> tuple[str, str]:
    return f"what was sent is longer than {most} bytes", "body"
