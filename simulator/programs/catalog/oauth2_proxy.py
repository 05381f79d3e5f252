"""OAuth2 Proxy: oauth2-proxy/oauth2-proxy.

It starts, and answers who has no session, without its provider being there: with `--skip-oidc-discovery` it
asks Dex for keys when somebody logs in.
"""

from components.versions import Identity
from simulator.programs.model import GoPrograms, Image

VERSION = "7.15.2"

_MODULE = "github.com/oauth2-proxy/oauth2-proxy/v7"

PROGRAM = GoPrograms(
    name="oauth2-proxy",
    version=VERSION,
    packages={"oauth2-proxy": _MODULE},
    variables={f"{_MODULE}/pkg/version.VERSION": f"v{VERSION}"},
)

IMAGES = (
    Image(
        image=Identity.OAUTH2_PROXY,
        sources=(PROGRAM,),
        entrypoint=("/opt/slipway/oauth2-proxy/bin/oauth2-proxy",),
    ),
)
