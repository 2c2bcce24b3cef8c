"""A clip before it is filmed: who moves in which kitchen before which camera, and how it is shot.

The camera hangs still, so the empty kitchen is rendered once, well; then, frame by frame, only the
parts of the picture around whoever moves.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from models.synthesis import blender
from models.synthesis.actors import Actor as Actor
from models.synthesis.cast import person_actor
from models.synthesis.film import read_picture
from models.synthesis.furnishing import furnish
from models.synthesis.kitchen import Kitchen
from models.synthesis.meshes import Mesh, joined
from models.synthesis.projection import Camera
from models.synthesis.regions import Patch, composed, enlarged, merged, pinhole_region
from models.synthesis.scene import Light as Light
from models.synthesis.scene import Scene
from models.synthesis.sensor import Picture, Sensor, develop
from models.synthesis.sight import Sight, Sighting
from models.synthesis.skinning import FloatArray
from models.synthesis.truth import Track, track_of

BEVEL_M = 0.004
STILL, DONE = "still.png", "done"


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
    scene: Scene | None = None


@dataclass(frozen=True)
class Effort:
    """What a render may cost: samples per pixel, of the kitchen and of what moves; threads.

    `scale` below 1 renders whole pictures (`frames`) smaller and enlarges them.
    """

    still_samples: int = 16
    moving_samples: int = 4
    bounces: int = 3
    threads: int = 1
    fps: int = 6
    scale: float = 1.0


def clip_of(
    scene: Scene, name: str, title: str, extra: Callable[[], tuple[Actor, ...]] = tuple
) -> Clip:
    """The clip of a scene; `extra` brings whoever else moves in it."""
    return Clip(
        name=name,
        title=title,
        seed=scene.seed,
        camera=scene.camera,
        sensor=scene.sensor,
        build=lambda kitchen: furnish(kitchen, scene.room),
        cast=lambda: (*map(person_actor, scene.people, range(len(scene.people))), *extra()),
        lights=scene.lights,
        starts_at=scene.starts_at,
        duration_s=scene.duration_s,
        ambient=scene.ambient,
        exposure=scene.exposure,
        scene=scene,
    )


def frames(
    clip: Clip, effort: Effort, times: FloatArray
) -> Iterator[tuple[Picture, tuple[Sighting, ...]]]:
    """Whole pictures of a few moments with their truth; nothing is kept between them."""
    actors = clip.cast()
    items = _set_up(clip, effort, actors)
    blender.set_scale(effort.scale)
    sight = Sight(clip.camera, _solid(clip), clip.scene)
    rng = np.random.default_rng(clip.seed)
    with TemporaryDirectory() as folder:
        for time_s in times.tolist():
            _pose(actors, items, time_s)
            blender.render(Path(folder) / STILL, effort.moving_samples)
            rendered = read_picture(Path(folder) / STILL)
            clean = enlarged(rendered, clip.camera.width, clip.camera.height)
            shown_at = clip.starts_at + timedelta(seconds=time_s)
            picture = develop(clip.sensor, clip.camera, clean, shown_at, rng)
            yield picture, sight.sightings(actors, time_s)


def sightings(
    clip: Clip, actors: tuple[Actor, ...], times: FloatArray
) -> list[tuple[Sighting, ...]]:
    """The truth of a clip, time by time, in the order of its actors."""
    sight = Sight(clip.camera, _solid(clip), clip.scene)
    return [sight.sightings(actors, time_s) for time_s in times.tolist()]


def shoot(clip: Clip, effort: Effort, scratch: Path) -> tuple[list[Picture], Track]:
    """Render the frames that scratch does not hold yet; the developed pictures and their truth."""
    scratch.mkdir(parents=True, exist_ok=True)
    times = np.arange(round(clip.duration_s * effort.fps)) / effort.fps
    actors = clip.cast()
    folders = [scratch / f"{index:04}" for index in range(len(times))]
    if not all((folder / DONE).exists() for folder in folders):
        _render(clip, effort, actors, dict(zip(folders, times.tolist(), strict=True)))
    return _developed(clip, scratch, times), track_of(sightings(clip, actors, times), effort.fps)


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


def _set_up(clip: Clip, effort: Effort, actors: tuple[Actor, ...]) -> list[list[Any]]:
    blender.start(effort.threads, effort.bounces)
    blender.set_camera(clip.camera)
    blender.set_surroundings((0.85, 0.92, 1.0), clip.ambient, clip.exposure)
    for light in clip.lights:
        towards = None if light.towards is None else np.array(light.towards)
        place = np.array(light.position)
        blender.add_panel_light(place, light.size, light.watts, towards, light.colour)
    for look, mesh in _built(clip).by_look().items():
        blender.add_mesh(look, look, mesh, np.zeros((0, 3)), BEVEL_M)
    return [
        [blender.add_part(part, part.skin.posed(actor.pose(0.0))) for part in actor.parts]
        for actor in actors
    ]


def _built(clip: Clip) -> Kitchen:
    kitchen = Kitchen(np.random.default_rng(clip.seed))
    clip.build(kitchen)
    return kitchen


def _solid(clip: Clip) -> Mesh:
    return joined(list(_built(clip).by_look().values()))


def _render_moving(
    clip: Clip,
    effort: Effort,
    actors: tuple[Actor, ...],
    items: list[list[Any]],
    folder: Path,
    time_s: float,
) -> None:
    folder.mkdir(exist_ok=True)
    posed = _pose(actors, items, time_s)
    boxes = [pinhole_region(clip.camera, points) for points in posed]
    for region in merged([box for box in boxes if box is not None]):
        path = folder / f"{'-'.join(map(str, region))}.png"
        blender.render(path, effort.moving_samples, region)
    (folder / DONE).touch()


def _pose(actors: tuple[Actor, ...], items: list[list[Any]], time_s: float) -> list[FloatArray]:
    """Put every actor where it is at a time; the points of each that show."""
    posed = []
    for actor, group in zip(actors, items, strict=True):
        bones, hidden = actor.pose(time_s), actor.hidden(time_s)
        shown = []
        for part, item in zip(actor.parts, group, strict=True):
            blender.show([item], part.name not in hidden)
            if part.name not in hidden:
                shown.append(part.skin.posed(bones))
                blender.move(item, shown[-1])
        posed.append(np.concatenate(shown))
    return posed


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
