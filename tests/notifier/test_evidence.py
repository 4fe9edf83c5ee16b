"""What can be proved about a person and a day, and the commands that show and record it, over a real repository."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from notifier import schema
from notifier.cases import Decision
from notifier.cli_consent import consent, evidence
from notifier.consent import Held, Reason
from notifier.consent_log import ConsentError, Method, broken
from notifier.desk import Desk
from notifier.evidence import gather, to_json
from notifier.evidence_text import in_words
from notifier.receipts import export
from notifier.store import consents, recipients
from policy_versions import release_file
from policy_versions.errors import PolicyError
from policy_versions.model import ReleaseText
from tests.consent_site import EFFECTIVE, NOW, PEOPLE, Site, build, change
from tests.notifier.consent_kit import release
from tests.policy_versions.gitmaker import GitMaker

POLICY_TOML = """schema = 1
authoritative = "zh-CN"
languages = ["zh-CN", "en"]
jurisdictions = ["CN"]
timezone = "Asia/Shanghai"
[site]
title = { zh-CN = "政策", en = "Policies" }
url = "https://policies.example.com/"
[controller]
name = { zh-CN = "示例公司", en = "Example Ltd" }
email = "privacy@example.com"
[[policy]]
id = "privacy"
title = { zh-CN = "隐私政策", en = "Privacy policy" }
files = { zh-CN = "policies/privacy/zh-CN.md", en = "policies/privacy/en.md" }
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return build(tmp_path)


def answer(site: Site, person: str, decision: Decision, actor: str = "", *, separate: bool = False) -> None:
    case = site.desk.case(site.desk.person(person), actor or person, site.releases[1], site.now, "zh-CN")
    question = next(q for q in case.questions if q.separate == separate)
    site.desk.record(case, question.items, decision, Method.PAGE, "the screen")


def test_it_says_what_bound_what_was_told_and_what_was_answered(site: Site) -> None:
    answer(site, "u-adult", Decision.ACCEPT)
    before = gather(site.desk, "u-adult", EFFECTIVE - timedelta(days=1)).policies[0]
    after = gather(site.desk, "u-adult", EFFECTIVE).policies[0]
    assert before.bound is not None
    assert after.bound is not None
    assert (before.bound.number, after.bound.number) == ("3.0.0", "4.0.0")
    assert after.bound.reason is Reason.ACCEPTED
    (told,) = after.told
    assert (told.channel, told.address, [e.detail for e in told.events]) == ("email", "u-adult@example.com", ["250 ok"])
    (proof,) = after.answers
    assert proof.screen_held
    assert proof.receipt


def test_a_decline_keeps_the_old_version_and_says_why(site: Site) -> None:
    answer(site, "u-adult", Decision.DECLINE)
    bound = gather(site.desk, "u-adult", EFFECTIVE).policies[0].bound
    assert bound is not None
    assert bound.number == "3.0.0"
    assert bound.held == {"4.0.0": Held.REFUSED}


@pytest.mark.parametrize(
    ("person", "words"),
    [("u-adult", "无需同意的下列变更自 2026-12-01 起适用，因为已及时通知"), ("u-english", "因为没有及时发出通知")],
)
def test_of_a_declined_version_it_says_what_applies_all_the_same(site: Site, person: str, words: str) -> None:
    answer(site, person, Decision.DECLINE)
    if person == "u-english":  # their mail never arrived
        with site.desk.database.write() as connection:
            connection.execute(sa.text("DROP TRIGGER delivery_events_no_update"))
            connection.execute(schema.delivery_events.update().values(state="failed"))
    found = gather(site.desk, person, EFFECTIVE)
    text = in_words(found, site.desk.publisher, "zh-CN")
    assert words in text
    assert "- 联系电话变更" in text
    assert "3.0.0，自 2025-01-01 起" in text
    (applied,) = to_json(found)["policies"][0]["bound"]["without_consent"]
    assert [f["explanation"]["en"] for f in applied["findings"]] == ["A new telephone number for questions"]


def test_a_day_before_the_answer_knows_nothing_of_it(site: Site) -> None:
    answer(site, "u-adult", Decision.ACCEPT)
    early = gather(site.desk, "u-adult", NOW.date() - timedelta(days=2))
    assert early.policies[0].answers == ()
    assert early.policies[0].told == ()
    assert early.events == 1  # the chain is verified whole
    assert gather(site.desk, "u-adult", date(2020, 1, 1)).policies[0].bound is None


