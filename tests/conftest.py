"""What every test shares."""

from __future__ import annotations

import sys

import pytest
from hypothesis import settings

from tests.commands import Outcome, Run

# Machines are shared and noisy: a slow example is no failure. Timings live in benchmarks/.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call ``brightkitchen`` with these arguments."""
    from api.cli import main

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["brightkitchen", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        told = capsys.readouterr()
        return Outcome(int(caught.value.code or 0), told.out, told.err)

    return run
