"""`--lang`: every command that prints for people speaks the language asked for, by option, environment or locale."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from policy_versions.cli import COMMANDS, cli
from policy_versions.commands import options
from policy_versions.reports.words import LANGUAGES
from tests.policy_versions.test_check import NEW, TEXTS, ZH, Shell, run

__all__ = ["run"]
SILENT = {"git-diff", "completion", "schema", "forge"}  # for git, shells, programs and workflows
GROUPS = {"archive": ("export", "serve", "index"), "consent": ("show",)}


def commands(group: click.Group, path: tuple[str, ...] = ()) -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        found[" ".join((*path, name))] = command
    return found


def test_the_languages_are_those_of_the_words() -> None:
    assert options.LANGUAGES == LANGUAGES


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - SILENT))
def test_each_command_for_people_takes_lang(name: str) -> None:
    command = commands(cli)[name]  # type: ignore[arg-type]
    meant = [command]
    if name in GROUPS:
        assert isinstance(command, click.Group)
        meant = [command.commands[x] for x in GROUPS[name]]
    assert all(any("--lang" in p.opts for p in one.params) for one in meant)


def test_commands_speak_as_asked(run: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = tmp_path / "a.md", tmp_path / "b.md"
    old.write_text(TEXTS[ZH], encoding="utf-8")
    new.write_text(NEW[ZH], encoding="utf-8")
    assert "两个文本相同" in run("diff", str(old), str(old), "--lang", "zh-CN")[2]
    assert "the texts are the same" in run("diff", str(old), str(old), "--lang", "en")[2]
    assert "现行有效" in run("versions", "--lang", "zh-CN")[1]
    assert "in-force" in run("versions")[1]
    monkeypatch.setenv("POLICYCTL_LANG", "zh-CN")
    assert "没有检出" not in run("versions")[2]
    assert "现行有效" in run("versions")[1]
    monkeypatch.delenv("POLICYCTL_LANG")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "现行有效" in run("versions")[1]


def test_classify_explains_in_the_language_asked_for(
    tmp_path: Path, run: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in (("a.md", TEXTS[ZH]), ("b.md", NEW[ZH])):
        (tmp_path / name).write_text(text, encoding="utf-8")
    for lang, expected in (("zh-CN", "联系方式, 修改: "), ("en", "contact, changed: ")):
        with pytest.raises(SystemExit) as end:
            cli.main(["classify", str(tmp_path / "a.md"), str(tmp_path / "b.md"), "--lang", lang])
        assert end.value.code == 0
        assert capsys.readouterr().out.startswith(expected)


def test_init_and_import_say_what_to_do_next(run: Shell, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["init", str(tmp_path / "new"), "--lang", "zh-CN"])
    assert "下一步：填写 policy.toml" in capsys.readouterr().out
    err = run("import", "--force", "--lang", "zh-CN")[2]
    assert "份政策（其中 0 份现已删除）" in err
    assert "下一步：核对 policy.toml" in err
