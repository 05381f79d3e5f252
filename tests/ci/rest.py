"""GitHub's REST API on this machine, as far as it is documented and needed here."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ci.github import GitHub

TOKEN = "token-of-a-test"


@dataclass
class Repository:
    """What GitHub knows: pull requests with their states, and comments by their ids.

    `refusals` are statuses of the next answers, whatever is asked. `address` is that of the API.
    """

    pulls: dict[int, str] = field(default_factory=dict[int, str])
    comments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    refusals: list[int] = field(default_factory=list[int])
    address: str = ""

    @property
    def client(self) -> GitHub:
        """The client of it, which waits for nothing."""
        return GitHub("owner/name", TOKEN, self.address, pause=0)

    def say(self, text: str, kind: str = "User") -> None:
        """Somebody comments."""
        self.comments.append({"id": len(self.comments) + 1, "body": text, "user": {"type": kind}})


@contextmanager
def github(pulls: dict[int, str] | None = None) -> Generator[Repository]:
    """A repository `owner/name` on a server, with these pull requests."""
    repository = Repository(pulls or {})

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_PATCH(self) -> None:
            self.do_POST()

        def _answer(self, body: Any) -> None:  # noqa: ANN401
            status, answer = self._find(body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _find(self, body: Any) -> tuple[int, object]:  # noqa: ANN401, PLR0911
            if repository.refusals:
                return repository.refusals.pop(0), {}
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                return 401, {"message": "Bad credentials"}
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            match (self.command, *parts.path.removeprefix("/repos/owner/name/").split("/")):
                case ("GET", "pulls", number) if int(number) in repository.pulls:
                    return 200, {"state": repository.pulls[int(number)]}
                case ("GET", "issues", _, "comments"):
                    size, page = int(query["per_page"][0]), int(query["page"][0])
                    return 200, repository.comments[size * (page - 1) : size * page]
                case ("POST", "issues", _, "comments"):
                    repository.say(body["body"], "Bot")
                    return 201, repository.comments[-1]
                case ("PATCH", "issues", "comments", number):
                    repository.comments[int(number) - 1]["body"] = body["body"]
                    return 200, {}
                case _:
                    return 404, {"message": "Not Found"}

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        repository.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield repository
        finally:
            server.shutdown()
            thread.join()
