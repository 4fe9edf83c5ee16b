"""A long export says how far it is, and not too often."""

from __future__ import annotations

from io import StringIO

from archive.progress import Progress


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_now_and_then() -> None:
    times = iter([0.0, 1.0, 31.0, 31.0, 40.0])
    out = StringIO()
    with Progress(out, lambda: next(times)) as progress:
        progress(10, 100)
        progress(50, 100)
        progress(60, 100)
    assert out.getvalue() == "50/100 pages\n"


def test_a_screen_has_one_line_that_is_ended() -> None:
    times = iter([0.0, 1.0, 1.0, 1.1, 2.0, 2.0])
    out = Screen()
    with Progress(out, lambda: next(times)) as progress:
        progress(10, 100)
        progress(11, 100)
        progress(50, 100)
    assert out.getvalue() == "\r10/100 pages\r50/100 pages\n"
