"""The demo's cameras: zones drawn on their pictures, and last pictures that keep coming."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from sqlalchemy import select

from api.accounts.models import UserRow
from api.accounts.schemas import Person
from api.cameras.detail_store import change_camera, get_camera
from api.cameras.keys import NewCamera
from api.cameras.schemas import CameraChange
from api.cameras.zone_schemas import ZonesIn
from api.cameras.zone_store import save_zones, zones_in_force
from api.database import Database, now
from api.settings import Settings
from vision.detections import HEAD
from vision.detector import open_detector
from vision.snapshots import encode_snapshot
from vision.video import open_video

EVERY_S: Final = 5.0
TIMEOUT_S: Final = 10.0
OPEN: Final = {
    "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "opens": "06:00",
    "closes": "22:00",
}
# Drawn by eye on the sample clips; corners in shares of the picture.
PLACES: Final[dict[str, dict[str, Any]]] = {
    "clean-shift": {
        "place": "配菜台 Preparation table",
        "zones": [
            (
                "配菜 Preparation",
                "rough_processing",
                [(0.21, 0.2), (0.98, 0.2), (0.98, 1), (0.21, 1)],
            ),
            ("冷柜 Fridges", "storage", [(0, 0.18), (0.2, 0.18), (0.2, 1), (0, 1)]),
        ],
    },
    "night-rodent": {
        "place": "库房地面 Storage floor",
        "zones": [("库房 Storage", "storage", [(0, 0.12), (1, 0.12), (1, 1), (0, 1)])],
    },
    "range-no-hat": {
        "place": "炉灶 Range",
        "zones": [
            ("炉灶 Range", "cooking", [(0.28, 0.15), (1, 0.3), (1, 1), (0.1, 1), (0.1, 0.55)]),
            ("通道 Passage", "passage", [(0, 0.6), (0.09, 0.6), (0.09, 1), (0, 1)]),
        ],
    },
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame as a camera sends it, and the heads in it, ``left,top,right,bottom;...``."""

    content: bytes
    heads: str


def draw_demo_zones(
    database: Database, settings: Settings, cameras: Mapping[str, NewCamera], drawn_by: str
) -> None:
    """Give each sample camera its place and zones, once; ``drawn_by`` is a supervisor's name."""
    with database.writing() as session:
        user = session.scalars(select(UserRow).where(UserRow.name == drawn_by)).one()
        person = Person(user.id, user.name, "supervisor")
        for video, camera in cameras.items():
            told = PLACES.get(Path(video).stem)
            row = get_camera(session, person, camera.id)
            if told is None or zones_in_force(session, row).version:
                continue
            change_camera(session, person, row.id, CameraChange(place=told["place"]), settings)
            save_zones(session, person, row, ZonesIn(base_version=0, zones=_zones(told["zones"])))


def _zones(drawn: Sequence[tuple[str, str, list[tuple[float, float]]]]) -> Any:
    return [
        {"name": name, "type": kind, "polygon": polygon, "hours": [OPEN]}
        for name, kind, polygon in drawn
    ]


def demo_pictures(videos: Sequence[Path], model: Path) -> dict[str, list[Shown]]:
    """One frame a second of each sample clip, with the heads that the model finds in it."""
    detector = open_detector(model)
    told: dict[str, list[Shown]] = {}
    for path in videos:
        with open_video(path) as video:
            told[path.name] = [
                Shown(encode_snapshot(frame.image), _heads(detector.detect(frame), frame))
                for frame in video.frames(1.0)
            ]
    return told


def _heads(detections: Any, frame: Any) -> str:
    heads = detections.xyxy[detections.class_id == HEAD]
    shares = heads / (frame.width, frame.height, frame.width, frame.height)
    boxes = [box.clip(0, 1) for box in shares]
    return ";".join(",".join(f"{side:.4f}" for side in box) for box in boxes)


@contextmanager
def sending_pictures(
    pictures: Mapping[str, Sequence[Shown]], cameras: Mapping[str, NewCamera], address: str
) -> Iterator[None]:
    """Each sample camera sends its next frame every few seconds, until the block ends."""
    done = threading.Event()
    sender = threading.Thread(target=_send, args=(pictures, cameras, address, done), daemon=True)
    sender.start()
    try:
        yield
    finally:
        done.set()
        sender.join(timeout=TIMEOUT_S)


def _send(
    pictures: Mapping[str, Sequence[Shown]],
    cameras: Mapping[str, NewCamera],
    address: str,
    done: threading.Event,
) -> None:
    turn = 0
    while not done.is_set():
        for video, frames in pictures.items():
            if frames and video in cameras:
                _put(address, cameras[video], frames[turn % len(frames)])
        turn += 1
        done.wait(EVERY_S)


def _put(address: str, camera: NewCamera, shown: Shown) -> None:
    """As a camera does it; one that gets lost is followed by the next."""
    asked = urlencode({"taken_at": now().isoformat(), "heads": shown.heads})
    request = Request(  # noqa: S310 - the demo's own server on loopback
        f"{address}/api/v1/cameras/{camera.id}/picture?{asked}",
        data=shown.content,
        method="PUT",
        headers={"Authorization": f"Bearer {camera.key}", "Content-Type": "image/jpeg"},
    )
    try:
        with urlopen(request, timeout=TIMEOUT_S):  # noqa: S310 - see above
            pass
    except OSError:
        return
