"""The login of the smoke tests, against a gateway that does as OAuth2 Proxy and Dex do."""

import pytest

from ci.smoke.browser import Browser, LoginError
from tests.ci.gateway import PASSWORD, USER, gateway


@pytest.mark.parametrize("sign_in_page", [True, False])
def test_the_first_user_gets_to_the_dashboard(sign_in_page: bool) -> None:
    with gateway(sign_in_page=sign_in_page) as url:
        browser = Browser(url)
        assert browser.get("/api/workgroup/env-info").status == 401
        page = browser.log_in(USER, PASSWORD)
        assert (page.path, page.status, page.text) == ("/", 200, "<main-page/>")
        assert browser.get("/api/workgroup/env-info").json() == {"user": USER}


def test_a_wrong_password_is_refused_and_not_repeated() -> None:
    with gateway() as url:
        browser = Browser(url)
        with pytest.raises(LoginError, match=r"refused the password of admin@example\.com") as refused:
            browser.log_in(USER, "another-password")
        assert "another-password" not in str(refused.value)
        assert browser.get("/api/workgroup/env-info").status == 401


def test_a_session_is_that_of_one_browser() -> None:
    with gateway() as url:
        Browser(url).log_in(USER, PASSWORD)
        assert Browser(url).get("/api/workgroup/env-info").status == 401


def test_a_callback_that_refuses_is_told_by_its_page() -> None:
    with (
        gateway(forgets_states=True) as url,
        pytest.raises(LoginError, match="ended at /oauth2/callback with status 403"),
    ):
        Browser(url).log_in(USER, PASSWORD)


def test_a_platform_that_asks_nobody_for_a_password_fails() -> None:
    with gateway() as url:
        browser = Browser(url)
        browser.log_in(USER, PASSWORD)
        with pytest.raises(LoginError, match="no page asked for a password"):
            browser.log_in(USER, PASSWORD)
