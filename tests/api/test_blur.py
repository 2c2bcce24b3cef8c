"""Who does not review sees nobody's eyes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Final

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from api.accounts.schemas import ROLES
from api.audit import AuditRow
from api.evidence.blur import blurred, blurred_whole, eye_band, whole_head
from api.evidence.heads import heads_in
from tests.api.building import JPEG, MP4, Kitchen, assert_problem, ref, review
from vision.alert import Box, EvidenceRef
from vision.errors import SourceError
from vision.frames import Image

WIDTH, HEIGHT = 640, 360
HEAD: Final[Box] = (0.25, 0.2, 0.5, 0.8)
EYES: Final = 0.5  # of the head's height
REVIEWERS: Final = ("patrol", "supervisor", "admin")
KEPT_SECRET: Final = b"taken at the back door"
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def drawn_face(head: Box = HEAD, gaze: float = 0.0, seed: int = 0) -> Image:
    """A kitchen wall with one face on it; ``gaze`` moves the pupils from -1 to 1."""
    rng = np.random.default_rng(seed)
    small = rng.integers(60, 200, (HEIGHT // 20, WIDTH // 20, 3), dtype=np.uint8)
    image = np.asarray(cv2.resize(small, (WIDTH, HEIGHT)), np.uint8)
    left, top, right, bottom = (
        round(s * n) for s, n in zip(head, (WIDTH, HEIGHT) * 2, strict=True)
    )
    wide, tall = right - left, bottom - top
    image[top:bottom, left:right] = (140, 172, 224)
    for side in (0.3, 0.7):
        middle = round(left + side * wide), round(top + EYES * tall)
        radius = max(2, round(min(wide, tall) * 0.09))
        cv2.circle(image, middle, radius, (250, 250, 250), -1)
        pupil = round(middle[0] + gaze * radius / 2), middle[1]
        cv2.circle(image, pupil, max(1, radius // 2), (10, 10, 10), -1)
    return image


def encoded(image: Image, quality: int = 92) -> bytes:
    """The picture as a camera sends it."""
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())


def decoded(content: bytes) -> Image:
    """(h, w, 3) uint8 BGR."""
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


def apart(a: Image, b: Image) -> Image:
    """Difference of two pictures, (h, w), the largest of the three colours."""
    return np.asarray(cv2.absdiff(a, b).max(axis=2), np.uint8)


def within(image: Image, box: Box) -> Image:
    """Every pixel of the picture that the box touches."""
    height, width = image.shape[:2]
    rows = slice(floor(box[1] * height), ceil(box[3] * height))
    return image[rows, floor(box[0] * width) : ceil(box[2] * width)]


@st.composite
def boxes(draw: st.DrawFn, least: float = 1e-4) -> Box:
    """Any box in the picture."""
    left, top = (draw(st.floats(0, 1 - least)) for _ in range(2))
    right, bottom = (draw(st.floats(low + least, 1)) for low in (left, top))
    return left, top, right, bottom


@st.composite
def heads(draw: st.DrawFn) -> Box:
    """A head of 16 px or more, of a head's proportions, anywhere in the picture."""
    wide, shape = draw(st.integers(16, 200)), draw(st.floats(0.8, 1.8))
    tall = round(wide * shape)
    left, top = draw(st.integers(0, WIDTH - wide)), draw(st.integers(0, HEIGHT - tall))
    return left / WIDTH, top / HEIGHT, (left + wide) / WIDTH, (top + tall) / HEIGHT


@given(boxes())
def test_the_band_lies_in_its_head_and_spans_all_of_its_width(head: Box) -> None:
    left, top, right, bottom = eye_band(head)
    assert (left, right) == (head[0], head[2])
    assert head[1] <= top < bottom <= head[3]


@given(boxes(), st.floats(0.3, 0.7))
def test_the_band_covers_the_eyes_of_bare_heads_and_under_hats(head: Box, eyes: float) -> None:
    _, top, _, bottom = eye_band(head)
    assert top <= head[1] + eyes * (head[3] - head[1]) <= bottom


def test_hair_and_chin_stay_visible_so_that_hat_and_mask_can_be_decided() -> None:
    _, top, _, bottom = eye_band(HEAD)
    tall = HEAD[3] - HEAD[1]
    assert top - HEAD[1] > 0.2 * tall and HEAD[3] - bottom > 0.2 * tall


