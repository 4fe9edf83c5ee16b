"""Write `policy_versions/reference/rules.<language>.md`; with `--check`, only name those that are stale, and exit 1."""

from __future__ import annotations

import sys
from collections import defaultdict

from policy_versions import reference, rules
from tests.cases import CASES


def pages() -> dict[str, str]:
    """Give the pages as they should be, by file name."""
    return {f"rules.{language}.md": _page(language) for language in reference.LANGUAGES}


def _page(language: str) -> str:
    examples: defaultdict[str, list[reference.Example]] = defaultdict(list)
    for case in CASES:
        if case.language == language:
            given = reference.Example(case.under, case.before, case.after, case.finds, case.guard)
            examples[case.rule].append(given)
    return reference.page(language, rules.load(), examples)


def stale() -> list[str]:
    """Name the pages that are not as they should be."""
    there = {name: reference.FOLDER / name for name in pages()}
    return [n for n, text in pages().items() if not there[n].is_file() or there[n].read_text(encoding="utf-8") != text]


def main(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    names = stale()
    if "--check" in arguments:
        for name in names:
            sys.stderr.write(f"policy_versions/reference/{name} is stale: run `make reference`\n")
        return int(bool(names))
    for name in names:
        (reference.FOLDER / name).write_text(pages()[name], encoding="utf-8")
        sys.stdout.write(f"wrote policy_versions/reference/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
