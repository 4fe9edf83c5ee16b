"""Whatever is handed in, `policyctl` says in one message what is wrong, and ends with 2: never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from policy_versions import release_file
from policy_versions.cli import main
from policy_versions.config import parse
from policy_versions.errors import ConfigError
from policy_versions.obligations import after
from policy_versions.signed_note import Key
from tests.policy_versions.gitmaker import GitMaker
from tests.policy_versions.releasing import BASE, TOML

Call = Callable[..., tuple[int, str]]


@pytest.fixture
def maker(tmp_path: Path) -> GitMaker:
    git = GitMaker(tmp_path / "repo")
    git.commit({**BASE, "policy.toml": TOML})
    return git


@pytest.fixture
def call(maker: GitMaker, capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: str | Path, at: Path | None = None) -> tuple[int, str]:
        with pytest.raises(SystemExit) as end:
            main([*map(str, arguments), "-C", str(at or maker.root)])
        return int(end.value.code or 0), capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = " + "[" * 20_000, "nested too deeply"),
        ("schema = " + "9" * 10_000, "thousands of digits"),
        (TOML.partition("[[policy]]")[0], "key `policy`: there is none"),
        ("policy = []\n" + TOML.partition("[[policy]]")[0], "key `policy`: there is none"),
        (TOML.replace("policies/privacy/en.md", "a" * 300), f"there is no file '{'a' * 300}'"),
        (TOML.replace("policies/privacy/en.md", ".git/config"), "there is no file '.git/config'"),
        (TOML.replace("policies/privacy/en.md", "policies/.GIT/x"), "there is no file"),
        (TOML + "[notice]\nlead_days = { consent = 99999999999 }\n", "key `notice.lead_days.consent`: is 99999999999"),
        (TOML + "[notice]\nguardian_under = -1\n", "key `notice.guardian_under`: is -1 (allowed: 0 to 3650)"),
    ],
)
def test_a_policy_toml_that_leads_nowhere(maker: GitMaker, call: Call, text: str, told: str) -> None:
    maker.write("policy.toml", text)
    code, said = call("versions")
    assert (code, told in said, "policy.toml" in said) == (2, True, True), said


@pytest.mark.parametrize("number", ["²", "1" * 5000, "v", "1..2", "--output=x"])
def test_no_version_of_an_odd_number(call: Call, number: str) -> None:
    code, said = call("show", f"privacy@{number}")
    assert (code, "nearest: 1 (1 in all)" in said) == (2, True), said


def test_a_place_that_cannot_be_written_is_named(
    call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = call("import", "--output", tmp_path / "no" / "where")
    assert (code, said.splitlines()[-1]) == (2, f"policyctl: {tmp_path}/no/where: No such file or directory")
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as end:
        main(["init", str(tmp_path / "file" / "new")])
    assert (end.value.code, "Not a directory" in capsys.readouterr().err) == (2, True)


def test_a_commit_beyond_a_shallow_clone_says_so(maker: GitMaker, call: Call, tmp_path: Path) -> None:
    maker.commit({"policies/privacy/en.md": "# x\n"})
    maker.git("clone", "--quiet", "--depth=1", f"file://{maker.root}", str(tmp_path / "cut"))
    code, said = call("check", "HEAD~1..HEAD", at=tmp_path / "cut")
    assert (code, "HEAD~1" in said, "git fetch --unshallow" in said) == (2, True, True), said


def test_days_end_with_the_calendar() -> None:
    assert after(date(2024, 2, 28), 2) == date(2024, 3, 1)
    assert after(date.max - timedelta(days=1), 30) == date.max


def test_a_release_file_nested_without_end_is_told() -> None:
    with pytest.raises(ConfigError, match=r"x\.yaml: is nested too deeply"):
        release_file.parse(b"[" * 5000, "x.yaml")


def test_the_bounds_of_days_let_through_what_people_mean() -> None:
    found = parse((TOML + "[notice]\nlead_days = { consent = 3650 }\n").encode(), lambda _: True)
    assert found.notice.lead_days == {"consent": 3650}


@pytest.mark.parametrize("data", [b"\xff\xfe", b"junk", b"a+b+c", b""])
def test_a_signing_key_that_is_none_is_misuse(
    call: Call, tmp_path: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_bytes(data)
    monkeypatch.setenv("POLICYCTL_SIGNING_KEY_FILE", str(tmp_path / "key"))
    for command in ("publish", "verify"):
        code, said = call(command)
        assert (code, said.startswith(f"policyctl: POLICYCTL_SIGNING_KEY_FILE: {tmp_path}/key: ")) == (2, True)


def test_a_public_key_cannot_sign(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(Key.from_seed("log", bytes(32)).verifier(), encoding="utf-8")
    monkeypatch.setenv("POLICYCTL_SIGNING_KEY_FILE", str(tmp_path / "key"))
    code, said = call("publish")
    assert (code, "is a verifier's key" in said) == (2, True)


def test_what_verify_is_given_must_be_a_key_and_a_checkpoint(call: Call, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"\xff junk")
    assert call("verify", "--key", "junk") == (2, "policyctl: --key: a key reads NAME+ID+BASE64\n")
    code, said = call("verify", "--against", tmp_path / "kept")
    assert (code, f"--against: {tmp_path}/kept: is no checkpoint" in said) == (2, True)


def test_tags_of_another_form_are_no_versions(maker: GitMaker, call: Call) -> None:
    for tag in ("privacy/v-1", "privacy/vfoo", "privacy/v1.0.0-rc1", "privacy/v\u00b2"):
        maker.git("tag", tag)
    for command in ("check", "versions", "verify", "draft"):
        assert call(command)[0] == 0, command
    assert (maker.root / "policies/privacy/releases/1.0.0.yaml").is_file()
