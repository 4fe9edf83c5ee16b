"""Which categories are telling: the weights are as learned, the likeliest stays, and a check leaves nothing out."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_versions import rules
from policy_versions.classify import classify, described
from policy_versions.compare import Delta
from policy_versions.facts import statement
from policy_versions.findings import Candidate
from policy_versions.matchers import Match
from policy_versions.model import Category, Direction, Effect
from policy_versions.relevance import LIKELY, likelihood, relevant, weights
from tests.reading_changes import read as read_changes
from tests.relevance.__main__ import main
from tests.relevance.learning import learn
from tests.relevance.rows import read, write

BEFORE = "# Privacy policy\n\n" + "\n\n".join(
    f"{head}\n\n{text}"
    for head, text in (
        ("## Data", "We collect your name and your e-mail address when you register."),
        ("## Use", "We use your e-mail address to answer your questions."),
        ("## Time", "We keep your letters for two years."),
    )
)
AFTER = BEFORE.replace("two years", "five years") + "\n\n## Safety\n\nWe protect your data with suitable measures.\n"


def test_the_weights_are_learned_from_the_rows_in_the_repository() -> None:
    assert main(["--check"]) == 0


def test_what_readers_list_is_likelier_than_what_they_do_not() -> None:
    rows = read()
    listed, left = ([likelihood(r.traits) for r in rows if r.listed is truth] for truth in (True, False))
    assert sum(listed) / len(listed) > sum(left) / len(left) + 0.1
    below = [r.listed for r in rows if likelihood(r.traits) < LIKELY]
    assert sum(below) < len(below) / 2


def test_learning_finds_what_decides_and_nothing_in_what_does_not() -> None:
    rows = [{"one": 1.0, "decides": float(n % 2), "noise": float(n % 3)} for n in range(600)]
    told = learn(rows, [n % 2 == 1 for n in range(600)])
    assert told["decides"] > 1
    assert abs(told["noise"]) < told["decides"] / 4
    assert told == learn(rows, [n % 2 == 1 for n in range(600)])


def test_rows_are_written_as_read(tmp_path: Path) -> None:
    rows = read()
    write(rows, tmp_path / "rows.tsv")
    assert read(tmp_path / "rows.tsv") == rows


def test_every_trait_of_a_change_has_a_weight() -> None:
    figures = dict(described(BEFORE, AFTER, "en"))
    assert set(figures) >= {Category.RETENTION}
    assert all(set(traits) <= set(weights()) for traits in figures.values())


def found(rule: str, direction: Direction) -> Candidate:
    known = rules.find(rule)
    assert known is not None
    side = statement("A sentence.", None, "en")
    return Candidate(Match(known, Effect.ADDED, direction, (), ()), Delta(None, side, (), ()), 1.0)


def test_the_likeliest_stays_and_what_no_rule_explains() -> None:
    data, purpose = found("data-kind", Direction.EXPANDS), found("purpose-stated", Direction.EXPANDS)
    unknown = found("unclassified", Direction.NEUTRAL)
    low, high = {"one": 0.0, "score": -9.0}, {"one": 0.0, "score": 9.0}
    told = relevant([purpose, unknown, data], lambda ones: high if ones[0] is data else low)
    assert told == [unknown, data]
    assert relevant([purpose], lambda _: low) == [purpose]
    assert relevant([], lambda _: low) == []


def test_a_change_never_becomes_less_material() -> None:
    safer, kept = found("security-measure", Direction.RESTRICTS), found("retention-period", Direction.NEUTRAL)
    told = relevant([safer, kept], lambda ones: {"score": 9.0 if ones[0] is safer else -9.0})
    assert told == [safer, kept]


@pytest.mark.parametrize("name", ["en-later", "zh"])
def test_a_check_is_told_what_classify_finds_too_unlikely(name: str) -> None:
    """In our own labelled changes classify leaves categories out, a check never."""
    fewer = 0
    for change in read_changes(Path(__file__).parent / f"changes/{name}.txt"):
        few, whole = (
            {f.category for f in classify(change.before, change.after, change.language, whole=w).findings}
            for w in (False, True)
        )
        assert few <= whole
        assert bool(few) == bool(whole)
        fewer += few < whole
    assert fewer
