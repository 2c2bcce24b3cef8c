"""Labelled pictures to order: scenes drawn from a seed, rendered over processes, resumable."""

import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from models.synthesis.truth import LEAST_VISIBLE, Box, Seen, track_of, track_text
from vision.errors import ConfigError
from vision.whole import writing_whole

if TYPE_CHECKING:
    from models.synthesis.sensor import Picture

ORDER, CLASSES_FILE, GROUPS = "order.json", "classes.txt", "groups.tsv"
# As the photo sets name them (models/labels.py).
CLASSES = (
    *(f"{hat}_{mask}" for hat in ("hat", "nohat") for mask in ("mask", "maskwrong", "nomask")),
    "rodent",
    "cockroach",
    "cat",
)
HATS = {"worn": "hat", "missing": "nohat"}
MASKS = {"worn": "mask", "incorrect": "maskwrong", "missing": "nomask"}
LEAST_LABEL_PX = 6.0
JPEG_QUALITY = 90
# Four cost twice as much (`python -m benchmarks.synthesis cost`).
SAMPLES = 2
# Blender does not give all memory back: a process is replaced after so many scenes.
SCENES_A_PROCESS = 12


@dataclass(frozen=True)
class Order:
    """What is to be made; the same order gives the same pictures and the same truth."""

    seed: int
    frames: int
    width: int

    def scene_seed(self, index: int) -> int:
        return int(np.random.SeedSequence([self.seed, index]).generate_state(1)[0])


def synthesize(
    order: Order, scenes: int, out: Path, workers: int, tell: Callable[[int, int], None]
) -> int:
    """Render the scenes that `out` does not hold yet; how many. ConfigError for another order.

    `tell` hears how many scenes are done, of how many.
    """
    take_order(order, out)
    missing = [index for index in range(scenes) if not truth_path(out, index).exists()]
    done = scenes - len(missing)
    tell(done, scenes)
    for _ in _rendered(order, missing, out, workers):
        done += 1
        tell(done, scenes)
    write_groups(out)
    return len(missing)


def take_order(order: Order, out: Path) -> None:
    """Note what the folder is for, or refuse to mix two orders in it."""
    for name in ("images", "labels", "truth"):
        (out / name).mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(order), sort_keys=True) + "\n"
    note = out / ORDER
    if note.exists() and note.read_text(encoding="utf-8") != text:
        raise ConfigError(
            f"{out} was begun with other options ({note.read_text(encoding='utf-8').strip()}): "
            "give the same, or another --out"
        )
    whole(note, text.encode())
    whole(out / CLASSES_FILE, "\n".join(CLASSES).encode())


def _rendered(order: Order, missing: Sequence[int], out: Path, workers: int) -> Iterator[None]:
    if not missing:
        return
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        min(workers, len(missing)), spawn, max_tasks_per_child=SCENES_A_PROCESS
    )
    with pool:
        tasks: list[Future[None]] = [pool.submit(render_scene, order, i, out) for i in missing]
        try:
            for task in as_completed(tasks):
                task.result()
                yield
        finally:
            pool.shutdown(cancel_futures=True)


def render_scene(order: Order, index: int, out: Path) -> None:
    """Render one scene's pictures; its truth is written last and says that all of it is there."""
    from models.synthesis.drawn_clips import draw_clip  # Blender only here
    from models.synthesis.stage import Effort, frames

    clip = draw_clip(order.scene_seed(index), order.width)
    times = (np.arange(order.frames) + 0.5) / order.frames * clip.duration_s
    seen = []
    shown = frames(clip, Effort(moving_samples=SAMPLES), times)
    for number, (picture, sightings) in enumerate(shown):
        name = f"{index:06}-{number}"
        size = (clip.camera.width, clip.camera.height)
        whole(out / "labels" / f"{name}.txt", label_text(sightings, size).encode())
        whole(out / "images" / f"{name}.jpg", jpeg(picture))
        seen.append(sightings)
    whole(truth_path(out, index), track_text(track_of(seen, 1)).encode())


def label_text(sightings: Sequence[Seen], size: tuple[int, int]) -> str:
    """The YOLO lines of one picture: class, centre and size as shares of the picture."""
    lines = []
    for seen in sightings:
        name = class_of(seen)
        if name is None or seen.xyxy is None or not _clear(seen, seen.xyxy):
            continue
        x1, y1, x2, y2 = np.divide(seen.xyxy, (*size, *size)).tolist()
        numbers = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
        lines.append(f"{CLASSES.index(name)} " + " ".join(f"{n:.6f}" for n in numbers))
    return "".join(f"{line}\n" for line in lines)


def class_of(seen: Seen) -> str | None:
    """The name of its class; None for what is not labelled."""
    if seen.kind == "head" and seen.hat and seen.mask:
        return f"{HATS[seen.hat]}_{MASKS[seen.mask]}"
    return seen.kind if seen.kind in CLASSES else None


def _clear(seen: Seen, box: Box) -> bool:
    return seen.visible >= LEAST_VISIBLE and max(box[2] - box[0], box[3] - box[1]) >= LEAST_LABEL_PX


def write_groups(out: Path) -> None:
    """Pictures of one scene belong together: none of them may be trained on and measured."""
    names = sorted(path.stem for path in (out / "images").glob("*.jpg"))
    rows = ["image\tgroup", *(f"{name}\tscene-{name.split('-')[0]}" for name in names)]
    whole(out / GROUPS, ("\n".join(rows) + "\n").encode())


def truth_path(out: Path, index: int) -> Path:
    return out / "truth" / f"{index:06}.json"


def jpeg(picture: "Picture") -> bytes:
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return data.tobytes()


def whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    with writing_whole(path) as half:
        half.write_bytes(content)
