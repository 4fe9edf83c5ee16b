"""One recall by the command line: announced, told, taken back, told again, and what people then read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

from tests.forge.test_actions import NEW, Place, drafted, edited

__all__ = ["drafted", "edited"]  # fixtures

CSV = "id,language,birth_date,guardian_id,email\nanna,en,1990-01-01,,\nbao,zh-CN,1985-01-01,,\n"


class Desk:
    """A person at the command line."""

    def __init__(self, place: Place, tmp_path: Path) -> None:
        self.place, self.root = place, place.git.root
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("POLICYCTL_", "GITHUB_"))},
            "LANG": "C.UTF-8",
            "POLICYCTL_SECRET_KEY": "key",
            "POLICYCTL_SMTP_URL": "smtp://127.0.0.1:9",  # nobody here has an address: our own pages tell them
            "POLICYCTL_DATABASE_URL": f"sqlite:///{tmp_path}/notifier.db",
        }

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """Run policyctl; the exit code must be the one that is expected."""
        command = [str(Path(sys.executable).parent / "policyctl"), *arguments]
        done = subprocess.run(command, cwd=self.root, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def desk(edited: Place, tmp_path: Path) -> Desk:
    place = edited.copy(tmp_path / "place")
    desk = Desk(place, tmp_path)
    place.git.git("switch", "--quiet", "main")
    place.git.git("merge", "--quiet", "edit")
    desk("draft", "privacy")
    (path,) = [p for p in (desk.root / "policies/privacy/releases").iterdir() if p.name != "1.0.0.yaml"]
    report = json.loads(desk("check", "--format", "json", code=1))
    marks = {f["fingerprint"] for f in report["policies"][0]["findings"]}
    desk("decide", *sorted(marks), "--verdict", "confirmed", "--reason", "checked", "--by", "lin@example.com")
    (path,) = [p for p in (desk.root / "policies/privacy/releases").iterdir() if p.name != "1.0.0.yaml"]
    place.word(path.stem)
    place.git.commit()
    desk("publish")
    return desk


def test_a_recall_from_end_to_end(desk: Desk, tmp_path: Path) -> None:
    number = max(t.removeprefix("privacy/v") for t in desk.place.git.git("tag", "--list", "privacy/v1.*").split())
    version = f"privacy@{number}"
    people = tmp_path / "people.csv"
    people.write_text(CSV, "utf-8")
    desk("notify", "import", str(people))
    desk("notify", "plan", version)
    desk("notify", "send", f"privacy-{number}-announce", "--once")
    people.write_text(CSV + "late,en,1990-01-01,,\n", "utf-8")
    desk("notify", "import", str(people))
    assert "not withdrawn" in desk("notify", "plan", version, "--recall", code=2)

    why = ("--reason", "zh-CN=另有安排。", "--reason", "en=Plans changed.")
    assert "may not recall" in desk("recall", version, *why, "--by", "mallory@example.com", "--lang", "en", code=1)
    told = desk("recall", version, *why, "--by", "lin@example.com", "--lang", "en")
    assert f"policyctl notify plan {version} --recall" in told
    desk("verify")
    assert "is withdrawn" in desk("notify", "plan", version, code=2)
    assert "for 2 people" in desk("notify", "plan", version, "--recall")
    desk("notify", "send", f"privacy-{number}-recall", "--once")
    assert "Plans changed." in desk("notify", "show", f"privacy-{number}-recall", "--language", "en")

    desk("archive", "export", str(tmp_path / "site"))
    page = unescape((tmp_path / f"site/privacy/v{number}/zh-CN/index.html").read_text("utf-8"))
    assert "撤回" in page
    assert "另有安排。" in page
    assert "另有安排。" in (tmp_path / "site/privacy/feed.atom").read_text("utf-8")
    assert next(iter(NEW.values())).splitlines()[0].lstrip("# ") in page
    assert "1.0.0" in desk("versions", "privacy", "--format", "json")
    refused = desk("recall", "privacy@1.0.0", *why, "--by", "lin@example.com", "--lang", "en", code=1)
    assert "can no longer be recalled" in refused
    assert "policyctl draft privacy" in refused
