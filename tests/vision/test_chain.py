import itertools
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.chain import CHAIN, LOCK, Chain, Verdict, verify
from vision.errors import EvidenceError
from vision.sealing import GENESIS

FILES = {"frame.jpg": b"a picture", "clip.mp4": b"a clip" * 40, "boxes.json": b"{}"}


def fill(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    with Chain(folder) as chain:
        for name, content in (files or FILES).items():
            (folder / name).write_bytes(content)
            chain.append(folder / name, "frame")
    return folder


def lines(folder: Path) -> list[bytes]:
    return (folder / CHAIN).read_bytes().splitlines(keepends=True)


def write_lines(folder: Path, kept: list[bytes]) -> None:
    (folder / CHAIN).write_bytes(b"".join(kept))


def test_an_untouched_folder_holds(tmp_path: Path) -> None:
    verdict = verify(fill(tmp_path))
    assert (verdict.links, verdict.first_bad, verdict.unlisted) == (3, None, ())


def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    fill(tmp_path)
    with Chain(tmp_path) as chain:
        (tmp_path / "later.jpg").write_bytes(b"later")
        link = chain.append(tmp_path / "later.jpg", "frame")
        assert link.seq == 3 and chain.root() == link.hash
    assert verify(tmp_path) == Verdict(4, None, link.hash)


def test_an_empty_chain_has_the_root_of_nothing(tmp_path: Path) -> None:
    with Chain(tmp_path) as chain:
        assert chain.root() == GENESIS


def test_the_same_files_give_the_same_root(tmp_path: Path) -> None:
    roots = {verify(fill(tmp_path / name)).root for name in "ab"}
    assert len(roots) == 1


@settings(deadline=None)
@given(st.data())
def test_any_flipped_bit_in_a_file_or_in_the_chain_is_found(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = fill(tmp_path_factory.mktemp("chain"))
    victim = folder / data.draw(st.sampled_from([*FILES, CHAIN]))
    content = bytearray(victim.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    victim.write_bytes(content)
    assert verify(folder).first_bad


def test_an_altered_file_is_named(tmp_path: Path) -> None:
    (fill(tmp_path) / "clip.mp4").write_bytes(b"another clip")
    assert verify(tmp_path) == Verdict(1, "clip.mp4 was altered", verify(tmp_path).root)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (fill(tmp_path) / "clip.mp4").unlink()
    assert verify(tmp_path).first_bad == "clip.mp4 is missing"


@pytest.mark.parametrize("order", [(0, 2), (1, 2), (1, 0, 2), (0, 2, 1), (0, 0, 1, 2)])
def test_lines_removed_moved_or_doubled_are_found(tmp_path: Path, order: tuple[int, ...]) -> None:
    before = lines(fill(tmp_path))
    write_lines(tmp_path, [before[number] for number in order])
    bad = verify(tmp_path).first_bad
    assert bad and "does not follow" in bad


def test_an_edited_line_is_found_and_so_is_another_spelling_of_it(tmp_path: Path) -> None:
    before = lines(fill(tmp_path))
    for new in (before[1].replace(b"frame", b"photo"), before[1].replace(b":", b": ", 1)):
        write_lines(tmp_path, [before[0], new, before[2]])
        assert verify(tmp_path).first_bad == "line 2 was altered"


def test_links_taken_off_the_end_show_against_the_root(tmp_path: Path) -> None:
    root = verify(fill(tmp_path)).root
    write_lines(tmp_path, lines(tmp_path)[:-1])
    verdict = verify(tmp_path)
    assert verdict.root != root and verdict.unlisted == ("boxes.json",)


def test_a_file_nobody_listed_is_a_note_not_a_break(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "stray.txt").write_bytes(b"?")
    verdict = verify(tmp_path)
    assert verdict.first_bad is None and verdict.unlisted == ("more/stray.txt",)


def test_a_line_torn_by_a_crash_is_found_and_mended_on_opening(tmp_path: Path) -> None:
    for cut in (1, 40):
        folder = fill(tmp_path / str(cut))
        torn = lines(folder)
        write_lines(folder, [*torn[:2], torn[2][:-cut]])
        assert verify(folder).first_bad
        with Chain(folder) as chain:
            chain.append(folder / "boxes.json", "frame")
        assert lines(folder) == torn


def test_a_broken_chain_is_not_written_on(tmp_path: Path) -> None:
    before = lines(fill(tmp_path))
    write_lines(tmp_path, before[1:])
    with pytest.raises(EvidenceError, match="start a new folder"):
        Chain(tmp_path)
    assert lines(tmp_path) == before[1:]


@pytest.mark.parametrize(
    "line",
    [b"{}\n", b"[]\n", b"\n", b"\xff\n", b"null\n", b"[" * 100_000 + b"\n", b'{"seq":NaN}\n'],
)
def test_rubbish_in_the_chain_is_a_verdict_not_a_crash(tmp_path: Path, line: bytes) -> None:
    write_lines(fill(tmp_path), [line])
    assert verify(tmp_path).first_bad == "line 1 is not a whole link"


def test_no_chain_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no readable chain"):
        verify(tmp_path)


def test_a_second_writer_is_turned_away_until_the_first_is_done(tmp_path: Path) -> None:
    with Chain(tmp_path), pytest.raises(EvidenceError, match="another run"):
        Chain(tmp_path)
    Chain(tmp_path).close()


def test_a_second_process_is_turned_away(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from vision.chain import Chain; Chain(pathlib.Path(sys.argv[1]))"
    )
    with Chain(tmp_path):
        run = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True
        )
    assert run.returncode == 1 and "another run" in run.stderr


def test_every_prefix_of_a_chain_is_a_chain(tmp_path: Path) -> None:
    whole = lines(fill(tmp_path))
    for kept in itertools.accumulate([[line] for line in whole]):
        write_lines(tmp_path, kept)
        assert verify(tmp_path).first_bad is None
    assert (tmp_path / LOCK).exists()
