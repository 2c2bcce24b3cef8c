"""Head states told anew by eye."""

from pathlib import Path

import pytest

from models.labels import MEANINGS, Label, Meaning, Picture
from models.restated import Restated, read_restated, restate
from vision.errors import ConfigError

BOX = (0.5, 0.5, 0.1, 0.2)


def picture(label: str) -> Picture:
    return Picture("set", Path("a.jpg"), "g", (Label(MEANINGS[label], BOX),))


def line(label: str, box: tuple[float, float, float, float] = BOX) -> Restated:
    return Restated("set", "a", box, label, "seen from behind")


def test_a_head_gets_the_states_of_the_list_and_keeps_its_box() -> None:
    (told,) = restate([picture("head")], [line("nohat_faceunseen")])
    assert told.labels == (Label(Meaning("head", "missing", "unseen"), BOX),)


def test_a_face_stays_a_face() -> None:
    (told,) = restate([picture("with_mask")], [line("without_mask")])
    assert told.labels[0].meaning == Meaning("face", None, "missing")


def test_a_state_nobody_can_tell_is_taken_away() -> None:
    (told,) = restate([picture("hat_mask")], [line("none")])
    assert told.labels[0].meaning == Meaning("head")


def test_other_pictures_stay_as_they_are() -> None:
    other = Picture("set", Path("b.jpg"), "g", (Label(MEANINGS["hat_mask"], BOX),))
    assert restate([other], [line("none")]) == [other]


def test_a_box_that_is_no_longer_there_is_an_error() -> None:
    with pytest.raises(ConfigError, match="has no box"):
        restate([picture("head")], [line("none", (0.1, 0.1, 0.1, 0.1))])


@pytest.mark.parametrize(
    ("row", "complaint"),
    [("set\ta\t0.1 0.2\thead\twhy", "five columns"), ("set\ta\t0 0 1 1\ttoque\twhy", "toque")],
)
def test_a_line_that_says_nothing_is_refused(tmp_path: Path, row: str, complaint: str) -> None:
    path = tmp_path / "restated.tsv"
    path.write_text(f"set\timage\tbox\tlabel\treason\n{row}\n", "utf-8")
    with pytest.raises(ConfigError, match=complaint):
        read_restated(path)


def test_every_line_of_the_committed_list_has_a_reason() -> None:
    rows = read_restated()
    assert len(rows) > 250
    assert all(len(row.reason) > 5 for row in rows)