@pytest.mark.parametrize("language", ["zh-CN", "en", "fr"])
def test_in_words_it_names_the_guardian_and_all_hashes(site: Site, language: str) -> None:
    answer(site, "u-child", Decision.ACCEPT, "u-mother")
    answer(site, "u-child", Decision.DECLINE, "u-mother", separate=True)
    found = gather(site.desk, "u-child", EFFECTIVE)
    text = in_words(found, site.desk.publisher, language)
    first, second = (p.event for p in found.policies[0].answers)
    for value in (first.hash, second.hash, first.text_sha256, first.screen_sha256, "u-mother", "u-mother@example.com"):
        assert value in text
    assert ("监护人" if language == "zh-CN" else "guardian") in text
    assert ("核验无误" if language == "zh-CN" else "verified") in text
    assert (
        "以下时刻均为协调世界时（UTC）。" if language == "zh-CN" else "All times below are UTC."
    ) in text.splitlines()
    assert ("新增接收方" if language == "zh-CN" else "New recipient") in text  # refused: goes on as before


def test_an_altered_answer_is_found(site: Site) -> None:
    answer(site, "u-adult", Decision.DECLINE)
    with site.desk.database.write() as connection:
        connection.execute(sa.text("DROP TRIGGER consent_events_no_update"))
        connection.execute(schema.consent_events.update().values(state="given"))
    found = gather(site.desk, "u-adult", EFFECTIVE)
    assert found.broken_at == found.policies[0].answers[0].event.id
    assert to_json(found)["chain"]["verified"] is False


def test_nobody_is_told_as_such(site: Site) -> None:
    with pytest.raises(ConsentError, match="nobody is known as 'u-x'"):
        gather(site.desk, "u-x", EFFECTIVE)


