"""Evidence in, and out again."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import resource
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import RangeError
from api.evidence.intake import check_type, checked
from api.evidence.rules import requested_span
from api.settings import Settings
from tests.api.building import JPEG, MP4, Kitchen, assert_problem, key_of, ref, review
from tests.api.web.footage import drawn_kitchen, jpeg
from vision.alert import EvidenceRef
from vision.errors import InvalidError


def kept(settings: Settings) -> list[Path]:
    """Every file of the evidence folder, half-written ones too."""
    return [path for path in settings.evidence_folder.rglob("*") if path.is_file()]


def announced(kitchen: Kitchen, *files: EvidenceRef) -> str:
    """The id of an alert that announces the files."""
    return kitchen.posted(evidence=[file.model_dump() for file in files])


def test_an_announced_file_is_kept_and_can_be_sent_again(
    kitchen: Kitchen, settings: Settings
) -> None:
    file = ref(JPEG)
    alert_id = announced(kitchen, file)
    first = kitchen.put(alert_id, file.sha256, JPEG)
    assert (first.status_code, first.json()) == (201, {"sha256": file.sha256, "bytes": len(JPEG)})
    assert kitchen.put(alert_id, file.sha256, JPEG).status_code == 200
    assert [path.read_bytes() for path in kept(settings)] == [JPEG]
    alert = kitchen.person("patrol").get(f"/api/v1/alerts/{alert_id}").json()
    assert alert["evidence"][0]["stored"] is True


def test_two_alerts_may_share_a_file_but_each_must_bring_it(
    kitchen: Kitchen, settings: Settings
) -> None:
    file = ref(JPEG)
    first, second = announced(kitchen, file), announced(kitchen, file)
    assert kitchen.put(first, file.sha256, JPEG).status_code == 201
    patrol, path = kitchen.person("patrol"), f"/api/v1/alerts/{second}/evidence/{file.sha256}"
    assert_problem(patrol.get(path), 404, "not-found")
    assert kitchen.put(second, file.sha256, JPEG).status_code == 201
    assert len(kept(settings)) == 1


def test_other_bytes_than_announced_leave_nothing_behind(
    kitchen: Kitchen, settings: Settings
) -> None:
    file = ref(JPEG)
    alert_id = announced(kitchen, file)
    altered = JPEG[:-1] + b"\x01"
    for body, field in (
        (altered, "sha256"),
        (JPEG[:-1], "bytes"),
        (JPEG + b"x", "bytes"),
        (b"", "bytes"),
    ):
        answer = kitchen.put(alert_id, file.sha256, body)
        assert_problem(answer, 422, "invalid", field)
    assert kept(settings) == []
    alert = kitchen.person("patrol").get(f"/api/v1/alerts/{alert_id}").json()
    assert alert["evidence"][0]["stored"] is False


PNG_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def png(width: int, height: int) -> bytes:
    """The beginning of a PNG of that size."""
    return PNG_HEAD + width.to_bytes(4) + height.to_bytes(4) + bytes(100)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_of_another_type_than_announced_is_refused(
    kitchen: Kitchen, settings: Settings
) -> None:
    page = b"<html><script>alert(1)</script></html>"
    elf, archive = b"\x7fELF" + bytes(60), b"PK\x03\x04" + bytes(60)
    for media_type in ("image/jpeg", "image/png", "video/mp4", "application/json"):
        for body in (page, elf, archive):
            file = ref(body, media_type=media_type)
            answer = kitchen.put(announced(kitchen, file), file.sha256, body)
            assert_problem(answer, 422, "invalid", "media_type")
    for body, claimed in ((JPEG, "image/png"), (MP4, "image/jpeg"), (JPEG, "application/json")):
        file = ref(body, media_type=claimed)
        answer = kitchen.put(announced(kitchen, file), file.sha256, body)
        assert_problem(answer, 422, "invalid", "media_type")
    assert kept(settings) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused(
    kitchen: Kitchen, settings: Settings
) -> None:
    bombs = {
        "image/png": png(60_000, 60_000),
        "image/jpeg": b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03" + bytes(40),
    }
    for media_type, body in bombs.items():
        file = ref(body, media_type=media_type)
        answer = kitchen.put(announced(kitchen, file), file.sha256, body)
        assert_problem(answer, 422, "invalid", "body")
    assert kept(settings) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_body_that_claims_to_be_packed_is_taken_as_the_bytes_it_is(
    kitchen: Kitchen, settings: Settings
) -> None:
    file, packed = ref(JPEG), gzip.compress(JPEG)
    path = f"/api/v1/alerts/{announced(kitchen, file)}/evidence/{file.sha256}"
    headers = key_of(kitchen.camera) | {"Content-Encoding": "gzip"}
    answer = kitchen.anonymous.put(path, content=packed, headers=headers)
    assert_problem(answer, 422, "invalid", "bytes")
    assert kept(settings) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_five_gigabytes_are_refused_before_they_come(kitchen: Kitchen, settings: Settings) -> None:
    file = ref(JPEG)
    path = f"/api/v1/alerts/{announced(kitchen, file)}/evidence/{file.sha256}"
    headers = key_of(kitchen.camera) | {"Content-Length": str(5 * 1024**3)}
    answer = kitchen.anonymous.put(path, content=iter([JPEG]), headers=headers)
    assert_problem(answer, 413, "too-large")
    too_large = ref(JPEG).model_dump() | {"bytes": 5 * 1024**3}
    assert_problem(kitchen.post(kitchen.alert() | {"evidence": [too_large]}), 422, "invalid")
    assert kept(settings) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_path_leads_out_of_the_storage(kitchen: Kitchen, settings: Settings) -> None:
    file = ref(JPEG)
    alert_id = announced(kitchen, file)
    tricks = [
        "../../kitchen.db",
        "..%2f..%2fkitchen.db",
        "-i",
        "%00",
        file.sha256.upper(),
        "a" * 63,
    ]
    for trick in tricks:
        path = f"/api/v1/alerts/{alert_id}/evidence/{trick}"
        answer = kitchen.anonymous.put(path, content=JPEG, headers=key_of(kitchen.camera))
        assert answer.status_code in (404, 405, 422), trick
        assert kitchen.person("patrol", trick[:20]).get(path).status_code in (404, 422), trick
    assert kept(settings) == []


@given(st.binary(max_size=200), st.sampled_from(["image/jpeg", "image/png", "video/mp4"]))
def test_the_look_at_the_type_never_fails_otherwise(head: bytes, media_type: str) -> None:
    with suppress(InvalidError):
        check_type(media_type, head)


@pytest.mark.parametrize("size", [2_000, 3_000_000])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_altered_on_the_disk_is_never_served(
    kitchen: Kitchen, settings: Settings, size: int
) -> None:
    body = b"\xff\xd8\xff" + os.urandom(size)
    file = ref(body)
    alert_id = announced(kitchen, file)
    kitchen.put(alert_id, file.sha256, body)
    patrol, path = kitchen.person("patrol"), f"/api/v1/alerts/{alert_id}/evidence/{file.sha256}"
    assert patrol.get(path).content == body
    for changed in (body[:-1] + bytes([body[-1] ^ 1]), body[:-1], body + b"x", b""):
        kept(settings)[0].write_bytes(changed)
        for headers in ({}, {"Range": "bytes=0-9"}):
            assert_problem(patrol.get(path, headers=headers), 500, "evidence-altered")


def test_every_kind_of_evidence_is_taken(kitchen: Kitchen) -> None:
    bodies = {
        "image/jpeg": JPEG,
        "image/png": png(32, 18),
        "video/mp4": MP4,
        "application/json": b'{"boxes": []}',
    }
    patrol = kitchen.person("patrol")
    for media_type, body in bodies.items():
        file = ref(body, media_type=media_type)
        alert_id = announced(kitchen, file)
        assert kitchen.put(alert_id, file.sha256, body).status_code == 201
        shown = patrol.get(f"/api/v1/alerts/{alert_id}/evidence/{file.sha256}")
        assert (shown.content, shown.headers["content-type"]) == (body, media_type)
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert shown.headers["content-disposition"] == "inline"
        assert shown.headers["content-length"] == str(len(body))


def test_a_hash_that_was_not_announced_is_refused(kitchen: Kitchen) -> None:
    alert_id = announced(kitchen, ref(JPEG))
    assert_problem(kitchen.put(alert_id, "0" * 64, JPEG), 422, "invalid", "sha256")
    assert_problem(kitchen.put(alert_id, "nonsense", JPEG), 422, "invalid", "sha256")


def test_a_camera_brings_evidence_for_its_own_alerts_only(kitchen: Kitchen) -> None:
    file = ref(JPEG)
    path = f"/api/v1/alerts/{announced(kitchen, file)}/evidence/{file.sha256}"
    other = kitchen.anonymous.put(path, content=JPEG, headers=key_of(kitchen.other_camera))
    assert_problem(other, 404, "not-found")
    assert_problem(kitchen.anonymous.put(path, content=JPEG), 401, "camera-key")
    assert_problem(kitchen.put(str(uuid.uuid4()), file.sha256, JPEG), 404, "not-found")


def test_reading_stops_at_the_announced_size() -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1000
            yield bytes(1000)

    async def take() -> None:
        async for _ in checked(ref(JPEG), endless()):
            pass

    with pytest.raises(InvalidError):
        asyncio.run(take())
    assert read <= len(JPEG) + 1000


def test_a_part_of_a_clip_can_be_asked_for(kitchen: Kitchen) -> None:
    file = ref(MP4, "clip", "video/mp4")
    alert_id = announced(kitchen, file)
    kitchen.put(alert_id, file.sha256, MP4)
    patrol, path = kitchen.person("patrol"), f"/api/v1/alerts/{alert_id}/evidence/{file.sha256}"
    whole = patrol.get(path)
    assert whole.headers["accept-ranges"] == "bytes"
    part = patrol.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, MP4[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(MP4)}"
    assert patrol.get(path, headers={"Range": "bytes=-5"}).content == MP4[-5:]
    assert patrol.get(path, headers={"Range": "bytes=4000-"}).content == MP4[4000:]
    beyond = patrol.get(path, headers={"Range": f"bytes={len(MP4)}-"})
    assert_problem(beyond, 416, "range")
    assert beyond.headers["content-range"] == f"bytes */{len(MP4)}"


@given(size=st.integers(1, 1000), first=st.integers(0, 1200), length=st.integers(0, 1200))
def test_a_span_lies_within_the_file(size: int, first: int, length: int) -> None:
    try:
        span = requested_span(f"bytes={first}-{first + length}", size)
    except RangeError:
        assert first >= size
        return
    assert span is not None
    assert (span.start, span.end) == (first, min(first + length + 1, size))


@given(st.text())
def test_any_other_range_header_means_the_whole_file(header: str) -> None:
    assert requested_span(f"lines={header}", 10) is None


def test_a_lost_file_is_said_to_be_lost(kitchen: Kitchen, settings: Settings) -> None:
    file = ref(JPEG)
    alert_id = announced(kitchen, file)
    kitchen.put(alert_id, file.sha256, JPEG)
    for path in kept(settings):
        path.unlink()
    answer = kitchen.person("patrol").get(f"/api/v1/alerts/{alert_id}/evidence/{file.sha256}")
    assert_problem(answer, 404, "not-found")


@contextmanager
def full_disk(limit_bytes: int) -> Iterator[None]:
    """No file may grow beyond the limit: the system's own refusal, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_and_the_upload_succeeds_later(
    kitchen: Kitchen, settings: Settings
) -> None:
    body = JPEG[:4] + bytes(8_000_000)  # chance would write a picture's size into it
    file = ref(body)
    alert_id = announced(kitchen, file)
    with full_disk(4_000_000):
        assert_problem(kitchen.put(alert_id, file.sha256, body), 507, "storage")
    assert kept(settings) == []
    assert kitchen.put(alert_id, file.sha256, body).status_code == 201
    assert hashlib.sha256(kept(settings)[0].read_bytes()).hexdigest() == file.sha256


def test_a_restaurant_sees_evidence_once_the_alert_is_upheld(kitchen: Kitchen) -> None:
    body = jpeg(drawn_kitchen(0))
    file = ref(body)
    alert_id = announced(kitchen, file)
    kitchen.put(alert_id, file.sha256, body)
    owner = kitchen.person("restaurant", restaurant_id=kitchen.restaurant)
    path = f"/api/v1/alerts/{alert_id}/evidence/{file.sha256}"
    assert_problem(owner.get(path), 404, "not-found")
    review(kitchen.person("patrol"), alert_id, "upheld")
    assert owner.get(path).status_code == 200


def test_evidence_answers_may_be_kept_by_the_same_session_only(kitchen: Kitchen) -> None:
    file = ref(JPEG)
    alert_id = announced(kitchen, file)
    kitchen.put(alert_id, file.sha256, JPEG)
    shown = kitchen.person("patrol").get(f"/api/v1/alerts/{alert_id}/evidence/{file.sha256}")
    assert shown.headers["cache-control"].startswith("private")
    assert shown.headers["vary"] == "Cookie"
