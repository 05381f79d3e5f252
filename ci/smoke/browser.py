"""A browser as far as a login needs one: cookies, redirects and forms.

The way of a login (docs/identity.md): the gateway answers with OAuth2 Proxy's sign-in page, or leads to its
`/oauth2/start` at once; from there to Dex, whose page asks for address and password in a form; and back to
`/oauth2/callback`, which sets the session's cookie.
"""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPSHandler, OpenerDirector, Request, build_opener

_SECONDS = 30
# Sign-in page, choice of a connector, password: no login asks for more.
_PAGES = 4


class LoginError(Exception):
    """A login that did not succeed; the message says at which page, and never holds the password."""


@dataclass(frozen=True)
class Form:
    """A form of a page: where it is sent, how, and its fields with the values that the page gives them."""

    action: str
    method: str
    fields: Mapping[str, str]
    types: Mapping[str, str]

    @property
    def password(self) -> str | None:
        """The name of the field that takes a password, where there is one."""
        return next((name for name, kind in self.types.items() if kind == "password"), None)

    @property
    def user(self) -> str | None:
        """The name of the field that says who logs in."""
        return next((name for name, kind in self.types.items() if kind in ("text", "email")), None)


@dataclass(frozen=True)
class Page:
    """What answered, after all redirects: address, status, and content."""

    address: str
    status: int
    text: str = field(repr=False)

    @property
    def path(self) -> str:
        """The path of its address."""
        return urlsplit(self.address).path

    @property
    def forms(self) -> list[Form]:
        """Its forms."""
        reader = _Forms(self.address)
        reader.feed(self.text)
        return reader.found

    def json(self) -> Any:  # noqa: ANN401 # whatever the program answers
        """Its content read as JSON."""
        return json.loads(self.text)


class Browser:
    """A browser with a jar of cookies of its own.

    `authority` is the CA in PEM that signed the platform's certificate; None for one that everybody trusts.
    """

    def __init__(self, url: str, authority: str | None = None) -> None:
        """Look at a platform by its address; nothing is asked yet."""
        self.url = url.rstrip("/")
        self.jar = CookieJar()
        context = ssl.create_default_context(cadata=authority)
        self._opener: OpenerDirector = build_opener(
            HTTPCookieProcessor(self.jar), HTTPSHandler(context=context)
        )

    def get(self, path: str) -> Page:
        """The page at a path of the platform, wherever redirects lead."""
        return self._open(Request(urljoin(f"{self.url}/", path), headers={"Accept": "text/html, */*"}))

    def log_in(self, user: str, password: str) -> Page:
        """Log in as a person does, beginning at the dashboard; return the dashboard.

        Raises LoginError where the password is refused, or a page comes that no login has.
        """
        page, sent = self.get("/"), False
        for _ in range(_PAGES):
            form = next((one for one in page.forms if one.password or _starts(one)), None)
            if form is None:
                break
            if form.password and sent:
                raise LoginError(f"{page.path} refused the password of {user} (status {page.status})")
            page, sent = self._submit(form, user, password), sent or form.password is not None
        if not sent:
            raise LoginError(f"no page asked for a password: {page.path} answered with status {page.status}")
        if page.status != 200 or page.path.startswith(("/oauth2/", "/dex/")):
            raise LoginError(f"the login of {user} ended at {page.path} with status {page.status}")
        return page

    def _submit(self, form: Form, user: str, password: str) -> Page:
        values = dict(form.fields)
        if form.password:
            if form.user is None:
                raise LoginError(f"the form for {form.action} asks for a password and not for whose it is")
            values |= {form.user: user, form.password: password}
        data = urlencode(values)
        if form.method == "post":
            return self._open(Request(form.action, data=data.encode()))
        separator = "&" if "?" in form.action else "?"
        return self._open(Request(f"{form.action}{separator}{data}" if data else form.action))

    def _open(self, request: Request) -> Page:
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                return Page(answer.url, answer.status, answer.read().decode(errors="replace"))
        except HTTPError as refusal:
            with refusal:
                return Page(refusal.url, refusal.code, refusal.read().decode(errors="replace"))


def _starts(form: Form) -> bool:
    return urlsplit(form.action).path == "/oauth2/start"


class _Forms(HTMLParser):
    """Finds the forms of a page, with what their fields hold."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._address = address
        self._fields: dict[str, str] = {}
        self._types: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up a form, or a field of the last one."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields, self._types = {}, {}
            action = urljoin(self._address, given.get("action", ""))
            method = given.get("method", "get").lower()
            self.found.append(Form(action, method, self._fields, self._types))
        elif tag == "input" and given.get("name"):
            self._fields[given["name"]] = given.get("value", "")
            self._types[given["name"]] = given.get("type", "text").lower()
