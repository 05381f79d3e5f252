"""Previews as one comment on a pull request."""

from pathlib import Path

import pytest

from ci import comment
from ci.comment import MARK, markdown
from ci.github import GitHubError
from ci.preview import Preview, Step, reduced
from tests.ci.rest import TOKEN, Repository, github

URN = "urn:pulumi:local::slipway::slipway:kubeflow:Dashboard$kubernetes:apps/v1:Deployment::dashboard::odd"
ANSWER = {
    "config": {"slipway:secret-admin-password": "hunter2-of-config"},
    "steps": [
        {
            "op": "update",
            "urn": URN,
            "oldState": {"inputs": {"spec": {"replicas": "hunter2-old"}}},
            "newState": {"inputs": {"spec": {"replicas": "hunter2-new"}}},
            "diffReasons": ["spec"],
            "detailedDiff": {"spec.replicas": {"kind": "update"}},
        },
        {"op": "create-replacement", "urn": URN},
        {"op": "replace", "urn": URN, "replaceReasons": ["spec"]},
        {"op": "delete-replaced", "urn": URN},
        {"op": "same", "urn": URN},
    ],
    "changeSummary": {"same": 41, "update": 1, "replace": 1},
    "diagnostics": [{"severity": "error", "message": "hunter2-of-diagnostics"}],
}


def test_a_preview_is_kept_without_a_value() -> None:
    kept = reduced("local", ANSWER, failed=False)
    assert kept.steps == (
        Step("update", "kubernetes:apps/v1:Deployment", "dashboard::odd", ("spec", "spec.replicas")),
        Step("replace", "kubernetes:apps/v1:Deployment", "dashboard::odd"),
    )
    assert kept.same == 41
    assert "hunter2" not in f"{kept}{markdown([kept])}"


def test_what_is_kept_is_what_is_read(tmp_path: Path) -> None:
    kept = reduced("local", ANSWER, failed=False)
    kept.write(tmp_path / "below" / "local.json")
    assert Preview.read(tmp_path / "below" / "local.json") == kept


def test_removals_stand_first_and_every_stack_has_a_line() -> None:
    steps = (Step("create", "t", "new"), Step("delete", "t", "old|`name`"))
    text = markdown(
        [
            Preview("b", steps, 3, failed=False),
            Preview("a", (), 7, failed=False),
            Preview("c", (), 0, failed=True),
        ]
    )
    assert "a: no changes (7 unchanged)" in text
    assert "b: 1 to delete, 1 to create (3 unchanged)" in text
    assert "c: the preview failed" in text
    assert text.index("| delete |") < text.index("| create |")
    assert "`old\\|'name'`" in text


def test_a_comment_stays_below_the_limit_of_github() -> None:
    steps = tuple(Step("create", "t" * 300, f"name-{number}") for number in range(200))
    few = markdown([Preview("one", steps, 0, failed=False)])
    assert "and 100 more" in few
    many = markdown([Preview(f"stack-{number}", steps, 0, failed=False) for number in range(9)])
    assert len(many) < 65_536
    assert "stack-8: 200 to create" in many


def test_a_second_push_changes_the_comment_and_leaves_those_of_others() -> None:
    with github() as repository:
        for number in range(120):
            repository.say(f"words {number}")
        repository.say(f"{MARK} as a person quotes it")
        for text in ("first", "second"):
            repository.client.put_comment(12, MARK, f"{MARK}\n{text}")
        assert len(repository.comments) == 122
        assert repository.comments[-1]["body"] == f"{MARK}\nsecond"
        assert repository.comments[120]["body"].endswith("quotes it")


@pytest.mark.parametrize(("refusals", "comments"), [([502, 503], 1), ([502, 502, 502], 0), ([403], 0)])
def test_trouble_of_the_server_is_met_again_and_a_refusal_is_told(refusals: list[int], comments: int) -> None:
    with github() as repository:
        repository.refusals = list(refusals)
        if comments:
            repository.client.put_comment(12, MARK, MARK)
        else:
            with pytest.raises(GitHubError, match=f"GitHub answered {refusals[-1]}") as refused:
                repository.client.put_comment(12, MARK, MARK)
            assert TOKEN not in str(refused.value)
        assert len(repository.comments) == comments


def called(repository: Repository, monkeypatch: pytest.MonkeyPatch, token: str, *arguments: str) -> int:
    for name, value in (("API_URL", repository.address), ("REPOSITORY", "owner/name"), ("TOKEN", token)):
        monkeypatch.setenv(f"GITHUB_{name}", value)
    return comment.main(arguments)


def test_the_command_comments_on_what_the_previews_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reduced("local", ANSWER, failed=False).write(tmp_path / "local.json")
    line = ("--previews", str(tmp_path))
    assert comment.main(line) == 0
    assert "1 to replace, 1 to update (41 unchanged)" in capsys.readouterr().out
    with github() as repository:
        assert called(repository, monkeypatch, TOKEN, *line, "--pull", "12") == 0
        assert "1 to replace, 1 to update" in repository.comments[0]["body"]
        assert called(repository, monkeypatch, "another", *line, "--pull", "12") == 1
        assert capsys.readouterr().err.startswith("error: GET /issues/12/comments")
        assert called(repository, monkeypatch, "", *line, "--pull", "12") == 1
        assert "GITHUB_TOKEN is not set" in capsys.readouterr().err
