"""The little of GitHub's REST API that is needed: comments on a pull request, and whether it is open.

https://docs.github.com/rest/issues/comments and https://docs.github.com/rest/pulls/pulls, version 2022-11-28.
A workflow says server, repository and token by GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

_PAGE = 100
_SECONDS = 30
_TRIES = 3
# The server's own trouble, and being asked too often.
_AGAIN = (429, 500, 502, 503, 504)


class GitHubError(Exception):
    """What GitHub refused or did not answer; the message never holds the token."""


@dataclass(frozen=True)
class GitHub:
    """One repository, `<owner>/<name>`. `pause` is waited before a request is repeated, in seconds."""

    repository: str
    token: str = field(repr=False)
    api: str = "https://api.github.com"
    pause: float = 5

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> "GitHub":
        """The one that a workflow runs for. Raises GitHubError where a variable is missing."""
        for needed in ("GITHUB_REPOSITORY", "GITHUB_TOKEN"):
            if not environment.get(needed):
                raise GitHubError(f"{needed} is not set: a workflow sets it, or its `env` does")
        api = environment.get("GITHUB_API_URL") or cls.api
        return cls(environment["GITHUB_REPOSITORY"], environment["GITHUB_TOKEN"], api)

    def state(self, pull: int) -> Literal["open", "closed"]:
        """Whether a pull request is open; one that does not exist, or no longer, is closed."""
        found = self._ask("GET", f"/pulls/{pull}", missing={"state": "closed"})
        state = found.get("state")
        if state not in ("open", "closed"):
            raise GitHubError(f"pull request {pull} is '{state}', neither open nor closed")
        return state

    def put_comment(self, pull: int, mark: str, text: str) -> None:
        """Have one comment with that mark on a pull request: the one that is there is changed."""
        for one in self._comments(pull):
            if mark in str(one.get("body", "")) and one.get("user", {}).get("type") == "Bot":
                self._ask("PATCH", f"/issues/comments/{one['id']}", {"body": text})
                return
        self._ask("POST", f"/issues/{pull}/comments", {"body": text})

    def _comments(self, pull: int) -> Iterator[Mapping[str, Any]]:
        page = 1
        while True:
            found = self._ask("GET", f"/issues/{pull}/comments?per_page={_PAGE}&page={page}")
            yield from found
            if len(found) < _PAGE:
                return
            page += 1

    def _ask(self, method: str, path: str, body: object = None, *, missing: Any = None) -> Any:  # noqa: ANN401
        for last in (*[False] * (_TRIES - 1), True):
            request = Request(
                f"{self.api}/repos/{self.repository}{path}",
                method=method,
                data=None if body is None else json.dumps(body).encode(),
                headers={
                    "Accept": "application/vnd.github+json",
                    "Authorization": f"Bearer {self.token}",
                    "X-GitHub-Api-Version": "2022-11-28",
                    "Content-Type": "application/json",
                },
            )
            try:
                with urlopen(request, timeout=_SECONDS) as answer:
                    return json.load(answer)
            except HTTPError as refusal:
                with refusal:
                    if refusal.code == 404 and missing is not None:
                        return missing
                    if last or refusal.code not in _AGAIN:
                        raise GitHubError(f"{method} {path}: GitHub answered {refusal.code}") from None
            except URLError as error:
                if last:
                    raise GitHubError(f"{method} {path}: {error.reason}") from None
            time.sleep(self.pause)
        raise AssertionError  # the last try returns or raises
