from pathlib import Path

import duckdb
import pytest

from tests.vision.test_compare import make_analysis, make_episode, make_video
from vision.results import Analysis
from vision.tables import COLUMNS, write_parquet, write_xlsx

RECORDED = {"started_at": "2026-11-24T00:30:00Z", "source": "name", "uncertainty_s": 1.0}


def analysis() -> Analysis:
    video = make_video(camera="range", recorded=RECORDED)
    return make_analysis(make_episode(10, 20), videos=(video,))


def read(path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect() as memory:
        memory.execute("SET TimeZone = 'UTC'")
        found: list[tuple[object, ...]] = memory.execute(
            "SELECT * REPLACE (started_at::VARCHAR AS started_at, ended_at::VARCHAR AS ended_at) "
            "FROM read_parquet(?)",
            [str(path)],
        ).fetchall()
        return found


def test_a_row_says_when_it_was_by_the_wall(tmp_path: Path) -> None:
    write_parquet(analysis(), tmp_path / "e.parquet")
    (row,) = read(tmp_path / "e.parquet")
    told = dict(zip(COLUMNS, row, strict=True))
    assert told["camera"] == "range" and str(told["started_at"])[:19] == "2026-11-24 00:30:10"


@pytest.mark.parametrize("found", [analysis(), make_analysis()])
def test_both_tables_open_with_and_without_episodes(tmp_path: Path, found: Analysis) -> None:
    write_parquet(found, tmp_path / "e.parquet")
    write_xlsx(found, tmp_path / "e.xlsx")
    assert len(read(tmp_path / "e.parquet")) == len(found.episodes)
    assert (tmp_path / "e.xlsx").read_bytes()[:2] == b"PK"