def test_a_head_that_the_picture_cuts_off_is_covered_up_to_that_edge() -> None:
    assert eye_band((0.1, 0.0, 0.2, 0.2))[1] == 0.0
    assert eye_band((0.1, 0.8, 0.2, 1.0))[3] == 1.0


@given(heads(), st.integers(0, 3))
def test_where_somebody_looks_cannot_be_read_back(head: Box, seed: int) -> None:
    looks = [drawn_face(head, gaze, seed) for gaze in (-1.0, 1.0)]
    shown = [decoded(blurred(encoded(image), [head])) for image in looks]
    assert apart(*(decoded(encoded(image)) for image in looks)).max() > 200
    assert apart(*shown).max() <= 40


def test_no_detail_of_the_eyes_is_left() -> None:
    picture = encoded(drawn_face())
    eyes = HEAD[0] + 0.02, 0.44, HEAD[2] - 0.02, 0.56
    parts = [within(decoded(shown), eyes) for shown in (picture, blurred(picture, [HEAD]))]
    before, after = (np.abs(cv2.Laplacian(part, cv2.CV_32F)).max() for part in parts)
    assert before > 300 and after < before / 50


@given(heads())
def test_outside_the_heads_the_picture_is_as_it_was(head: Box) -> None:
    original = encoded(drawn_face(head))
    change = apart(decoded(original), decoded(blurred(original, [head])))
    within(change, head)[:] = 0
    # JPEG codes 16 x 16 pixels together, so that an edge next to them is felt a little.
    assert change.mean() < 1 and change.max() <= 64


@given(st.lists(boxes(), max_size=4), st.integers(1, 60), st.integers(1, 60))
def test_any_boxes_on_any_picture_give_a_picture_of_its_size(
    heads: list[Box], width: int, height: int
) -> None:
    picture = encoded(np.full((height, width, 3), 90, np.uint8))
    assert decoded(blurred(picture, heads)).shape == (height, width, 3)
    assert decoded(blurred(picture, heads, whole_head)).shape == (height, width, 3)
    assert decoded(blurred_whole(picture)).shape == (height, width, 3)


