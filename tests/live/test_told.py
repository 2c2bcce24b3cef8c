"""An alert is open once, through lost tracks, crashes and restarts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.factories import make_alert
from vision.live.told import Book, Key

KEY: Key = ("missing_hat", "range")
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def told(path: Path) -> Book:
    book = Book(path)
    one = book.begin(KEY, NOW, NOW)
    book.change(one, stage="told")
    return book


def test_what_was_told_is_still_open_after_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    before = told(path).find(KEY)
    after = Book(path).find(KEY)
    assert before is not None and after == before


def test_what_was_only_being_proved_never_happened(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    book = Book(path)
    book.begin(KEY, NOW, NOW)
    book.save()
    assert list(Book(path)) == []


def test_an_alert_that_was_written_down_keeps_every_byte_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    book, alert = Book(path), make_alert()
    one = book.begin(KEY, NOW, NOW)
    book.change(one, stage="written", alert=alert, files={"0" * 64: "x.jpg"})
    after = Book(path).find(KEY)
    assert after is not None and after.alert == alert and after.files == {"0" * 64: "x.jpg"}


def test_what_is_not_seen_again_soon_after_a_restart_has_ended(tmp_path: Path) -> None:
    told(tmp_path / "a.json")
    book = Book(tmp_path / "a.json")
    book.resume(NOW + timedelta(hours=1))
    assert book.over(NOW + timedelta(hours=1)) == []
    assert len(book.over(NOW + timedelta(hours=1, minutes=2))) == 1


def test_an_old_copy_of_an_alert_changes_nothing_of_a_newer_one(tmp_path: Path) -> None:
    book = told(tmp_path / "a.json")
    old = book.find(KEY)
    assert old is not None
    book.forget(old)
    new = book.begin(KEY, NOW, NOW)
    book.change(old, stage="told")
    book.forget(old)
    assert book.find(KEY) == new


def test_a_file_of_another_version_does_not_stop_the_camera(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"open": [{"surprise": 1}]}')
    assert list(Book(path)) == [] and path.with_suffix(".unreadable").exists()
