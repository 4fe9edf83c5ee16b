"""Logistic regression with a ridge penalty by Newton's method: the same rows give the same weights everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, sqrt

RIDGE = 20.0
"""How much a weight of a trait (in units of its spread) is drawn to nothing."""
ROUNDS = 12


def learn(described: Sequence[dict[str, float]], listed: Sequence[bool]) -> dict[str, float]:
    """Learn a weight for each trait."""
    names = sorted({n for row in described for n in row})
    spread = [_spread([row.get(n, 0.0) for row in described]) for n in names]
    rows = [[row.get(n, 0.0) / s for n, s in zip(names, spread, strict=True)] for row in described]
    told = [0.0] * len(names)
    for _ in range(ROUNDS):
        told = _better(rows, listed, told)
    return {n: round(w / s, 4) for n, w, s in zip(names, told, spread, strict=True)}


def _spread(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sqrt(sum((v - mean) ** 2 for v in values) / len(values)) or 1.0


def _better(rows: Sequence[Sequence[float]], listed: Sequence[bool], told: Sequence[float]) -> list[float]:
    """Take one step of Newton's method."""
    size = len(told)
    slope = [RIDGE * w for w in told]
    bend = [[RIDGE if i == j else 0.0 for j in range(size)] for i in range(size)]
    for row, truth in zip(rows, listed, strict=True):
        sure = 1 / (1 + exp(-sum(w * v for w, v in zip(told, row, strict=True))))
        some = [(i, v) for i, v in enumerate(row) if v]
        for i, v in some:
            slope[i] += (sure - truth) * v
            weighed = sure * (1 - sure) * v
            line = bend[i]
            for j, other in some:
                line[j] += weighed * other
    return [w - s for w, s in zip(told, _solved(bend, slope), strict=True)]


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve the linear equations by elimination; the ridge keeps the matrix definite."""
    lines = [[*line, r] for line, r in zip(matrix, right, strict=True)]
    for i, pivot in enumerate(lines):
        for line in lines[i + 1 :]:
            factor = line[i] / pivot[i]
            if factor:
                line[i:] = [a - factor * b for a, b in zip(line[i:], pivot[i:], strict=True)]
    found = [0.0] * len(lines)
    for i in range(len(lines) - 1, -1, -1):
        rest = sum(lines[i][j] * found[j] for j in range(i + 1, len(lines)))
        found[i] = (lines[i][-1] - rest) / lines[i][i]
    return found
