from pathlib import Path

import pytest

from vision.errors import ConfigError, SourceError
from vision.footage import collect, read_list


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def labels(*paths: Path) -> list[str]:
    return [footage.label for footage in collect(paths)]


def test_a_file_goes_by_its_name_wherever_it_lies(tmp_path: Path) -> None:
    touch(tmp_path, "deep/down/a.mp4")
    assert labels(tmp_path / "deep/down/a.mp4") == ["a.mp4"]


def test_a_folder_is_searched_through_and_only_for_videos(tmp_path: Path) -> None:
    touch(tmp_path, "b.MKV", "monday/a.mp4", "notes.txt", "picture.jpg")
    assert labels(tmp_path) == ["b.MKV", "monday/a.mp4"]


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    touch(tmp_path, "one/a.mp4", "two/a.mp4")
    assert labels(tmp_path / "two/a.mp4", tmp_path / "one/a.mp4") == ["one/a.mp4", "two/a.mp4"]


def test_a_file_named_twice_is_one(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4")
    assert labels(tmp_path / "a.mp4", tmp_path) == ["a.mp4"]


def test_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no video"):
        collect([tmp_path])


def test_a_missing_file_is_kept_so_that_the_report_can_say_so(tmp_path: Path) -> None:
    assert labels(tmp_path / "gone.mp4") == ["gone.mp4"]


def test_a_pattern_finds_what_fits_it_and_names_it_from_its_fixed_beginning(
    tmp_path: Path,
) -> None:
    touch(tmp_path, "mon/ch1/a.mp4", "tue/ch1/b.mp4", "tue/ch2/c.mp4", "tue/ch1/d.txt")
    assert labels(tmp_path / "*/ch1/*.mp4") == ["mon/ch1/a.mp4", "tue/ch1/b.mp4"]
    assert labels(tmp_path / "tue/**/*.mp4") == ["ch1/b.mp4", "ch2/c.mp4"]


def test_a_pattern_that_nothing_fits_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nothing fits"):
        collect([tmp_path / "*.mp4"])


def test_a_list_names_one_path_a_line_beside_itself_or_anywhere(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("\ufeff# monday\na.mp4\n\n/archive/b.mp4\n", "utf-8")
    assert read_list(tmp_path / "list.txt") == [tmp_path / "a.mp4", Path("/archive/b.mp4")]


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"\xff\xfe\x00"])
def test_a_list_that_names_nothing_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(ConfigError, match="one path a line"):
        read_list(tmp_path / "list.txt")
