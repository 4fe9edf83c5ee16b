"""The sweep over a history: every change is counted; what cannot be judged is told and does not end the run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.policy_versions.gitmaker import GitMaker
from tests.sweep.__main__ import main, run
from tests.sweep.judge import judge
from tests.sweep.pairs import opened, pairs

KEEP = "# Privacy\n\nWe keep your data for {n} days.\n"
PATH = "app/privacy.md"


@pytest.fixture
def history(tmp_path: Path) -> GitMaker:
    maker = GitMaker(tmp_path / "app")
    for text in (KEEP.format(n=30), KEEP.format(n=90), b"# Privacy\n\n\xff\xfe\xfa\n", KEEP.format(n=90)):
        maker.commit({PATH: text, "other/terms.md": text})
    return maker


def test_every_change_is_told_and_what_is_no_text_does_not_end_the_run(
    history: GitMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(history.root), "--jobs", "1", "--sample", "2", "--seed", "1"]) == 0
    told = capsys.readouterr().out
    assert "| app | 3 | 1 | 1 | 2 |" in told
    assert "| retention | 1 | 1 | 100.0 % |" in told
    commits = history.git("log", "--format=%H", "--reverse").split()
    for old, new in ((1, 2), (2, 3)):
        assert f"app: {PATH} {commits[old][:10]}..{commits[new][:10]} | refused | " in told
    assert "- **retention changed expands**" in told
    assert "    - `+3` We keep your data for 90 days.".strip() in told


def test_a_bundle_is_swept_as_its_repository_is(history: GitMaker, tmp_path: Path) -> None:
    bundle = tmp_path / "app.bundle"
    history.git("bundle", "create", "--quiet", str(bundle), "main")
    every = re.compile("")
    with opened(bundle) as folder:
        of_bundle = [p.blobs for p in pairs(folder, "app", every)]
    assert of_bundle == [p.blobs for p in pairs(history.root, "app", every)]
    assert len(of_bundle) == 6


def test_a_file_that_is_no_bundle_is_refused_by_name(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.bundle"
    wrong.write_text("no bundle")
    with pytest.raises(SystemExit, match=re.escape(str(wrong))):
        main([str(wrong)])


def test_workers_say_what_this_process_says(history: GitMaker) -> None:
    found = list(pairs(history.root, "app", re.compile("privacy")))
    here = [judge(p) for p in found]
    there = run(found, 2)
    assert [(o.categories, o.level, bool(o.error)) for o in there] == [
        (o.categories, o.level, bool(o.error)) for o in here
    ]