def test_many_answers_at_once_make_one_chain(site: Site) -> None:
    cases = [site.desk.case(site.desk.person("u-adult"), "u-adult", site.releases[1], NOW, "zh-CN") for _ in range(8)]

    def press(number: int) -> int:
        question = cases[number].questions[number % 2]
        decision = (Decision.ACCEPT, Decision.DECLINE)[number // 2 % 2]
        return len(site.desk.record(cases[number], question.items, decision, Method.PAGE, f"screen {number}"))

    with ThreadPoolExecutor(8) as pool:
        made = sum(pool.map(press, range(8)))
    chain = consents.events(site.desk.database, "u-adult")
    assert len(chain) == made >= 2
    assert broken(chain) is None


# the commands, over a repository made by git


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a policy repository with two releases, the second asking, in force since yesterday; four people."""
    root = tmp_path / "policies"
    made = GitMaker(root)
    today = datetime.now(UTC).date()
    first = release("1.0.0", date(2025, 1, 1))
    second = replace(change("2.0.0"), previous="1.0.0", effective_on=today - timedelta(days=1), announced_on=today)
    second = replace(second, announced_on=today - timedelta(days=31))
    for one in (first, second):
        texts = {f"policies/privacy/{lang}.md": f"# {one.number} {lang}\n" for lang in ("zh-CN", "en")}
        hashes = {
            Path(path).stem: ReleaseText(Path(path).stem, path, hashlib.sha256(text.encode()).hexdigest())
            for path, text in texts.items()
        }
        file = release_file.dump(replace(one, texts=hashes))
        made.release(
            {"policy.toml": POLICY_TOML, **texts, release_file.path_of("privacy", one.number): file}, one.number
        )
    monkeypatch.setenv("POLICYCTL_SECRET_KEY", "secret")
    monkeypatch.delenv("POLICYCTL_DATABASE_URL", raising=False)
    monkeypatch.delenv("POLICYCTL_SIGNING_KEY_FILE", raising=False)
    desk = Desk.open(root, os.environ)
    recipients.save(desk.database, PEOPLE, datetime(2025, 6, 1, tzinfo=UTC))
    desk.database.close()
    (tmp_path / "script.txt").write_text("读给对方听的内容", encoding="utf-8")
    return root


def call(repository: Path, *arguments: str, command: Sequence[str] = ()) -> Result:
    group = evidence if command else consent
    return CliRunner().invoke(group, [*arguments, "-C", str(repository)])


def test_an_answer_by_phone_is_recorded_with_what_was_read_out(repository: Path, tmp_path: Path) -> None:
    script = str(tmp_path / "script.txt")
    arguments = ("record", "u-adult", "privacy@2.0.0", "--decision", "accept", "--method", "phone")
    refused = call(repository, *arguments)
    assert refused.exit_code == 2
    assert "--screen" in refused.output
    done = call(repository, *arguments, "--screen", script)
    assert done.exit_code == 0, done.output
    shown = call(repository, "show", "u-adult", "--format", "json")
    found = msgspec.json.decode(shown.output)
    (policy,) = found["policies"]
    assert policy["bound"]["number"] == "2.0.0"
    assert [k["finding"] for k in policy["bound"]["kept_as_before"]] == ["partner-zh-CN"]
    assert policy["answers"][0]["method"] == "phone"
    assert policy["answers"][0]["screen_held"] is True
    again = call(repository, *arguments, "--screen", script)
    assert "already" in again.output


def test_withdrawing_goes_back(repository: Path, tmp_path: Path) -> None:
    script = str(tmp_path / "script.txt")
    same = ("u-adult", "privacy@2.0.0", "--method", "paper")
    assert isinstance(call(repository, "withdraw", *same).exception, ConsentError)
    call(repository, "record", *same, "--decision", "accept", "--screen", script)
    assert call(repository, "withdraw", *same).exit_code == 0
    text = call(repository, "show", "u-adult", "--language", "en").output
    assert "1.0.0, since 2025-01-01" in text
    assert "2.0.0 did not apply: consent withdrawn" in text


def test_only_a_guardian_records_for_a_child(repository: Path, tmp_path: Path) -> None:
    same = ("record", "u-child", "privacy@2.0.0", "--decision", "accept", "--method", "paper")
    screen = ("--screen", str(tmp_path / "script.txt"))
    for who in ("u-child", "u-english"):
        assert isinstance(call(repository, *same, *screen, "--by", who).exception, ConsentError)
    assert call(repository, *same, *screen, "--by", "u-mother").exit_code == 0


def test_a_separate_matter_is_named(repository: Path) -> None:
    same = ("record", "u-adult", "privacy@2.0.0", "--decision", "decline", "--method", "api")
    assert call(repository, *same, "--finding", "partner-zh-CN").exit_code == 0
    wrong = call(repository, *same, "--finding", "nothing")
    assert wrong.exit_code == 2
    assert "partner-zh-CN" in wrong.output


def test_evidence_prints_the_day(repository: Path) -> None:
    done = CliRunner().invoke(evidence, ["--person", "u-adult", "--on", "2025-03-01", "-C", str(repository)])
    assert done.exit_code == 0, done.output
    assert "1.0.0，自 2025-01-01 起" in done.output
    french = ["--person", "u-adult", "--on", "2025-03-01", "--language", "fr", "-C", str(repository)]
    refused = CliRunner().invoke(evidence, french)
    assert (refused.exit_code, "(allowed: en, zh-CN)" in refused.output) == (2, True)
    bad = CliRunner().invoke(evidence, ["--person", "u-adult", "--on", "March", "-C", str(repository)])
    assert bad.exit_code == 2
    assert "2026-12-01" in bad.output
    other = CliRunner().invoke(
        evidence, ["--person", "u-adult", "--on", "2025-03-01", "--policy", "x", "-C", str(repository)]
    )
    assert "allowed: privacy" in other.output


def test_reading_needs_no_key_and_answering_says_which(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLICYCTL_SECRET_KEY")
    shown = CliRunner().invoke(evidence, ["--person", "u-adult", "--on", "2025-03-01", "-C", str(repository)])
    assert (shown.exit_code, call(repository, "show", "u-adult").exit_code) == (0, 0), shown.output
    for command in (("link",), ("record", "--decision", "decline", "--method", "phone", "--finding", "partner-zh-CN")):
        error = call(repository, *command, "u-adult", "privacy@2.0.0").exception
        assert isinstance(error, PolicyError)
        assert "POLICYCTL_SECRET_KEY" in str(error)
    monkeypatch.setenv("POLICYCTL_SECRET_KEY", "secret")
    assert msgspec.json.decode(call(repository, "show", "u-adult", "--format", "json").output)["chain"]["events"] == 0


@pytest.mark.parametrize("version", ["privacy@9.9", "other@1.0.0", "privacy"])
def test_unknown_versions_are_told_with_those_there_are(repository: Path, version: str) -> None:
    done = call(repository, "link", "u-adult", version)
    assert done.exit_code == 2
    assert "allowed" in done.output


def test_a_link_can_be_made_by_hand(repository: Path) -> None:
    done = call(repository, "link", "u-adult", "privacy@2.0.0")
    assert done.output.startswith("https://policies.example.com/answer/")


def test_a_receipt_file_is_verified(site: Site, tmp_path: Path) -> None:
    answer(site, "u-adult", Decision.ACCEPT)
    proof = gather(site.desk, "u-adult", EFFECTIVE).policies[0].answers[0]
    receipt = consents.receipt_of(site.desk.database, proof.receipt)
    assert receipt is not None
    file = tmp_path / "receipt.json"
    file.write_bytes(export(receipt))
    for key in ([], ["--key", site.desk.key.verifier()]):
        done = CliRunner().invoke(consent, ["verify", str(file), *key])
        assert done.exit_code == 0
        assert "ok: u-adult given privacy 4.0.0" in done.output
    file.write_bytes(export(receipt).replace(b'"given"', b'"refused"'))
    failed = CliRunner().invoke(consent, ["verify", str(file)])
    assert isinstance(failed.exception, PolicyError)
    assert failed.exception.exit_code == 1
