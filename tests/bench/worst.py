"""Classify what no policy is, each in a process of its own, against the 2 s and 400 MB that nothing may exceed."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.harness import Result, report

SECONDS, MEGABYTES = 2.0, 400.0
SIZE = 400_000
WORDS = [
    *("we", "collect", "use", "share", "store", "your", "personal", "data", "phone", "number", "address", "location"),
    *("device", "partner", "provider", "advertising", "security", "purpose", "cookie", "retention", "day", "month"),
    *("consent", "right", "access", "delete", "withdraw", "child", "parent", "account", "transfer"),
]
HAN = "我们收集使用共享存储您的个人信息手机号码位置设备合作伙伴第三方广告安全目的保留期限月同意权利访问删除撤回儿童"
Pair = tuple[str, str]


def _sentence(chance: random.Random, size: int = 12) -> str:
    return f"{' '.join(chance.choices(WORDS, k=size)).capitalize()}."


def _other(chance: random.Random, text: str, share: float = 0.3) -> str:
    return " ".join(chance.choice(WORDS) if chance.random() < share else word for word in text.split(" "))


def _prose(chance: random.Random, join: str) -> str:
    return join.join(" ".join(_sentence(chance) for _ in range(5)) for _ in range(SIZE // 420))


def _table(chance: random.Random, columns: int) -> str:
    rows = [
        "|".join(" ".join(chance.choices(WORDS, k=3)) for _ in range(columns)) for _ in range(SIZE // 21 // columns)
    ]
    return "\n".join([rows[0], "|".join(["---"] * columns), *rows[1:]])


def _pairs() -> dict[str, Callable[[random.Random], Pair]]:
    def both(make: Callable[[random.Random], str]) -> Callable[[random.Random], Pair]:
        return lambda chance: (make(chance), make(chance))

    def reworded(make: Callable[[random.Random], str]) -> Callable[[random.Random], Pair]:
        return lambda chance: (text := make(chance), _other(chance, text))

    return {
        "30 % of words replaced": reworded(lambda c: _prose(c, "\n\n")),
        "unrelated": both(lambda c: _prose(c, "\n\n")),
        "one line": reworded(lambda c: _prose(c, " ")),
        "one sentence": reworded(lambda c: _prose(c, " ").replace(".", "")),
        "Chinese without an end": both(lambda c: "".join(c.choices(HAN, k=SIZE // 3))),
        "repeated paragraph": lambda c: ((_sentence(c, 60) + "\n\n") * 1000, (_sentence(c, 60) + "\n\n") * 1100),
        "a list": both(lambda c: "\n".join(f"- {_sentence(c, 8)}" for _ in range(SIZE // 60))),
        "a table, 5 columns": reworded(lambda c: _table(c, 5)),
        "a table, 300 columns": reworded(lambda c: _table(c, 300)),
        "pipes": lambda _: ("|a" * (SIZE // 2), "|b" * (SIZE // 2)),
        "HTML table": both(
            lambda c: "<table>" + "".join(f"<tr><td>{_sentence(c, 10)}</td></tr>\n" for _ in range(SIZE // 90))
        ),
        "HTML blocks": both(lambda c: "".join(f"<div><p>{_sentence(c)}</p></div>\n" for _ in range(SIZE // 105))),
        "tags never closed": both(lambda c: f"<p>{c.choice(WORDS)} " * (SIZE // 12)),
        "nested lists": both(lambda c: "".join(f"{'  ' * k}- {_sentence(c, 3)}\n" for k in range(600))),
        "nested quotes": both(lambda c: ("> " * 500 + _sentence(c) + "\n") * 300),
        "digits": lambda _: ("1" * SIZE, "2" * SIZE),
        "brackets": lambda _: ("[a](" * (SIZE // 4), "![[b](" * (SIZE // 6)),
        "all new": lambda c: ("", _prose(c, "\n\n")),
    }


def _run(before: Path, after: Path) -> tuple[float, float]:
    """Classify two files as a whole process; return its seconds on the processor and its memory in MB."""
    code = (
        "import resource, sys\nfrom policy_versions.cli import main\n"
        "try:\n    main(['classify', *sys.argv[1:], '--format', 'json'])\n"
        "except SystemExit:\n    pass\n"
        "sys.stderr.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))"
    )
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", code, before, after], check=True, capture_output=True, text=True)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
    return used, float(done.stderr.split()[-1]) / 1024


def bench() -> None:
    """Print for each worst case its share of the seconds, and for the greediest its share of the memory."""
    memory = (0.0, "")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before.md", Path(folder) / "after.md"
        for name, make in _pairs().items():
            old, new = make(random.Random(7))
            before.write_text(old, encoding="utf-8")
            after.write_text(new, encoding="utf-8")
            seconds, megabytes = _run(before, after)
            report(Result(f"worst case: {name}", seconds, SECONDS, 1.0))
            memory = max(memory, (megabytes, name))
    ratio = memory[0] / MEGABYTES
    verdict = "ok" if ratio <= 1 else "MISSED"
    sys.stdout.write(
        f"  most memory: {memory[0]:.0f} MB ({memory[1]}), {ratio:.2f} x the {MEGABYTES:.0f} MB wanted   {verdict}; "
        f"{time.perf_counter() - began:.0f} s in all\n"
    )