@pytest.mark.parametrize("wide", [1, 2, 4, 8, 16])
def test_a_tiny_head_is_blurred_too(wide: int) -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[20 : 20 + wide, 20 : 20 + wide] = (
        np.indices((wide, wide)).sum(axis=0)[..., None] % 2 * 255
    )
    shown = decoded(
        blurred(encoded(image, 100), [(20 / 64, 20 / 64, (20 + wide) / 64, (20 + wide) / 64)])
    )
    part = shown[20 + wide // 4 + 1 : 20 + wide * 3 // 4, 20 : 20 + wide]
    assert part.size == 0 or np.ptp(part.astype(int)) < 120


def with_exif(picture: bytes, orientation: int) -> bytes:
    """The picture with an EXIF block and a comment."""
    tag = b"\x01\x12\x00\x03\x00\x00\x00\x01" + bytes((0, orientation, 0, 0))
    exif = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + tag + bytes(4)
    blocks = ((0xE1, exif), (0xFE, KEPT_SECRET))
    told = b"".join(
        bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body for marker, body in blocks
    )
    return picture[:2] + told + picture[2:]


def test_metadata_is_dropped_and_the_picture_stands_upright() -> None:
    picture = with_exif(encoded(drawn_face()), orientation=6)
    assert KEPT_SECRET in picture and b"Exif" in picture
    for shown in (blurred(picture, [HEAD]), blurred(picture, []), blurred_whole(picture)):
        assert KEPT_SECRET not in shown and b"Exif" not in shown
        assert decoded(shown).shape == (WIDTH, HEIGHT, 3)


@given(st.binary(max_size=400))
def test_what_is_no_picture_is_refused(rest: bytes) -> None:
    for content in (rest, JPEG + rest, b"\xff\xd8\xff" + rest):
        with pytest.raises(SourceError):
            blurred(content, [HEAD])
    with pytest.raises(SourceError):
        blurred_whole(encoded(drawn_face())[:-400])


def told(sha256: str, *heads: Box, **changes: Any) -> bytes:
    """A data file as the command line writes it."""
    seen = [{"kind": "head", "box": head, "confidence": 0.9} for head in heads]
    frame = {"sha256": sha256, "time_s": 1.0, "detections": seen}
    data = {"schema": "brightkitchen.boxes/1", "width": WIDTH, "height": HEIGHT, "frames": [frame]}
    return json.dumps(data | changes).encode()


def test_heads_are_those_of_the_picture_and_nothing_else() -> None:
    pest = {"kind": "rodent", "box": (0.1, 0.1, 0.2, 0.2), "confidence": 0.9}
    head = {"kind": "head", "box": (-0.1, 0.2, 0.5, 1.3), "confidence": 0.9}
    frames = [
        {"sha256": "a", "detections": [pest, head]},
        {"sha256": "b", "detections": []},
    ]
    data = told("", frames=frames)
    assert heads_in(data, "a") == [(0.0, 0.2, 0.5, 1.0)]
    assert heads_in(data, "b") == []
    assert heads_in(data, "c") is None


@pytest.mark.parametrize("box", [(0.5, 0.2, 0.3, 0.4), (0.1, 0.2, 0.3), (2, 2, 3, 3), "here"])
def test_a_box_that_is_none_makes_the_whole_file_doubtful(box: object) -> None:
    detections = [{"kind": "head", "box": box}]
    assert heads_in(told("", frames=[{"sha256": "a", "detections": detections}]), "a") is None


@dataclass(frozen=True)
class Shown:
    """An upheld alert with its evidence in place, and how to ask for it."""

    kitchen: Kitchen
    alert_id: str

    def get(self, client: TestClient, file: EvidenceRef, **headers: str) -> Response:
        """What that person gets."""
        path = f"/api/v1/alerts/{self.alert_id}/evidence/{file.sha256}"
        return client.get(path, headers=headers)


def upheld(kitchen: Kitchen, *files: tuple[EvidenceRef, bytes], **changes: Any) -> Shown:
    """An alert that a restaurant may see."""
    alert_id = kitchen.posted(evidence=[file.model_dump() for file, _ in files], **changes)
    for file, body in files:
        assert kitchen.put(alert_id, file.sha256, body).status_code == 201
    review(kitchen.person("patrol", "judge"), alert_id, "upheld")
    return Shown(kitchen, alert_id)


def someone(kitchen: Kitchen, role: Any) -> TestClient:
    """A person of that role who may see the alert."""
    scopes = {
        "restaurant": {"restaurant_id": kitchen.restaurant},
        "inspector": {"station": "North"},
    }
    return kitchen.person(role, **scopes.get(role, {}))


def picture_and_boxes(*heads: Box) -> list[tuple[EvidenceRef, bytes]]:
    """A face, and the data file that tells where it is."""
    picture = encoded(drawn_face())
    data = told(ref(picture).sha256, *heads)
    return [(ref(picture), picture), (ref(data, "data", "application/json"), data)]


@sqlite_only
@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_it_may_see_of_each_kind(kitchen: Kitchen, role: str) -> None:
    (picture, body), data = picture_and_boxes(HEAD)
    clip = ref(MP4, "clip", "video/mp4"), MP4
    odd = encoded(drawn_face(seed=1)), encoded(drawn_face(seed=2))
    mislabelled = [(ref(odd[0], "clip"), odd[0]), (ref(odd[1], "data"), odd[1])]
    shown = upheld(kitchen, (picture, body), data, clip, *mislabelled)
    person = someone(kitchen, role)
    for file, content in ((picture, body), data, clip, *mislabelled):
        answer = shown.get(person, file)
        if role in REVIEWERS:
            assert (answer.status_code, answer.content) == (200, content)
        elif file != picture:
            assert_problem(answer, 403, "forbidden")
            assert "for reviewers" in answer.json()["detail"]
        else:
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")


@sqlite_only
@pytest.mark.parametrize("role", ["inspector", "restaurant"])
def test_who_does_not_review_sees_the_picture_without_its_eyes(kitchen: Kitchen, role: str) -> None:
    files = picture_and_boxes(HEAD)
    answer = upheld(kitchen, *files).get(someone(kitchen, role), files[0][0])
    assert answer.content == blurred(files[0][1], [HEAD])


@sqlite_only
def test_where_no_hat_or_mask_is_at_stake_all_of_the_head_is_blurred(kitchen: Kitchen) -> None:
    files = picture_and_boxes(HEAD)
    shown = upheld(kitchen, *files, rule="pest_rodent")
    answer = shown.get(someone(kitchen, "inspector"), files[0][0])
    assert answer.content == blurred(files[0][1], [HEAD], whole_head)


@sqlite_only
@pytest.mark.parametrize("boxes_file", [None, b"{}", told("0" * 64, HEAD)])
def test_a_picture_whose_heads_are_not_known_is_blurred_all_over(
    kitchen: Kitchen, boxes_file: bytes | None
) -> None:
    files = picture_and_boxes(HEAD)[:1]
    if boxes_file is not None:
        files.append((ref(boxes_file, "data", "application/json"), boxes_file))
    answer = upheld(kitchen, *files).get(someone(kitchen, "inspector"), files[0][0])
    assert answer.content == blurred_whole(files[0][1])


@sqlite_only
def test_two_data_files_of_which_one_cannot_be_read_are_not_trusted(kitchen: Kitchen) -> None:
    files = [*picture_and_boxes(), (ref(b"[]", "data", "application/json"), b"[]")]
    answer = upheld(kitchen, *files).get(someone(kitchen, "inspector"), files[0][0])
    assert answer.content == blurred_whole(files[0][1])


@sqlite_only
def test_boxes_that_were_lost_from_the_disk_count_as_missing(kitchen: Kitchen) -> None:
    files = picture_and_boxes(HEAD)
    shown = upheld(kitchen, *files)
    folder = kitchen.app.state.settings.evidence_folder
    (folder / files[1][0].sha256[:2] / files[1][0].sha256).unlink()
    answer = shown.get(someone(kitchen, "inspector"), files[0][0])
    assert answer.content == blurred_whole(files[0][1])


@sqlite_only
def test_a_png_comes_as_a_blurred_jpeg(kitchen: Kitchen) -> None:
    png = bytes(cv2.imencode(".png", drawn_face())[1].tobytes())
    file, data = ref(png, media_type="image/png"), told(ref(png).sha256, HEAD)
    files = (file, png), (ref(data, "data", "application/json"), data)
    answer = upheld(kitchen, *files).get(someone(kitchen, "inspector"), file)
    assert (answer.headers["content-type"], answer.content) == ("image/jpeg", blurred(png, [HEAD]))


@sqlite_only
def test_a_picture_that_cannot_be_read_is_not_sent(kitchen: Kitchen) -> None:
    shown = upheld(kitchen, (ref(JPEG), JPEG))
    assert_problem(shown.get(someone(kitchen, "inspector"), ref(JPEG)), 403, "forbidden")
    assert shown.get(someone(kitchen, "admin"), ref(JPEG)).content == JPEG


@sqlite_only
def test_a_browser_never_serves_an_original_to_somebody_else(kitchen: Kitchen) -> None:
    files = picture_and_boxes(HEAD)
    shown = upheld(kitchen, *files)
    original = shown.get(someone(kitchen, "supervisor"), files[0][0])
    other = someone(kitchen, "inspector")
    copy = shown.get(other, files[0][0])
    assert original.headers["vary"] == copy.headers["vary"] == "Cookie"
    assert copy.headers["cache-control"] == "private, no-store"
    assert copy.headers["etag"] != original.headers["etag"]
    asked = {"If-None-Match": original.headers["etag"], "Range": "bytes=0-9"}
    again = shown.get(other, files[0][0], **asked)
    assert (again.status_code, again.content) == (200, copy.content)
    assert again.headers["accept-ranges"] == "none"


@sqlite_only
def test_the_log_says_what_was_sent_and_no_refusal_counts_as_a_view(kitchen: Kitchen) -> None:
    files = [*picture_and_boxes(HEAD), (ref(MP4, "clip", "video/mp4"), MP4)]
    shown = upheld(kitchen, *files)
    for role in ("inspector", "supervisor"):
        person = someone(kitchen, role)
        for file, _ in files:
            shown.get(person, file)
    with kitchen.database.reading() as session:
        views = select(AuditRow.detail).where(AuditRow.action == "evidence.viewed")
        details = [json.loads(row) for row in session.scalars(views.order_by(AuditRow.seq))]
    hashes = [file.sha256 for file, _ in files]
    assert [(item["sha256"], item["sent"]) for item in details] == [
        (hashes[0], "blurred"),
        *((sha256, "original") for sha256 in hashes),
    ]
