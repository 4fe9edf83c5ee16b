"""`policyctl rules` and `policyctl explain`: what the classifier looks for, for lawyers, in Chinese or English."""

from __future__ import annotations

import difflib
import json
import re

import click

from policy_versions import concepts, reference
from policy_versions import rules as rulebook
from policy_versions.commands.options import LANG, spoken
from policy_versions.errors import PolicyError
from policy_versions.model import Category
from policy_versions.rules import Rule

_FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to print."
)  # fmt: skip
_WHAT = re.compile(r"\s?[（(]\{what\}[)）]")


@click.command()
@click.option("--category", type=click.Choice([str(c) for c in Category]), help="Only the rules of one category.")
@_FORMAT
@LANG
def rules(category: str | None, form: str, lang: str | None) -> None:
    """List the rules of the classifier; `policyctl explain RULE` tells one in full."""
    listed = [r for r in rulebook.load() if category in (None, r.category)]
    if form == "json":
        click.echo(json.dumps([_json(r) for r in listed], ensure_ascii=False, indent=2))
        return
    language = spoken(lang).languages[0]
    for rule in listed:
        click.echo(f"{rule.id:22} {rule.category:13} {_WHAT.sub('', rule.explain[language])}")


@click.command()
@click.argument("rule_id", metavar="RULE")
@_FORMAT
@LANG
def explain(rule_id: str, form: str, lang: str | None) -> None:
    """Explain one rule: when it speaks, what it means, on which law it rests, with an example and a counter-example."""
    rule = rulebook.find(rule_id)
    if rule is None:
        near = difflib.get_close_matches(rule_id, [r.id for r in rulebook.load()], 3, 0.4)
        raise PolicyError(
            f"no rule {rule_id!r}" + (f" (nearest: {', '.join(near)})" if near else "; see `policyctl rules`")
        )
    if form == "json":
        pages = {language: reference.made(rule, language) for language in reference.LANGUAGES}
        click.echo(json.dumps({**_json(rule), "reference": pages}, ensure_ascii=False, indent=2))
        return
    click.echo(reference.made(rule, spoken(lang).languages[0]))


def _json(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "category": str(rule.category),
        "kind": rule.kind,
        "direction": rule.direction,
        "new": list(rule.new),
        "old": list(rule.old),
        "acts": list(rule.acts),
        "every": [list(group) for group in rule.every],
        "none": list(rule.none),
        "never": list(rule.never),
        "when": rule.when,
        "law": list(rule.law),
        "terms": list(concepts.iris(a.lstrip("+-") for a in (*rule.new, *rule.old))),
        "explain": rule.explain,
    }
