"""Arguments of OAuth2 Proxy.

Names and meaning: oauth2-proxy v7.15.2, pkg/apis/options. It answers the gateway's question about each
request of a browser (Envoy's ext_authz over HTTP): 200 with the headers that name the user, or the way to the
login.
"""

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from .dex_config import CALLBACK, address, issuer
from .gateway_settings import GatewaySettings
from .settings import IdentitySettings, OidcSettings

NAMESPACE = "oauth2-proxy"
PORT, METRICS_PORT = 4180, 44180
AUTHORITY_FOLDER, AUTHORITY_FILE = "/etc/oauth2-proxy/authority", "ca.crt"

# Requests in the background get 401 instead of a page to log in, which would start a login each.
_BACKGROUND = ("/api/", "/apis/", "^/ml_metadata")


def arguments(settings: IdentitySettings, gateway: GatewaySettings) -> list[str]:
    """The program's arguments, without a secret in them."""
    return [*_server(), *_session(settings, gateway), *_provider(settings, gateway), *_people(settings)]


def session_cookie(gateway: GatewaySettings) -> str:
    """Name of the session's cookie; longer sessions are cut into several whose names begin so.

    Over TLS it has the prefix by which browsers take it from this very host only, and by TLS only (RFC 6265
    bis, `__Host-`).
    """
    return f"{'__Host-' if gateway.secure else ''}oauth2_proxy_kubeflow"


def logout_path(settings: IdentitySettings, gateway: GatewaySettings) -> str:
    """The path that ends a session: the platform's, and the provider's where it says how.

    A provider of its own is told which session by the ID token; OAuth2 Proxy puts it in (`{id_token}`).
    """
    provider = settings.oidc.end_session_address if settings.oidc else None
    if provider is None:
        return settings.logout_path
    back = f"&post_logout_redirect_uri={quote(gateway.url + '/', safe='')}" if gateway.url else ""
    return f"{settings.logout_path}?rd={quote(f'{provider}?id_token_hint={{id_token}}{back}', safe='{}')}"


def _server() -> Iterator[str]:
    yield f"--http-address=0.0.0.0:{PORT}"
    yield f"--metrics-address=0.0.0.0:{METRICS_PORT}"
    yield "--upstream=static://200"
    yield "--silence-ping-logging=true"
    # One line for each request of each browser says nothing that the gateway's own log does not.
    yield "--request-logging=false"
    yield from (f"--api-route={path}" for path in _BACKGROUND)


def _session(settings: IdentitySettings, gateway: GatewaySettings) -> Iterator[str]:
    proxy = settings.proxy
    yield f"--cookie-name={session_cookie(gateway)}"
    yield f"--cookie-secure={str(gateway.secure).lower()}"
    yield "--cookie-httponly=true"
    yield "--cookie-samesite=lax"
    yield f"--cookie-expire={proxy.session_lifetime}"
    yield f"--cookie-refresh={proxy.session_check}"
    # The gateway reads the user from the token itself, whose signature it checks once more.
    yield "--set-authorization-header=true"
    yield "--set-xauthrequest=true"
    yield f"--skip-provider-button={str(not proxy.sign_in_page).lower()}"
    yield "--custom-sign-in-logo=-"
    yield "--banner=-"
    yield "--footer=-"


def _people(settings: IdentitySettings) -> Iterator[str]:
    yield from (f"--email-domain={domain}" for domain in settings.proxy.email_domains)
    yield from (f"--allowed-group={group}" for group in settings.proxy.allowed_groups)


def _provider(settings: IdentitySettings, gateway: GatewaySettings) -> Iterator[str]:
    yield "--provider=oidc"
    yield "--code-challenge-method=S256"
    yield "--insecure-oidc-skip-nonce=false"
    # Otherwise each login asks for consent anew.
    yield "--approval-prompt=auto"
    if gateway.url:
        yield f"--redirect-url={gateway.url}{CALLBACK}"
    else:
        yield f"--redirect-url={CALLBACK}"
        yield "--relative-redirect-url=true"
    yield from _company(settings.oidc) if settings.oidc else _dex(gateway)


def _company(oidc: OidcSettings) -> Iterator[str]:
    yield f"--oidc-issuer-url={oidc.issuer}"
    yield f"--scope={' '.join(oidc.scopes)}"
    yield f"--oidc-email-claim={oidc.user_claim}"
    yield f"--oidc-groups-claim={oidc.groups_claim}"
    if oidc.authority:
        yield f"--provider-ca-file={AUTHORITY_FOLDER}/{AUTHORITY_FILE}"
        yield "--use-system-trust-store=true"
    if oidc.end_session_address:
        parts = urlsplit(oidc.end_session_address)
        yield f"--whitelist-domain={parts.netloc}"


def _dex(gateway: GatewaySettings) -> Iterator[str]:
    """Browsers find Dex behind the gateway, OAuth2 Proxy by its Service: discovery knows one address only."""
    inside = address(gateway)
    yield "--skip-oidc-discovery=true"
    yield f"--oidc-issuer-url={issuer(gateway)}"
    yield "--login-url=/dex/auth"
    yield f"--redeem-url={inside}/token"
    yield f"--oidc-jwks-url={inside}/keys"
    yield "--scope=openid profile email groups"
    yield "--provider-display-name=Kubeflow"
