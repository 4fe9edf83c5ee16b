"""The operator's commands, from a CSV file to a status."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy_versions.cli import cli
from policy_versions.errors import PolicyError

CSV = "id,language,birth_date,guardian_id,email\nanna,en,1990-01-01,,anna@example.org\nkid,zh-CN,2015-01-01,anna,\n"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Give a function that runs `policyctl notify` in a new policy repository."""
    runner = CliRunner(env={"POLICYCTL_SECRET_KEY": "key", "POLICYCTL_LANG": "en", "GIT_CONFIG_GLOBAL": "/dev/null"})
    made = runner.invoke(cli, ["init", str(tmp_path / "policies")])
    assert made.exit_code == 0, made.output

    def call(*args: str, **env: str) -> Result:
        result = runner.invoke(cli, ["notify", "-C", str(tmp_path / "policies"), *args], env=env)
        if isinstance(result.exception, PolicyError):
            return result
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result

    return call


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Give a file of two people."""
    path = tmp_path / "people.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def test_bad_rows_are_named_and_nothing_is_stored_unless_asked(run: Callable[..., Result], people: Path) -> None:
    with people.open("a", encoding="utf-8") as file:
        file.write("bad,en,yesterday,,x\n")
    refused = run("import", str(people))
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        f"{people}: line 4, column `birth_date`: not a date: 'yesterday' (YYYY-MM-DD)",
        f"{people}: line 4, column `email`: not an e-mail address: 'x': An email address must have an @-sign.",
    ]
    assert (
        refused.stdout
        == "Nothing was stored: 1 rows are bad. Mend them, or pass --skip-bad to store the 2 good ones.\n"
    )
    accepted = run("import", str(people), "--skip-bad")
    assert (accepted.exit_code, accepted.stdout) == (0, "2 people stored.\n1 bad rows were left out, as asked.\n")


def test_a_campaign_is_planned_started_and_counted(run: Callable[..., Result], people: Path) -> None:
    run("import", str(people))
    assert "Would plan 3 deliveries for 2 people" in run("plan", "privacy@1", "--dry-run").stdout
    assert run("status").stdout == "There are no campaigns.\n"
    planned = run("plan", "privacy@1").stdout
    assert "in_app in en: 2" in planned
    assert "in_app in zh-CN: 1" in planned
    assert "Nothing is sent yet" in planned
    assert "(nobody new)" in run("plan", "privacy@1").stdout
    before = run("status", "privacy-1-announce").stdout
    assert before == "privacy-1-announce: planned, not started, Editorial, 3 deliveries\n  in_app not sent yet: 3\n"
    sent = run("send", "privacy-1-announce", "--by", "lin").stdout
    assert "This run: sent 3" in sent
    assert "privacy-1-announce: done, Editorial, 3 deliveries\n  in_app sent: 3\n" in sent
    assert "已发送：3" in run("status", "privacy-1-announce", POLICYCTL_LANG="zh-CN").stdout


def test_campaigns_rest_go_on_and_end(run: Callable[..., Result], people: Path) -> None:
    run("import", str(people))
    run("plan", "privacy@1")
    assert "was never started" in str(run("resume", "privacy-1-announce").exception)
    assert "is planned: it cannot become paused" in str(run("pause", "privacy-1-announce").exception)
    assert run("cancel", "privacy-1-announce").stdout == "privacy-1-announce is cancelled.\n"
    assert "in_app cancelled: 3" in run("status").stdout
    assert "is cancelled: it cannot become running" in str(run("send", "privacy-1-announce").exception)


def test_the_notice_can_be_read_before_it_is_sent(run: Callable[..., Result]) -> None:
    run("plan", "privacy@1")
    text = run("show", "privacy-1-announce", "--language", "en").stdout
    assert text.startswith("Our Privacy Policy changes on ")
    assert "https://personal-link.invalid/" in text
    assert "<html" in run("show", "privacy-1-announce", "--form", "html").stdout


def test_wrong_use_is_told(run: Callable[..., Result]) -> None:
    assert "is not POLICY@NUMBER" in run("plan", "privacy").stderr
    assert "no campaign 'x'" in str(run("status", "x").exception)
    run("plan", "privacy@1")
    assert "POLICYCTL_SECRET_KEY: not set" in str(run("send", "privacy-1-announce", POLICYCTL_SECRET_KEY="").exception)
    assert "POLICYCTL_BROKER_URL: not set" in str(run("send", "privacy-1-announce", "--workers", "celery").exception)


@pytest.mark.parametrize(
    ("lang", "words", "reason"),
    [
        ("en", "names columns that are unknown", "line 1, column `lang`: unknown column"),
        ("zh-CN", "不认识的列名", "第 1 行，`lang` 列：没有这一列"),
    ],
)
def test_an_unknown_column_is_not_counted_as_a_bad_row(
    run: Callable[..., Result], people: Path, lang: str, words: str, reason: str
) -> None:
    people.write_text(CSV.replace("language", "lang"), encoding="utf-8")
    refused = run("import", str(people), POLICYCTL_LANG=lang)
    assert refused.exit_code == 1
    assert reason in refused.stderr
    assert words in refused.stdout
    accepted = run("import", str(people), "--skip-bad")
    assert (accepted.exit_code, accepted.stdout) == (0, "2 people stored.\n")
