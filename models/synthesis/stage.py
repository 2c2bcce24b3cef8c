"""A clip before it is filmed: who moves in which kitchen before which camera, and how it is shot.

The camera hangs still, so the empty kitchen is rendered once, well; then, frame by frame, only the
parts of the picture around whoever moves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np

from models.synthesis import blender
from models.synthesis.film import read_picture
from models.synthesis.kitchen import Kitchen
from models.synthesis.parts import Part
from models.synthesis.projection import Camera, box_around, share_in_picture
from models.synthesis.regions import Patch, composed, merged, pinhole_region
from models.synthesis.sensor import Picture, Sensor, develop
from models.synthesis.skinning import FloatArray, Skin
from models.synthesis.truth import Box, Subject, Track

BEVEL_M = 0.004
LEAST_SHARE_IN_PICTURE = 0.5
STILL, DONE = "still.png", "done"


@dataclass(frozen=True)
class Actor:
    """`outline` are the points that the truth box goes around; `pose` gives bones at a time."""

    parts: tuple[Part, ...]
    pose: Callable[[float], FloatArray]
    outline: Skin
    kind: Literal["head", "rodent"]
    hat: Literal["worn", "missing"] | None = None
    mask: Literal["worn", "missing"] | None = None


@dataclass(frozen=True)
class Light:
    """A panel of `watts` that shines down, or at `towards`."""

    position: tuple[float, float, float]
    size: tuple[float, float]
    watts: float
    towards: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Clip:
    """Everything that decides the pictures; `build` furnishes the kitchen."""

    name: str
    title: str
    seed: int
    camera: Camera
    sensor: Sensor
    build: Callable[[Kitchen], None]
    cast: Callable[[], tuple[Actor, ...]]
    lights: tuple[Light, ...]
    starts_at: datetime
    duration_s: float
    ambient: float
    exposure: float = 0.0


@dataclass(frozen=True)
class Effort:
    """What a render may cost: samples per pixel, of the kitchen and of what moves; threads."""

    still_samples: int = 16
    moving_samples: int = 4
    bounces: int = 3
    threads: int = 1
    fps: int = 6


def shoot(clip: Clip, effort: Effort, scratch: Path) -> tuple[list[Picture], Track]:
    """Render the frames that scratch does not hold yet; the developed pictures and their truth."""
    scratch.mkdir(parents=True, exist_ok=True)
    times = np.arange(round(clip.duration_s * effort.fps)) / effort.fps
    actors = clip.cast()
    folders = [scratch / f"{index:04}" for index in range(len(times))]
    if not all((folder / DONE).exists() for folder in folders):
        _render(clip, effort, actors, dict(zip(folders, times.tolist(), strict=True)))
    return _developed(clip, scratch, times), track_of(clip, actors, times, effort.fps)


def _render(
    clip: Clip, effort: Effort, actors: tuple[Actor, ...], frames: dict[Path, float]
) -> None:
    items = _set_up(clip, effort, actors)
    still = next(iter(frames)).parent / STILL
    if not still.exists():
        blender.show([item for group in items for item in group], visible=False)
        blender.render(still, effort.still_samples)
        blender.show([item for group in items for item in group], visible=True)
    for folder, time_s in frames.items():
        if not (folder / DONE).exists():
            _render_moving(clip, effort, actors, items, folder, time_s)


def track_of(clip: Clip, actors: tuple[Actor, ...], times: FloatArray, fps: int) -> Track:
    subjects = [
        Subject(
            kind=actor.kind,
            hat=actor.hat,
            mask=actor.mask,
            boxes=tuple(_truth_box(clip.camera, actor, float(t)) for t in times),
        )
        for actor in actors
    ]
    return Track(schema="brightkitchen.track/1", fps=fps, subjects=tuple(subjects))


def _truth_box(camera: Camera, actor: Actor, time_s: float) -> Box | None:
    points = actor.outline.posed(actor.pose(time_s))
    if share_in_picture(camera, points) < LEAST_SHARE_IN_PICTURE:
        return None
    x1, y1, x2, y2 = (round(float(side), 1) for side in box_around(camera, points))
    return x1, y1, x2, y2


def _set_up(clip: Clip, effort: Effort, actors: tuple[Actor, ...]) -> list[list[Any]]:
    blender.start(effort.threads, effort.bounces)
    blender.set_camera(clip.camera)
    blender.set_surroundings((0.85, 0.92, 1.0), clip.ambient, clip.exposure)
    for light in clip.lights:
        towards = None if light.towards is None else np.array(light.towards)
        blender.add_panel_light(np.array(light.position), light.size, light.watts, towards)
    kitchen = Kitchen(np.random.default_rng(clip.seed))
    clip.build(kitchen)
    for look, mesh in kitchen.by_look().items():
        blender.add_mesh(look, look, mesh, np.zeros((0, 3)), BEVEL_M)
    return [
        [blender.add_part(part, part.skin.posed(actor.pose(0.0))) for part in actor.parts]
        for actor in actors
    ]


def _render_moving(
    clip: Clip,
    effort: Effort,
    actors: tuple[Actor, ...],
    items: list[list[Any]],
    folder: Path,
    time_s: float,
) -> None:
    folder.mkdir(exist_ok=True)
    boxes = []
    for actor, group in zip(actors, items, strict=True):
        transforms = actor.pose(time_s)
        posed = [part.skin.posed(transforms) for part in actor.parts]
        for item, points in zip(group, posed, strict=True):
            blender.move(item, points)
        boxes.append(pinhole_region(clip.camera, np.concatenate(posed)))
    for region in merged([box for box in boxes if box is not None]):
        path = folder / f"{'-'.join(map(str, region))}.png"
        blender.render(path, effort.moving_samples, region)
    (folder / DONE).touch()


def _developed(clip: Clip, scratch: Path, times: FloatArray) -> list[Picture]:
    still = read_picture(scratch / STILL)
    rng = np.random.default_rng(clip.seed)
    pictures = []
    for index, time_s in enumerate(times):
        clean = composed(still, _patches(scratch / f"{index:04}"))
        shown_at = clip.starts_at + timedelta(seconds=float(time_s))
        pictures.append(develop(clip.sensor, clip.camera, clean, shown_at, rng))
    return pictures


def _patches(folder: Path) -> list[Patch]:
    patches: list[Patch] = []
    for path in sorted(folder.glob("*.png")):
        x1, y1, x2, y2 = map(int, path.stem.split("-"))
        patches.append(((x1, y1, x2, y2), read_picture(path)))
    return patches
