"""What the law adds to the table, and what is held up whatever a sentence says, by the real commands."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policy_versions.model import Level
from tests.faults.house import SETTINGS, House, codes, page

AD = "We use your email address for advertising."
ABROAD = "We transfer your account data to servers in Singapore."


class Desk(House):
    """One published policy of one language."""

    def __init__(self, root: Path, before: str = "", *, settings: str = SETTINGS, under: str = "Further") -> None:
        super().__init__(root, {"a": page(before, under)}, settings)
        self.under = under
        self.publish()

    def text(self) -> str:
        """Return the text as it stands."""
        return (self.git.root / "policies/a/en.md").read_text("utf-8")

    def change(self, after: str, *answers: str) -> dict[str, Any]:
        """Change the sentence, draft with these answers, check."""
        self.git.commit({"policies/a/en.md": page(after, self.under)})
        self.draft(*answers)
        return self.check()["a"]


def settings(jurisdictions: str, floor: bool = True) -> str:
    text = SETTINGS.replace('["CN", "EU", "US"]', jurisdictions)
    return text if floor else text + "[notice]\nfloor = false\n"


def level(report: dict[str, Any], category: str) -> Level:
    found = [Level(f["duty"]["level"]) for f in report["findings"] if f["category"] == category]
    return max(found, key=lambda x: x.rank)


def test_what_reaches_back_needs_consent_in_the_us(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r", settings=settings('["US"]', floor=False))
    no = ("unexpected=false", "minors=false", "sensitive=false")
    assert level(desk.change(AD, *no), "purpose") is Level.CONSENT  # not answered counts as yes
    desk.draft(*no, "retroactive=false")
    assert level(desk.check()["a"], "purpose") is Level.PROMINENT


def test_another_ground_than_consent_never_sinks_below_the_policy_s_promise(tmp_path: Path) -> None:
    answers = ("consent_basis=false", "sensitive=false", "minors=false", "abroad=false")
    bare = Desk(tmp_path / "bare", settings=settings('["CN"]', floor=False))
    promised = Desk(tmp_path / "promised", settings=settings('["CN"]'))
    assert level(bare.change(AD, *answers), "purpose") is Level.PROMINENT
    assert level(promised.change(AD, *answers), "purpose") is Level.CONSENT


def test_abroad_without_a_mechanism_stops_the_release(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r")
    report = desk.change(ABROAD)
    assert {"duty-M6", "assessment-missing"} <= codes(report)
    assert level(report, "location").rank >= Level.SEPARATE_CONSENT.rank
    desk.draft("unassessed=false")
    assert "duty-M6" not in codes(desk.check()["a"])


def wait(report: dict[str, Any]) -> int:
    return int(report["lead_days"])


SHORT = "[notice]\nlead_days = { routine = 0, prominent = 0, consent = 0 }\n"


def test_a_platform_s_rules_wait_seven_days(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r", settings=settings('["CN"]') + SHORT)
    assert wait(desk.change(AD, "platform=true")) >= 7


def test_business_users_have_fifteen_days(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r", settings=settings('["EU"]') + SHORT)
    assert wait(desk.change(AD, "business_users=true")) >= 15


def test_an_urgent_order_waits_a_day_and_asks_all_the_same(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r", settings=settings('["CN"]'))
    before = desk.change(AD)
    desk.draft("urgent=true")
    after = desk.check()["a"]
    assert (wait(before), wait(after)) == (30, 1)
    assert level(after, "purpose") is level(before, "purpose")
    assert date.fromisoformat(after["earliest_effective_on"]) < date.fromisoformat(before["earliest_effective_on"])


def test_consent_exchanged_for_another_ground_stops_the_release(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r", settings=settings('["EU"]'))
    report = desk.change("We may collect this information without your consent.")
    assert "duty-M15" in codes(report)


def test_data_that_is_declared_not_personal_waits_for_a_person(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r")
    report = desk.change("Your device data is not personal information and we use it for any purpose.")
    assert report["findings"]
    assert "undecided" in codes(report)


def test_a_release_without_a_summary_in_every_language_is_held_up(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r")
    assert "summary-missing" in codes(desk.change("We may improve your experience with your email address."))


def test_each_finding_says_what_people_could_expect(tmp_path: Path) -> None:
    house = House(tmp_path / "r", {"a": page("")})
    house.git.commit({"policies/a/en.md": page(AD)})
    findings = house.check("HEAD~1..HEAD")["a"]["findings"]
    assert findings
    for finding in findings:
        assert "People who agreed to the old text" in finding["witness"]["en"]
        assert "同意旧版本的人" in finding["witness"]["zh-CN"]


def test_an_unknown_setting_is_an_error_and_names_the_right_one(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r")
    text = (desk.git.root / "policy.toml").read_text("utf-8")
    desk.git.commit({"policy.toml": text.replace("jurisdictions =", "jurisdiction =")})
    said = desk.run("check", "HEAD~1..HEAD", codes=(2,))
    assert "jurisdiction" in said
    assert "jurisdictions" in said


def test_a_number_that_does_not_fit_the_change_is_held_up(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r")
    desk.change(AD)
    path = desk.release()
    assert path.stem == "2.0.0"
    wrong = path.with_name("1.0.10.yaml")
    wrong.write_text(path.read_text("utf-8").replace("2.0.0", "1.0.10"), "utf-8")
    path.unlink()
    assert any(code.startswith("number") for code in codes(desk.check()["a"])), codes(desk.check()["a"])


def test_a_day_or_a_placeholder_that_cannot_stay_is_held_up(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r")
    assert "placeholder" in codes(desk.change(f"{AD}\n\nReviewed by TODO."))
    text = desk.git.root / "policies/a/en.md"
    for day, code in (
        ("1 January 2020", "date-past"),
        ("31 February 2030", "date-unreal"),
        ("1 May 2099", "date-wrong"),
    ):
        text.write_text(page(AD, day=f"Effective date: {day}"), "utf-8")
        assert code in codes(desk.check()["a"]), day
    text.write_text(page(AD), "utf-8")
    desk.draft()
    assert not {c for c in codes(desk.check()["a"]) if c.startswith("date")}
    text.write_text(page(AD, day="Now and then."), "utf-8")
    assert "date-missing" in codes(desk.check()["a"])


def test_formatting_asks_nobody_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r", AD)
    desk.git.write("policies/a/en.md", desk.text().replace("We use your email", "We use **your**  email"))
    report = desk.check()["a"]
    assert (report["findings"], report["level"]) == ([], "none")


def test_an_old_fault_of_form_only_warns(tmp_path: Path) -> None:
    desk = House(tmp_path / "r", {"a": page("See the [list](gone.md).")})
    desk.git.commit({"policies/a/en.md": page(f"See the [list](gone.md).\n\n{AD}")})
    report = desk.check("HEAD~1..HEAD")["a"]
    assert "link-broken" in codes(report, "warnings")
    assert "link-broken" not in codes(report)


@pytest.mark.parametrize("kind", ["markdown", "github", "sarif", "gitlab"])
def test_every_report_says_that_something_blocks(tmp_path: Path, kind: str) -> None:
    desk = House(tmp_path / "r", {"a": page("")})
    desk.git.commit({"policies/a/en.md": page("We answer every request within 90 days.")})
    said = desk.run("check", "HEAD~1..HEAD", "--format", kind, codes=(1,))
    assert "90 days" in (json.dumps(json.loads(said), ensure_ascii=False) if kind in {"sarif", "gitlab"} else said)
