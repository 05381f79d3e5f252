"""A gateway on this machine that sends a browser through a login as OAuth2 Proxy v7.15 and Dex v2.45 do.

It holds what a login rests on: a session exists only with the cookie of the callback, the callback takes only
the code and state that this login was given, and the login page comes again, with 401, for a wrong password.
"""

import json
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

USER, PASSWORD = "admin@example.com", secrets.token_urlsafe(12)

SIGN_IN = """<form method="GET" action="/oauth2/start">
<input type="hidden" name="rd" value="/"><button type="submit">Sign in</button></form>"""
LOGIN = """<form method="post" action="/dex/auth/local/login?back=&amp;state={state}">
<input tabindex="1" required id="login" name="login" placeholder="email address" type="text"/>
<input tabindex="2" required id="password" name="password" type="password"/></form>{error}"""


class _Handler(BaseHTTPRequestHandler):
    sign_in_page: ClassVar[bool] = True
    states: ClassVar[dict[str, str]] = {}
    codes: ClassVar[set[str]] = set()
    sessions: ClassVar[set[str]] = set()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/oauth2/start":
            state = secrets.token_hex(8)
            self.states[state] = self._cookie("csrf") or secrets.token_hex(8)
            self._lead(
                f"/dex/auth?{urlencode({'state': state, 'client_id': 'kubeflow'})}",
                f"csrf={self.states[state]}",
            )
        elif parts.path == "/dex/auth":
            self._lead(f"/dex/auth/local/login?back=&state={query['state']}")
        elif parts.path == "/dex/auth/local/login":
            self._page(200, LOGIN.format(state=query["state"], error=""))
        elif parts.path == "/oauth2/callback":
            self._callback(query)
        elif self._cookie("session") in self.sessions:
            self._page(200, json.dumps({"user": USER}) if parts.path.startswith("/api/") else "<main-page/>")
        elif parts.path.startswith("/api/"):
            self._page(401, "{}")
        elif self.sign_in_page:
            self._page(403, SIGN_IN)
        else:
            self._lead("/oauth2/start?rd=%2F")

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        state = parse_qs(parts.query)["state"][0]
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if (sent.get("login"), sent.get("password")) != ([USER], [PASSWORD]):
            self._page(401, LOGIN.format(state=state, error="Invalid Email Address and password"))
            return
        code = secrets.token_hex(8)
        self.codes.add(code)
        self._lead(f"/oauth2/callback?{urlencode({'code': code, 'state': state})}")

    def _callback(self, query: dict[str, str]) -> None:
        known = self.states.pop(query.get("state", ""), None)
        if known is None or known != self._cookie("csrf") or query["code"] not in self.codes:
            self._page(403, "Unable to find a valid CSRF token. Please try again.")
            return
        self.codes.remove(query["code"])
        session = secrets.token_hex(8)
        self.sessions.add(session)
        self._lead("/", f"session={session}")

    def _cookie(self, name: str) -> str | None:
        pairs = [one.strip().partition("=") for one in self.headers.get("Cookie", "").split(";")]
        return next((value for key, _, value in pairs if key == name), None)

    def _lead(self, where: str, cookie: str = "") -> None:
        self.send_response(302)
        self.send_header("Location", where)
        if cookie:
            self.send_header("Set-Cookie", f"{cookie}; Path=/; HttpOnly; SameSite=Lax")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def gateway(*, sign_in_page: bool = True, forgets_states: bool = False) -> Generator[str]:
    """A gateway, by its address.

    Without a sign-in page it leads to the login at once. One that forgets the states of its logins refuses
    each of them at the callback.
    """
    states: dict[str, str] = _Forgetful() if forgets_states else {}
    values = {"sign_in_page": sign_in_page, "states": states, "codes": set[str](), "sessions": set[str]()}
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), values)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Forgetful(dict[str, str]):
    def pop(self, key: str, default: object = None) -> object:  # pyright: ignore[reportIncompatibleMethodOverride]
        return default
