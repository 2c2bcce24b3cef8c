"""What a rendered picture costs, and whether a detector trained on photographs knows its people.

    python -m benchmarks.synthesis cost [--seed 23]             samples x scale, CPU seconds a frame
    python -m benchmarks.synthesis stills OUT [--seeds 60]      one picture a seed with its truth
    python -m benchmarks.synthesis heads OUT [--model DIR]      the share of heads that are found

The first two need the extra `synthesis`, the third only what the product itself needs. Costs are
process CPU, one thread, of a labelled 640x360 frame: three moments of one scene share its set-up,
and the set-up's share is told apart. `stills` goes on from what OUT holds already.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from models.synthesis.acting import eased
from models.synthesis.scene import Scene

WIDTH, HEIGHT = 640, 360
MOMENTS_S = (1.0, 4.0, 7.0)
EFFORTS = ((2, 1.0), (3, 1.0), (4, 1.0), (3, 0.75), (4, 0.75), (6, 0.75))
LEAST_HEAD_PX = 32
LEAST_VISIBLE = 0.5
SAME_IOU = 0.4
SIDE_DEG = 90


def small_clip(seed: int) -> Any:
    """The scene of a seed, filmed at 640x360."""
    from models.synthesis.drawing import draw_scene
    from models.synthesis.stage import clip_of

    scene = draw_scene(seed)
    camera = replace(scene.camera, width=WIDTH, height=HEIGHT)
    sensor = replace(scene.sensor, blur_px=min(scene.sensor.blur_px, 0.65))
    return clip_of(replace(scene, camera=camera, sensor=sensor), f"seed-{seed}", "")


def cost(chosen: argparse.Namespace) -> None:
    from models.synthesis.stage import Effort, frames

    list(frames(small_clip(chosen.seed), Effort(moving_samples=1, scale=0.1), np.array([0.0])))
    print("samples  scale  set-up s  frame s  with a third of the set-up")
    for samples, scale in EFFORTS:
        effort = Effort(moving_samples=samples, scale=scale)
        marks = [time.process_time()]
        for _ in frames(small_clip(chosen.seed), effort, np.array(MOMENTS_S)):
            marks.append(time.process_time())
        spent = np.diff(marks)
        frame = float(np.mean(spent[1:]))
        whole = float(spent.sum()) / len(MOMENTS_S)
        print(f"{samples:7}  {scale:5}  {spent[0] - frame:8.2f}  {frame:7.2f}  {whole:7.2f}")
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def stills(chosen: argparse.Namespace) -> None:
    from PIL import Image

    from models.synthesis.stage import Effort, frames

    chosen.out.mkdir(parents=True, exist_ok=True)
    for seed in range(chosen.first, chosen.first + chosen.seeds):
        path = chosen.out / f"{seed:04}.png"
        if path.with_suffix(".json").exists():
            continue
        effort, clip = Effort(moving_samples=chosen.samples), small_clip(seed)
        time_s = MOMENTS_S[seed % 3]
        for picture, seen in frames(clip, effort, np.array([time_s])):
            Image.fromarray(picture).save(path)
            turned = [turned_away(clip.scene, one.identity, time_s) for one in seen]
            told = [{**asdict(one), "turned": t} for one, t in zip(seen, turned, strict=True)]
            path.with_suffix(".json").write_text(json.dumps(told))
        print(f"seed {seed}: {len(seen)} people", flush=True)


def turned_away(scene: Scene, identity: int, time_s: float) -> float:
    """Degrees between where a head looks, seen from above, and the camera."""
    act = scene.people[identity].act
    x, y, heading = eased(act.places, time_s)
    looks = float(heading + eased(act.looks, time_s)[0])
    to_camera = np.degrees(np.arctan2(scene.camera.position[0] - x, y - scene.camera.position[1]))
    return float(abs((looks - to_camera + 180) % 360 - 180))


def heads(chosen: argparse.Namespace) -> None:
    import cv2

    from vision.detections import HEAD
    from vision.detector import OpenVinoDetector
    from vision.frames import Frame
    from vision.model import DEFAULT_MODEL, load_model

    detector = OpenVinoDetector(load_model(chosen.model or DEFAULT_MODEL), threads=1)
    told: list[dict[str, Any]] = []
    extra = 0
    for path in sorted(chosen.out.glob("*.json")):
        found = detector.detect(Frame(np.asarray(cv2.imread(str(path.with_suffix(".png")))), 0.0))
        boxes = found.xyxy[found.class_id == HEAD]
        every = [one for one in json.loads(path.read_text()) if one["xyxy"]]
        for one in every:
            best = max((_overlap(one["xyxy"], box) for box in boxes.tolist()), default=0.0)
            told.append({**one, "found": best >= SAME_IOU, "file": path.stem})
        near = [max((_overlap(o["xyxy"], b) for o in every), default=0.0) for b in boxes.tolist()]
        extra += sum(iou < 0.2 for iou in near)
    _tell(told, extra, len(list(chosen.out.glob("*.json"))))


def _tell(told: list[dict[str, Any]], extra: int, pictures: int) -> None:
    def large(one: dict[str, Any]) -> bool:
        x1, y1, x2, y2 = one["xyxy"]
        return bool(x2 > x1 and y2 - y1 > LEAST_HEAD_PX)

    def share(name: str, chosen: Callable[[dict[str, Any]], bool]) -> None:
        group = [one["found"] for one in told if chosen(one)]
        if group:
            print(f"{name}: {sum(group)} of {len(group)} found ({np.mean(group):.1%})")

    share("heads over 32 px", large)
    share(
        "heads over 32 px, at least half visible",
        lambda one: large(one) and one["visible"] >= LEAST_VISIBLE,
    )
    share("all heads", lambda _: True)
    share("over 32 px, face to the camera", lambda one: large(one) and one["turned"] <= SIDE_DEG)
    share("over 32 px, turned away", lambda one: large(one) and one["turned"] > SIDE_DEG)
    for hat in ("worn", "missing"):
        share(f"over 32 px, hat {hat}", lambda one, hat=hat: large(one) and one["hat"] == hat)  # type: ignore[misc]
    print(f"{extra} boxes on no head in {pictures} pictures")
    missed = sorted({one["file"] for one in told if large(one) and not one["found"]})
    print("missed in", " ".join(missed))


def _overlap(a: list[float], b: list[float]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return width * height / (sum(areas) - width * height)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parts = parser.add_subparsers(required=True)
    of_cost = parts.add_parser("cost")
    of_cost.add_argument("--seed", type=int, default=23)
    of_cost.set_defaults(run=cost)
    of_stills = parts.add_parser("stills")
    of_stills.add_argument("out", type=Path)
    of_stills.add_argument("--seeds", type=int, default=60)
    of_stills.add_argument("--first", type=int, default=1)
    of_stills.add_argument("--samples", type=int, default=3)
    of_stills.set_defaults(run=stills)
    of_heads = parts.add_parser("heads")
    of_heads.add_argument("out", type=Path)
    of_heads.add_argument("--model", type=Path)
    of_heads.set_defaults(run=heads)
    chosen = parser.parse_args()
    chosen.run(chosen)


if __name__ == "__main__":
    main()
