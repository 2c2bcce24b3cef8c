"""Hours reach the API whole, once, whatever dies meanwhile."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from vision.exposure import Exposure
from vision.exposure_hours import Stretch
from vision.live.hours import HourBook, difference

EIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def noted(folder: Path, minutes: int = 90) -> HourBook:
    book = HourBook(folder)
    for k in range(minutes * 6):
        at = EIGHT + timedelta(seconds=10 * k)
        book.note("cam", Stretch(at, at + timedelta(seconds=10), Exposure(8.0, 16.0, 4.0)))
    return book


def test_stretches_add_up_hour_by_hour(tmp_path: Path) -> None:
    due = noted(tmp_path).due("cam")
    assert due is not None
    first, second = due.hours
    assert (first.scheduled_s, second.scheduled_s) == (3600.0, 1800.0)
    assert first.effective_s == 360 * 8.0 and first.hat_person_s == 360 * 16.0


def test_an_hour_is_sent_until_it_is_complete_and_then_no_more(tmp_path: Path) -> None:
    book = noted(tmp_path)
    due = book.due("cam")
    assert due is not None
    book.taken("cam", due, EIGHT + timedelta(minutes=91))
    left = book.due("cam")
    assert left is not None and [hour.hour_at.hour for hour in left.hours] == [9]


def test_what_a_dead_run_did_not_send_is_sent_by_the_next_under_its_own_name(
    tmp_path: Path,
) -> None:
    book = noted(tmp_path)
    book.save()
    (found,) = HourBook.left_over(tmp_path)
    assert found.source == book.source and found.due("cam") == book.due("cam")


def test_a_book_that_was_sent_to_its_end_leaves_no_file(tmp_path: Path) -> None:
    book = noted(tmp_path, 60)
    book.save()
    due = book.due("cam")
    assert due is not None
    book.taken("cam", due, EIGHT + timedelta(hours=2))
    book.save()
    assert list(HourBook.left_over(tmp_path)) == [] and book.due("cam") is None


def test_what_was_observed_since_is_the_difference() -> None:
    assert difference(Exposure(9.0, 5.0, 4.0), Exposure(4.0, 5.0, 1.0)) == Exposure(5.0, 0.0, 3.0)
