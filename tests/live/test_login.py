"""OAuth2 Proxy, whose provider is simulated: it answers who has no session as it would in front of Dex."""

from urllib.parse import parse_qs, urlsplit

import pytest

from components.identity.proxy_arguments import NAMESPACE, PORT
from tests.live.platform import LivePlatform


def asked(platform: LivePlatform, path: str, cookie: str = "other=1") -> str:
    """The answer to a request of the gateway's, with its head, asked from inside the pod."""
    command = ("curl", "--silent", "--include", "--header", f"Cookie: {cookie}")
    address = f"http://127.0.0.1:{PORT}{path}"
    return platform.kubectl("exec", "-n", NAMESPACE, "deploy/oauth2-proxy", "--", *command, address).stdout


@pytest.fixture(autouse=True)
def login(platform: LivePlatform) -> None:
    if "oauth2-proxy" not in platform.names("deployment", "-n", NAMESPACE):
        pytest.skip("this platform has no login")
    platform.wait("deployment/oauth2-proxy", "condition=Available", NAMESPACE, 60)


def test_who_has_no_session_sees_the_page_to_sign_in(platform: LivePlatform) -> None:
    answer = asked(platform, "/pipeline/")
    assert " 403 " in answer.splitlines()[0]
    assert "Sign in with Kubeflow" in answer


def test_signing_in_leads_to_the_provider_and_back(platform: LivePlatform) -> None:
    answer = asked(platform, "/oauth2/start?rd=/pipeline/")
    assert " 302 " in answer.splitlines()[0]
    location = next(line for line in answer.splitlines() if line.startswith("Location: "))
    asks = parse_qs(urlsplit(location.removeprefix("Location: ")).query)
    assert location.startswith("Location: /dex/auth?")
    assert asks["code_challenge_method"] == ["S256"]
    assert asks["state"][0].endswith(":/pipeline/")


def test_a_request_in_the_background_is_refused_instead(platform: LivePlatform) -> None:
    assert " 401 " in asked(platform, "/api/workgroup/exists").splitlines()[0]


def test_a_made_up_session_is_none(platform: LivePlatform) -> None:
    cookie = "__Host-oauth2_proxy_kubeflow=bWFkZS11cA==|1|c2lnbmF0dXJl"
    assert " 401 " in asked(platform, "/oauth2/auth", cookie).splitlines()[0]
