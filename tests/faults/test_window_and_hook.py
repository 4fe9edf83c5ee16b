"""Two things people live with for days: the window for public comments, and the hook on every commit. End to end."""

from __future__ import annotations

import json
import re
import stat
import sys
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from ruamel.yaml import YAML

from tests.faults.house import SETTINGS, House, page

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
AD = "We use your email address for advertising."
WINDOW = (
    '[comments]\ndays = 45\nurl = "https://git.example.com/new?title={policy}%20{number}%20{finding}"\n'
    "[notice]\nlead_days = { routine = 7, prominent = 7, consent = 7 }\n"
)
NO = ("sensitive", "minors", "abroad", "automated", "retroactive", "unexpected")


def decide(house: House, policy: str = "a") -> list[str]:
    """Confirm every finding of the open release, as its lawyer would; return the fingerprints."""
    found = [f["fingerprint"] for f in house.check()[policy]["findings"]]
    house.run("decide", *found, "--verdict", "confirmed", "--reason", "checked", "--by", "lin@example.com")
    path = house.release(policy)
    path.write_text(path.read_text("utf-8").replace('\n  en: ""', "\n  en: Advertising is new"), "utf-8")
    return found


def exported(house: House, folder: Path) -> str:
    """Export the archive and return the page of the new version."""
    house.run("archive", "export", str(folder), "--index-file", str(folder.with_suffix(".sqlite3")))
    return unescape((folder / f"a/v{house.release().stem}/en/index.html").read_text("utf-8"))


def test_a_comment_window_opens_belongs_to_findings_and_closes(tmp_path: Path) -> None:
    house = House(tmp_path / "repo", {"a": page("")}, SETTINGS.replace('["CN", "EU", "US"]', '["CN"]') + WINDOW)
    house.publish()

    # The change itself could apply in a week; the window keeps it for 45 days, and nobody may shorten that by hand.
    house.git.commit({"policies/a/en.md": page(AD)})
    house.draft(*(f"{name}=false" for name in NO))
    found = decide(house)
    release = house.release()
    text = release.read_text("utf-8")
    assert "comment_days: 45" in text
    today = datetime.now(UTC).date()
    day = re.search(r"\neffective_on: (\S+)", text)
    assert day is not None
    assert day[1] >= (today + timedelta(days=45)).isoformat()
    release.write_text(text.replace("comment_days: 45", "comment_days: 3"), "utf-8")
    assert "comments-short" in {b["code"] for b in house.check()["a"]["blocks"]}
    release.write_text(text.replace(day[1], (today + timedelta(days=10)).isoformat()), "utf-8")
    assert "effective-early" in {b["code"] for b in house.check()["a"]["blocks"]}
    release.write_text(text, "utf-8")
    assert house.check()["a"]["blocks"] == []
    house.git.commit()
    house.run("publish")

    # The coming version can be read, says until when one may comment, and each finding has its own address to do so.
    shown = exported(house, tmp_path / "open")
    until = datetime.fromisoformat(day[1]).date() - timedelta(days=1)
    assert str(until.day) in shown
    links = [unquote(x) for x in re.findall(r'href="(https://git\.example\.com/new[^"]*)"', shown)]
    titles = {parse_qs(urlsplit(x).query)["title"][0] for x in links}
    for fingerprint in found:
        assert any(f"a {release.stem} {fingerprint[:8]}" in title for title in titles), titles

    # The same version, on a day when it applies: nothing can be said any more.
    over = release.read_text("utf-8")
    past = {day[1]: (today - timedelta(days=1)).isoformat(), f"{today}": (today - timedelta(days=60)).isoformat()}
    for old, new in past.items():
        over = over.replace(old, new)
    closed = House(tmp_path / "later", {"a": page("")}, house.settings)
    closed.publish()
    closed.git.commit(
        {
            "policies/a/en.md": (house.git.root / "policies/a/en.md").read_text("utf-8"),
            f"policies/a/releases/{release.name}": over,
        }
    )
    closed.git.git("tag", "--annotate", "-m", release.stem, f"a/v{release.stem}")
    assert "git.example.com/new" not in exported(closed, tmp_path / "closed")


@pytest.fixture
def hooked(tmp_path: Path) -> House:
    """Install the hook that we publish, as pre-commit calls it: where a staged path matches."""
    house = House(tmp_path / "repo", {"a": page("")})
    house.publish()
    (entry,) = [e for e in YAML(typ="safe").load(HOOKS.read_text("utf-8")) if e["id"] == "policy-check"]
    assert entry["pass_filenames"] is False
    command = entry["entry"].replace("policyctl", str(Path(sys.executable).parent / "policyctl"))
    hook = house.git.root / ".git/hooks/pre-commit"
    hook.write_text(
        f"#!/bin/sh\ngit diff --cached --name-only | grep -Eq '{entry['files']}' || exit 0\n"
        f"unset GIT_INDEX_FILE\nexec {command} --lang en >.git/said 2>&1\n",
        "utf-8",
    )
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    return house


def test_the_hook_stops_a_commit_until_the_change_is_decided(hooked: House) -> None:
    git, said = hooked.git, hooked.git.root / ".git/said"
    git.commit({"README.md": "nothing of a policy\n"})
    assert not said.exists()

    git.write("policies/a/en.md", page(AD))
    head = git.git("rev-parse", "HEAD")
    with pytest.raises(AssertionError):
        git.commit()
    assert git.git("rev-parse", "HEAD") == head
    told = said.read_text("utf-8")
    assert "Adds advertising" in told
    assert "policyctl draft a" in told

    hooked.draft(*(f"{name}=false" for name in NO))
    decide(hooked)
    left = json.loads(hooked.run("check", "--format", "json", codes=(0, 1)))
    assert left["blocked"] is False, left["policies"][0]["blocks"]
    assert git.commit() != head
    assert "Nothing stands in the way." in said.read_text("utf-8")
    assert hooked.check() == {} or not any(p["blocks"] for p in hooked.check().values())
