"""Programs that log in to a cluster, as `aws eks get-token` does: called and believed as by client-go."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Generator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from simulator.kubernetes.access import kubeconfig, login
from simulator.kubernetes.access.client import Client
from simulator.kubernetes.access.credentials import Credentials
from simulator.kubernetes.access.kubeconfig import Access
from simulator.kubernetes.errors import ApiError, RefusedError
from simulator.kubernetes.values.wire import Object
from tests.kubernetes_plugin.fake_api import FakeApi, status
from tests.kubernetes_plugin.objects import CONFIG_MAP, config_map
from tests.kubernetes_plugin.plugin import Plugin, PluginError
from tests.support.scripted import Scripted, scripted

V1, BETA = "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"
TOKEN = "token-that-nobody-may-see"


@pytest.fixture
def api() -> Generator[FakeApi]:
    with FakeApi() as server:
        yield server


def _answer(version: str = BETA, **credential: str) -> str:
    return json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": credential})


def _printing(tmp_path: Path, *answers: str) -> Scripted:
    """A program that prints one answer after the other, the last of them for good."""
    count = tmp_path / "count"
    body = f"""
import pathlib
count = pathlib.Path({str(count)!r})
seen = int(count.read_text()) if count.exists() else 0
count.write_text(str(seen + 1))
answers = {list(answers)!r}
print(answers[min(seen, len(answers) - 1)])
"""
    return scripted(tmp_path, "log-in", body)


def _entry(program: str | Path, **settings: object) -> Object:
    return {"command": str(program), "apiVersion": BETA, **settings}


def _config(server: str, entry: Object, **cluster: object) -> Object:
    return {
        "current-context": "x",
        "clusters": [{"name": "c", "cluster": {"server": server, **cluster}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": {"exec": entry}}],
    }


def _access(entry: Object, server: str = "https://one", **cluster: object) -> Access:
    return kubeconfig.select(_config(server, entry, **cluster))


def _login(entry: Object, **cluster: object) -> login.Login:
    found = _access(entry, "https://one", **cluster).login
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"command": ""}, "exec has no command"),
        ({"apiVersion": "client.authentication.k8s.io/v1alpha1"}, "allowed: .*/v1, .*/v1beta1"),
        ({"apiVersion": V1}, "interactiveMode is ''; allowed: Never, IfAvailable, Always"),
        ({"interactiveMode": "Sometimes"}, "interactiveMode is 'Sometimes'"),
        ({"interactiveMode": "Always"}, "there is no terminal here"),
    ],
)
def test_what_client_go_would_not_run_is_refused(change: Mapping[str, Any], reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        _access({**_entry("log-in"), **change})


@pytest.mark.asyncio
async def test_the_program_gets_its_arguments_and_environment(tmp_path: Path) -> None:
    body = "import os; print(os.environ['ANSWER'].replace('WHERE', os.environ['KUBERNETES_EXEC_INFO'][:1]))"
    program = scripted(tmp_path, "log-in", body)
    env = [{"name": "ANSWER", "value": _answer(token="WHERE")}]
    found = await login.run(_login(_entry(program.path, args=["get-token", "--cluster", "c"], env=env)))
    assert found.token == "{"
    assert program.calls == [["get-token", "--cluster", "c"]]


@pytest.mark.parametrize("version", [V1, BETA])
@pytest.mark.asyncio
async def test_the_program_is_told_of_the_cluster_where_it_wants_to_be(tmp_path: Path, version: str) -> None:
    said = tmp_path / "said"
    body = f"import os; open({str(said)!r}, 'w').write(os.environ['KUBERNETES_EXEC_INFO']); print({{}})"
    program = scripted(tmp_path, "log-in", body.format(repr(_answer(version, token="t"))))
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "a"}}
    authority = base64.b64encode(b"PEM").decode()
    around = {"certificate-authority-data": authority, "tls-server-name": "n", "extensions": [extension]}
    entry = _entry(program.path, apiVersion=version, interactiveMode="Never")
    await login.run(_login({**entry, "provideClusterInfo": True}, **around))
    told = json.loads(said.read_text())
    assert (told["apiVersion"], told["kind"]) == (version, "ExecCredential")
    assert told["spec"] == {
        "interactive": False,
        "cluster": {
            "server": "https://one",
            "tls-server-name": "n",
            "certificate-authority-data": authority,
            "config": {"audience": "a"},
        },
    }
    await login.run(_login(entry, **around))
    assert json.loads(said.read_text())["spec"] == {"interactive": False}


@pytest.mark.asyncio
async def test_a_certificate_with_its_key_is_taken_like_a_token(tmp_path: Path) -> None:
    given = _answer(clientCertificateData="certificate", clientKeyData="key")
    found = await login.run(_login(_entry(_printing(tmp_path, given).path)))
    assert (found.certificate, found.key, found.token) == ("certificate", "key", "")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("no JSON", "did not print an ExecCredential"),
        ('{"kind": "Token"}', "did not print an ExecCredential"),
        (_answer(V1, token="t"), "answers in version '.*/v1', and is configured for '.*/v1beta1'"),
        (json.dumps({"apiVersion": BETA, "kind": "ExecCredential"}), "its answer has no status"),
        (_answer(), "neither a token nor a certificate"),
        (_answer(clientCertificateData="c"), "a certificate or a key, and not both"),
        (_answer(token="t", expirationTimestamp="soon"), "expirationTimestamp that is no date"),
    ],
)
@pytest.mark.asyncio
async def test_an_answer_that_is_no_credential_is_one_clear_error(
    tmp_path: Path, answer: str, reason: str
) -> None:
    with pytest.raises(RefusedError, match=f"log-in`, which is to log in to the cluster, .*{reason}"):
        await login.run(_login(_entry(_printing(tmp_path, answer).path)))


@pytest.mark.asyncio
async def test_a_program_that_is_missing_is_named_with_the_hint_for_installing_it() -> None:
    entry = _entry("no-such-program", installHint="Get it from example.com")
    with pytest.raises(RefusedError, match=r"`no-such-program`.* is not installed. Get it from example.com"):
        await login.run(_login(entry))


@pytest.mark.asyncio
async def test_what_is_valid_is_not_asked_for_again_and_what_has_expired_is(tmp_path: Path) -> None:
    program = _printing(
        tmp_path,
        _answer(token="first", expirationTimestamp="2020-01-01T00:00:00Z"),
        _answer(token="second", expirationTimestamp="2999-01-01T00:00:00Z"),
    )
    credentials = Credentials(_access(_entry(program.path)))
    assert await credentials.headers() == [("Authorization", "Bearer first")]
    assert await credentials.headers() == [("Authorization", "Bearer second")]
    assert await credentials.headers() == [("Authorization", "Bearer second")]
    assert len(program.calls) == 2


@pytest.mark.asyncio
async def test_another_certificate_means_other_connections(tmp_path: Path) -> None:
    past = "2020-01-01T00:00:00Z"
    first, second = (
        _answer(clientCertificateData=one, clientKeyData="key", expirationTimestamp=past) for one in "ab"
    )
    credentials = Credentials(_access(_entry(_printing(tmp_path, first, first, second).path)))
    seen: list[int] = []
    for _ in range(3):
        await credentials.renew()
        seen.append(credentials.generation)
    assert seen == [1, 1, 2]


@pytest.mark.asyncio
async def test_what_the_server_refuses_is_renewed_once(tmp_path: Path, api: FakeApi) -> None:
    program = _printing(tmp_path, _answer(token="old"), _answer(token="new"))

    def picky(request: web.Request) -> Object | None:
        right = request.headers.get("Authorization") == "Bearer new"
        return None if right else status(401, "Unauthorized", "Unauthorized")

    api.trouble = picky
    client = Client(_access(_entry(program.path), f"http://127.0.0.1:{api.port}"))
    try:
        assert (await client.request("GET", "/apis"))["kind"] == "APIGroupDiscoveryList"
        api.trouble = lambda _: status(401, "Unauthorized", "Unauthorized")
        with pytest.raises(ApiError, match="Unauthorized"):
            await client.request("GET", "/apis")
    finally:
        await client.close()
    assert len(program.calls) == 3


def test_a_program_that_fails_is_named_and_nothing_that_it_says_is_repeated(
    tmp_path: Path, api: FakeApi
) -> None:
    body = f"print({TOKEN!r}); print({TOKEN!r}, file=sys.stderr); sys.exit(7)"
    program = scripted(tmp_path, "log-in", body)
    config = _config(f"http://127.0.0.1:{api.port}", _entry(program.path, args=[f"--secret={TOKEN}"]))
    with closing(Plugin({"kubeconfig": json.dumps(config)})) as plugin:
        for name in ("one", "two"):
            with pytest.raises(PluginError) as error:
                plugin.resource(CONFIG_MAP, name).create(config_map(name, "default"))
            assert "log-in`, which is to log in to the cluster, failed with exit status 7" in str(error.value)
            assert TOKEN not in str(error.value)
        assert not [text for text in plugin.said if TOKEN in text]
    assert len(program.calls) == 1
    assert api.asked == []


def test_what_a_program_gives_reaches_the_server_and_no_state(tmp_path: Path, api: FakeApi) -> None:
    program = _printing(tmp_path, _answer(token=TOKEN))
    config = _config(f"http://127.0.0.1:{api.port}", _entry(program.path))
    given: list[str | None] = []
    api.trouble = lambda request: given.append(request.headers.get("Authorization"))
    with closing(Plugin({"kubeconfig": json.dumps(config)})) as plugin:
        resource = plugin.resource(CONFIG_MAP, "one")
        resource.create(config_map("one", "default"))
        assert TOKEN not in str(resource.state)
        assert not [text for text in plugin.said if TOKEN in text]
    assert set(given) == {f"Bearer {TOKEN}"}


def test_a_program_with_a_path_is_looked_for_beside_the_kubeconfig(tmp_path: Path) -> None:
    program = _printing(tmp_path / "bin", _answer(token="t"))
    for command, found in (("./bin/log-in", str(program.path)), ("log-in", "log-in")):
        (tmp_path / "config").write_text(json.dumps(_config("https://one", _entry(command))))
        read = kubeconfig.select(kubeconfig.parse(str(tmp_path / "config"))).login
        assert read is not None
        assert os.path.normpath(read.command) == found


@pytest.mark.asyncio
async def test_a_token_file_goes_before_a_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    config = _config("https://one", _entry("log-in"))
    config["users"][0]["user"] = {"token": "given", "tokenFile": str(tmp_path / "token")}
    credentials = Credentials(kubeconfig.select(config))
    assert await credentials.headers() == [("Authorization", "Bearer from-file")]
    (tmp_path / "token").unlink()
    with pytest.raises(RefusedError, match=r"tokenFile .* cannot be read: No such file"):
        await Credentials(kubeconfig.select(config)).headers()


@pytest.mark.asyncio
async def test_a_request_can_be_made_as_somebody_else() -> None:
    config = _config("https://one", _entry("log-in"))
    config["users"][0]["user"] = {
        "as": "ada",
        "as-groups": ["a", "b"],
        "as-user-extra": {"reason": ["audit"]},
    }
    assert await Credentials(kubeconfig.select(config)).headers() == [
        ("Impersonate-User", "ada"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Extra-reason", "audit"),
    ]
