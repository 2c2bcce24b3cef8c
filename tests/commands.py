"""The command line as a person calls it, inside the test's own process."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


def said(outcome: Outcome) -> str:
    """The one sentence on stderr, whatever progress was shown before it."""
    return outcome.err.strip().splitlines()[-1]
