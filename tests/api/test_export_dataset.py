"""Verdicts become pictures for training, read back by the very reader that trains."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from api.audit import AuditRow
from api.evidence.blur import blurred
from api.evidence.heads import Seen
from api.evidence.lessons import Judged, lesson
from api.reviews.models import ReviewRow
from api.settings import Settings
from models.dataset import Label, Meaning, Picture
from models.export_dataset import SETS, Example, write_dataset
from models.own import read_folder
from tests.api.building import Kitchen, ref, review
from tests.api.test_blur import HEAD, drawn_face, encoded
from tests.api.test_bundle import patroller
from tests.commands import Outcome, Run, said
from vision.alert import Box
from vision.errors import ConfigError

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RAT: Box = (0.6, 0.7, 0.7, 0.8)
OTHER: Box = (0.8, 0.1, 0.9, 0.3)


def found(kind: str, box: Box, **more: Any) -> dict[str, Any]:
    """A detection of the data file."""
    return {"kind": kind, "box": box, "confidence": 0.9} | more


HEADS = (found("head", HEAD, subject=True, hat={"state": "missing", "confidence": 0.9}),
         found("head", OTHER))  # fmt: skip


def decided(
    kitchen: Kitchen, seed: int, verdict: str, seen: tuple[dict[str, Any], ...], **changes: Any
) -> str:
    """A settled alert with one picture and what the model found in it."""
    picture = encoded(drawn_face(seed=seed))
    frame = {"sha256": ref(picture).sha256, "time_s": 1.0, "detections": seen}
    data = json.dumps(
        {"schema": "brightkitchen.boxes/1", "width": 640, "height": 360, "frames": [frame]}
    ).encode()
    files = (ref(picture), picture), (ref(data, "data", "application/json"), data)
    reason = changes.pop("reason", None)
    alert_id = kitchen.posted(evidence=[file.model_dump() for file, _ in files], **changes)
    for file, body in files:
        assert kitchen.put(alert_id, file.sha256, body).status_code == 201
    more = {"reason": reason} if reason else {}
    assert review(patroller(kitchen), alert_id, verdict, **more).status_code == 201
    return alert_id


def export(run: Run, settings: Settings, out: Path, *more: str) -> Outcome:
    """The command."""
    where = ("--data", settings.data, "--database-url", settings.url)
    return run("models", "export-dataset", "--out", out, *more, *where)


def near(label: Label, meaning: Meaning, box: Box) -> bool:
    """The label says this, here."""
    left, top, right, bottom = box
    xywh = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
    return label.meaning == meaning and np.allclose(label.xywh, xywh, atol=1e-5)


@pytest.fixture
def read(kitchen: Kitchen, settings: Settings, run: Run, tmp_path: Path) -> dict[str, Picture]:
    """A dataset of every kind of verdict, by the alert it came from."""
    rat = {"rule": "pest_rodent", "box": RAT}
    ids = {
        "hat": decided(kitchen, 1, "upheld", HEADS, box=HEAD),
        "mask": decided(kitchen, 2, "upheld", HEADS, box=HEAD, rule="missing_mask"),
        "rat": decided(kitchen, 3, "upheld", (found("rodent", RAT), *HEADS), **rat),
        "no rat": decided(
            kitchen, 4, "dismissed", (found("rodent", RAT),), reason="wrong_object", **rat
        ),
        "moved": decided(kitchen, 5, "upheld", (found("rodent", RAT),), **rat),
        "cat": decided(
            kitchen, 6, "dismissed", (found("rodent", RAT),), reason="wrong_object", **rat
        ),
        "allowed": decided(kitchen, 7, "dismissed", HEADS, box=HEAD, reason="allowed_here"),
    }
    sides = ("box_left", "box_top", "box_right", "box_bottom")
    with kitchen.database.writing() as session:
        for name, kind in (("moved", None), ("cat", "cat")):
            values = dict(zip(sides, OTHER, strict=True)) | {"box_class": kind}
            mine = ReviewRow.alert_id == UUID(ids[name])
            session.execute(update(ReviewRow).where(mine).values(**values))
    out = tmp_path / "dataset"
    told = export(run, settings, out)
    assert told.code == 0, told.err
    assert "1  skipped: other verdict" in told.out
    pictures = read_folder(out)
    names = {alert_id.replace("-", "")[:12]: name for name, alert_id in ids.items()}
    return {names[picture.path.stem.rsplit("-", 1)[1]]: picture for picture in pictures}


@sqlite_only
def test_every_verdict_that_teaches_is_there(read: dict[str, Picture]) -> None:
    assert set(read) == {"hat", "mask", "rat", "no rat", "moved", "cat"}


@sqlite_only
def test_an_upheld_head_has_its_state_and_the_others_none(read: dict[str, Picture]) -> None:
    judged, other = read["hat"].labels
    assert near(judged, Meaning("head", hat="missing"), HEAD)
    assert near(other, Meaning("head"), OTHER)
    masked, _ = read["mask"].labels
    assert near(masked, Meaning("head", hat="missing", mask="missing"), HEAD)


@sqlite_only
def test_a_wrong_object_is_a_hard_negative(read: dict[str, Picture]) -> None:
    assert read["no rat"].labels == ()
    assert read["no rat"].complete >= {"rodent", "cockroach"}
    assert "head" not in read["no rat"].complete


@sqlite_only
def test_a_box_that_was_put_right_counts(read: dict[str, Picture]) -> None:
    assert [near(label, Meaning("rodent"), RAT) for label in read["rat"].labels] == [True]
    assert [near(label, Meaning("rodent"), OTHER) for label in read["moved"].labels] == [True]
    assert [near(label, Meaning("cat"), OTHER) for label in read["cat"].labels] == [True]


@sqlite_only
def test_a_restaurant_lies_on_one_side_of_the_split(
    read: dict[str, Picture], kitchen: Kitchen
) -> None:
    pseudonym = hashlib.sha256(kitchen.restaurant.encode()).hexdigest()[:10]
    assert {picture.group for picture in read.values()} == {pseudonym}
    for set_name in SETS:
        sides = {one.held_out for one in read.values() if one.set_name == set_name}
        assert len(sides) == 1


@sqlite_only
def test_pictures_are_blurred_on_request_and_the_log_knows(
    kitchen: Kitchen, settings: Settings, run: Run, tmp_path: Path
) -> None:
    decided(kitchen, 1, "upheld", HEADS, box=HEAD)
    out = tmp_path / "dataset"
    assert export(run, settings, out, "--blur").code == 0
    picture = next((out / "verdict-heads" / "images").iterdir()).read_bytes()
    assert picture == blurred(encoded(drawn_face(seed=1)), [HEAD, OTHER])
    assert cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR) is not None
    text = (out / "SOURCE.md").read_text("utf-8")
    assert "Personal data" in text and "blurred where the model found a head" in text
    with kitchen.database.reading() as session:
        wanted = select(AuditRow.detail).where(AuditRow.action == "dataset.exported")
        assert json.loads(session.scalars(wanted).one())["blur"] is True


@sqlite_only
def test_nothing_is_overwritten(
    kitchen: Kitchen, settings: Settings, run: Run, tmp_path: Path
) -> None:
    decided(kitchen, 1, "upheld", HEADS, box=HEAD)
    out = tmp_path / "dataset"
    out.mkdir()
    told = export(run, settings, out)
    assert told.code == 2 and "nothing is overwritten" in said(told)
    assert list(out.iterdir()) == []
    with pytest.raises(ConfigError):
        write_dataset(out, [], lambda _: "")


def test_a_run_that_breaks_off_leaves_no_dataset(tmp_path: Path) -> None:
    def broken() -> Any:
        yield Example("verdict-pests", "a", "g", b"x", "jpg", ())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dataset(tmp_path / "out", broken(), lambda _: "")
    assert not (tmp_path / "out").exists()


boxes = st.tuples(st.floats(0, 0.4), st.floats(0, 0.4), st.floats(0.5, 1), st.floats(0.5, 1))
seen = st.lists(
    st.builds(
        Seen,
        st.sampled_from(["head", "rodent", "cockroach", "fly", "cat"]),
        boxes,
        st.sampled_from([None, "worn", "missing", "unclear"]),
        st.booleans(),
    ),
    max_size=4,
)
judgements = st.builds(
    Judged,
    st.sampled_from(["missing_hat", "missing_mask", "mask_worn_wrong", "pest_rodent", "animal"]),
    st.sampled_from(["upheld", "dismissed"]),
    st.sampled_from([None, "wrong_object", "allowed_here", "not_staff"]),
    boxes,
    st.none() | boxes,
    st.sampled_from([None, "head", "rodent", "cockroach", "fly", "cat", "dog"]),
)


@given(judgements, st.none() | seen)
def test_any_verdict_gives_known_classes_or_a_reason(
    judged: Judged, model: list[Seen] | None
) -> None:
    taught = lesson(judged, model)
    if isinstance(taught, tuple):
        set_name, labelled = taught
        assert {name for name, _ in labelled} <= set(SETS[set_name])
        if judged.status == "dismissed":
            assert judged.reason == "wrong_object"
