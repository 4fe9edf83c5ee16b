"""Judge one change in a worker process and tell what it took; a failure is an outcome too, never the end of the run."""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from policy_versions import history, importing
from policy_versions.classify import classify
from policy_versions.detect import detect
from policy_versions.errors import PolicyError
from policy_versions.model import Assessment
from policy_versions.obligations import level_of
from tests.sweep.pairs import Pair


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a pair; `error` is empty unless it could not be judged, `clear` says that it was refused in words.

    `seconds` counts classifying alone, on the processor (a busy machine tells nothing of us); `peak` is the most memory
    the process held up to then, in MB; `size` the bytes of the greater text.
    """

    pair: Pair
    level: str = ""
    material: bool = False
    categories: tuple[str, ...] = ()
    editorial: tuple[str, ...] = ()
    seconds: float = 0.0
    peak: float = 0.0
    size: int = 0
    error: str = ""
    clear: bool = False


@lru_cache(maxsize=4)
def repository(folder: Path) -> history.Repository:
    """Keep one repository open a process: one `git cat-file` answers all its reads."""
    return history.Repository.open(folder)


def assess(pair: Pair) -> tuple[Assessment, float, int]:
    """Classify one pair; give the seconds that took and the size of the greater text as well."""
    old, new = (repository(pair.repository).blob(oid) for oid in pair.blobs)
    before, after = history.decode(old), history.decode(new)
    language = pair.language if pair.language != importing.UNKNOWN else detect(after or before)
    start = time.process_time()
    found = classify(before, after, language, policy=pair.policy)
    return found, time.process_time() - start, max(len(old), len(new))


def judge(pair: Pair) -> Outcome:
    """Classify one pair; whatever goes wrong is told with the pair."""
    try:
        found, seconds, size = assess(pair)
    except PolicyError as error:
        return Outcome(pair, error=str(error), clear=True)
    except Exception as error:  # every crash is told with its pair, and the run goes on
        return Outcome(pair, error=f"{type(error).__name__}: {error}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    categories = tuple(str(f.category) for f in found.findings)
    kinds = tuple(e.kind for e in found.editorial)
    level = str(level_of(found.findings))
    return Outcome(pair, level, found.material, categories, kinds, seconds, peak, size)
