"""One kitchen a test: a database of its own, people who can sign in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.web.kitchens import Kitchen, open_kitchen


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    """Empty, with a patroller, a supervisor and an inspector."""
    opened = open_kitchen(tmp_path)
    opened.add_person("Pat", "patrol")
    opened.add_person("Sue", "supervisor")
    yield opened
    opened.database.close()
