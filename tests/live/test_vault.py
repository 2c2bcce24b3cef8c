"""Evidence stays within its budget, and none that is needed is ever removed."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from vision.chain import verify
from vision.errors import EvidenceError
from vision.evidence import EvidenceWriter
from vision.frames import Frame
from vision.live.clocks import now_at
from vision.live.vault import Vault

PICTURE = Frame(np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8), 0.0)


def day(folder: Path, days_ago: int, alert_id: str) -> Path:
    """Evidence of one alert, written so many days ago."""
    place = folder / (now_at() - timedelta(days=days_ago)).date().isoformat()
    with EvidenceWriter(place) as writer:
        writer.add_frame(PICTURE, f"{alert_id}-best")
    return place


def test_the_oldest_days_go_first_and_only_as_many_as_must(tmp_path: Path) -> None:
    days = [day(tmp_path, ago, str(uuid4())) for ago in (3, 2, 1)]
    size = sum(path.stat().st_size for path in days[0].iterdir())
    with Vault(tmp_path, 2.5 * size, 0, lambda _path: 1e12) as vault:
        assert vault.purge(()) == [days[0].name]
    assert [path.exists() for path in days] == [False, True, True]


def test_a_day_with_an_alert_that_is_not_delivered_is_left_alone(tmp_path: Path) -> None:
    needed = str(uuid4())
    old, newer = day(tmp_path, 3, needed), day(tmp_path, 2, str(uuid4()))
    with Vault(tmp_path, 0, 0, lambda _path: 1e12) as vault:
        assert vault.purge({needed}) == [newer.name]
    assert old.exists() and verify(old).first_bad is None


def test_today_is_never_removed(tmp_path: Path) -> None:
    with Vault(tmp_path, 0, 10.0, lambda _path: 11.0) as vault:
        vault.writer().add_frame(PICTURE, "a-best")
        assert vault.purge(()) == []


def test_what_was_removed_leaves_the_hash_that_stood_for_it(tmp_path: Path) -> None:
    old = day(tmp_path, 3, str(uuid4()))
    root = verify(old).root
    with Vault(tmp_path, 0, 0, lambda _path: 1e12) as vault:
        vault.purge(())
    told = json.loads((tmp_path / "purged.jsonl").read_text())
    assert told["day"] == old.name and told["root"] == root


def test_a_disk_below_its_reserve_takes_no_evidence_and_says_what_to_do(tmp_path: Path) -> None:
    room = [1e12]
    with Vault(tmp_path, 1e12, 1e9, lambda _path: room[0]) as vault:
        vault.writer()
        room[0] = 1e8
        with pytest.raises(EvidenceError, match="disk_reserve_gib"):
            vault.writer()
        assert not vault.has_room()


def test_low_water_removes_old_days_even_within_the_budget(tmp_path: Path) -> None:
    old = day(tmp_path, 2, str(uuid4()))
    with Vault(tmp_path, 1e12, 1e9, lambda _path: 1.1e9) as vault:
        assert vault.purge(()) == [old.name]
