"""The three sample clips: `python -m models.synthesis.samples --out sample_videos`."""

import argparse
import logging
from datetime import datetime
from pathlib import Path

import numpy as np

from models.synthesis.acting import Act, transforms
from models.synthesis.film import write_clip
from models.synthesis.humans import Shape, rest_body
from models.synthesis.projection import Camera
from models.synthesis.rodent import Gait, on_the_floor, rat
from models.synthesis.running import Run
from models.synthesis.sensor import Sensor
from models.synthesis.sets import CEILING_M, preparation_kitchen, range_kitchen, store_corner
from models.synthesis.skinning import FloatArray
from models.synthesis.stage import Actor, Clip, Effort, Light, shoot
from models.synthesis.truth import Expected, expected_episodes, expected_text, track_text
from models.synthesis.wardrobe import Outfit, dressed
from vision.names import ZoneType

CRF = 27
RULES = "strict"
ZONE_TYPE: ZoneType = "cooking"


def cook(shape: Shape, outfit: Outfit, act: Act) -> Actor:
    body = rest_body(shape)
    person = dressed(body, outfit, np.random.default_rng(act.seed))
    return Actor(
        person.parts,
        lambda time_s: transforms(person.skeleton, act, time_s),
        person.head_outline,
        "head",
        "worn" if person.hat_worn else "missing",
        "worn" if person.mask_worn else "missing",
    )


def rat_runs(run: Run, seed: int) -> Actor:
    animal = rat(np.random.default_rng(seed), infrared=True)

    def pose(time_s: float) -> FloatArray:
        metres, speed = run.travelled(time_s), run.speed(time_s)
        moving = min(1.0, speed / 0.25)
        sniff = (1 - moving) * (0.25 + 0.2 * np.sin(2 * np.pi * 1.3 * time_s))
        gait = Gait(metres, run.bend(metres), float(sniff), moving, time_s)
        x, y = run.place(metres)
        return on_the_floor(animal.pose(gait), x, y, run.heading(metres))

    return Actor(animal.parts, pose, animal.outline, "rodent")


def range_no_hat() -> Clip:
    bare = Act(
        places=[(0, 0.72, 0.32, 12), (5.5, 0.72, 0.32, 12), (6.6, 0.5, 0.34, 2)],
        looks=[
            (0, 12, 12),
            (2.0, 14, 10),
            (2.8, 34, -12),
            (4.8, 32, -10),
            (5.6, 6, 14),
            (7.6, 8, 12),
            (8.4, 38, -12),
            (11, 34, -10),
        ],
        task="chop",
        seed=5,
    )
    covered = Act(
        places=[(0, -0.55, 0.36, 22), (7.5, -0.55, 0.36, 22), (8.5, -0.72, 0.36, 28)],
        looks=[(0, 14, 14), (3.4, 12, 14), (4.2, 36, -6), (6, 30, -4), (7, 10, 14)],
        task="stir",
        seed=11,
    )
    return Clip(
        name="range-no-hat",
        title="Two cooks at a table before the range; one wears neither hat nor mask.",
        seed=20261,
        camera=Camera((2.1, -1.7, 2.45), (0.0, 0.38, 1.27), 69, 960, 540, barrel=0.1),
        sensor=Sensor(noise=2.6, blur_px=0.5, vignette=0.16, label="CAM 03"),
        build=range_kitchen,
        cast=lambda: (
            cook(
                Shape(gender=0.0, age=0.72, weight=0.55, height=0.42),
                Outfit("skin-tan", "white-cloth", "blue-apron", None, None),
                bare,
            ),
            cook(
                Shape(gender=0.0, age=0.68, weight=0.45, height=0.5),
                Outfit(
                    "skin-light", "white-cloth", "black-cloth", ("toque", "white-hat"), "blue-mask"
                ),
                covered,
            ),
        ),
        lights=(
            Light((-0.9, -0.6, CEILING_M - 0.03), (1.2, 0.3), 46),
            Light((1.3, -0.6, CEILING_M - 0.03), (1.2, 0.3), 46),
            Light((0.1, 1.5, 1.93), (1.6, 0.2), 14),
        ),
        starts_at=datetime(2026, 11, 20, 11, 42, 7),  # noqa: DTZ001 - the camera's own clock
        duration_s=10.0,
        ambient=0.3,
        exposure=0.4,
    )


def clean_shift() -> Clip:
    near = Act(
        places=[(0, -0.72, 0.3, -16), (6, -0.72, 0.3, -16), (7.2, -0.5, 0.32, -12)],
        looks=[(0, -10, 14), (2.4, -12, 12), (3.2, -32, -12), (5, -30, -8), (6, -8, 14)],
        task="chop",
        seed=23,
    )
    far = Act(
        places=[(0, 0.62, 0.32, -24), (3.5, 0.62, 0.32, -24), (4.6, 0.8, 0.32, -30)],
        looks=[(0, -14, 12), (4.8, -16, 12), (5.6, -40, -8), (8, -36, -6), (9, -12, 14)],
        task="stir",
        seed=31,
    )
    return Clip(
        name="clean-shift",
        title="Two cooks prepare vegetables, hats and masks properly worn.",
        seed=20262,
        camera=Camera((-2.0, -1.75, 2.45), (0.0, 0.38, 1.25), 70, 960, 540, barrel=0.1),
        sensor=Sensor(noise=2.4, blur_px=0.5, vignette=0.14, label="CAM 01"),
        build=preparation_kitchen,
        cast=lambda: (
            cook(
                Shape(gender=1.0, age=0.7, weight=0.5, height=0.55),
                Outfit(
                    "skin-light", "white-cloth", "blue-apron", ("cap", "white-hat"), "white-mask"
                ),
                near,
            ),
            cook(
                Shape(gender=0.0, age=0.75, weight=0.6, height=0.45),
                Outfit(
                    "skin-tan", "grey-cloth", "black-cloth", ("toque", "white-hat"), "blue-mask"
                ),
                far,
            ),
        ),
        lights=(
            Light((-1.2, -0.7, CEILING_M - 0.03), (1.2, 0.3), 48),
            Light((1.0, -0.7, CEILING_M - 0.03), (1.2, 0.3), 48),
        ),
        starts_at=datetime(2026, 11, 19, 9, 17, 33),  # noqa: DTZ001 - the camera's own clock
        duration_s=10.0,
        ambient=0.3,
        exposure=0.4,
    )


def night_rodent() -> Clip:
    along_the_counter = ((-1.75, 0.2), (-1.3, 0.66), (-0.6, 0.72), (0.05, 0.66))
    over_the_floor = ((0.3, 0.3), (0.1, -0.1), (-0.45, -0.25), (-1.1, -0.35), (-1.9, -0.75))
    run = Run(
        waypoints=along_the_counter + over_the_floor,
        clock=[(0.3, 0.0), (3.0, 1.75), (4.4, 1.77), (6.0, 2.9), (6.6, 2.92), (9.2, 5.0)],
    )
    return Clip(
        name="night-rodent",
        title="At night a rat runs along the counters, stops, and crosses the open floor.",
        seed=20263,
        camera=Camera((1.35, -1.75, 2.3), (-0.4, 0.25, 0.15), 50, 960, 540, barrel=0.1),
        sensor=Sensor(
            noise=4.0, blur_px=0.6, vignette=0.5, label="CAM 02", infrared=True, gain=1.35
        ),
        build=store_corner,
        cast=lambda: (rat_runs(run, seed=7),),
        lights=(
            Light((1.45, -1.85, 2.4), (0.12, 0.12), 48, towards=(-0.35, 0.3, 0.25)),
            Light((-2.3, -1.9, 2.2), (0.5, 0.2), 8, towards=(-0.4, 0.3, 0.0)),
        ),
        starts_at=datetime(2026, 11, 18, 2, 36, 41),  # noqa: DTZ001 - the camera's own clock
        duration_s=10.0,
        ambient=0.05,
        exposure=1.1,
    )


CLIPS = {"range-no-hat": range_no_hat, "clean-shift": clean_shift, "night-rodent": night_rodent}


def film(clip: Clip, effort: Effort, scratch: Path, out: Path) -> Expected:
    """Render a clip and lay it, its expected episodes and its track beside each other in `out`."""
    pictures, track = shoot(clip, effort, scratch / clip.name)
    path = out / f"{clip.name}.mp4"
    write_clip(path, pictures, effort.fps, CRF)
    expected = Expected(
        schema="brightkitchen.truth/1",
        clip=path.name,
        title=clip.title,
        rules=RULES,
        zone_type=ZONE_TYPE,
        seed=clip.seed,
        fps=effort.fps,
        frames=len(pictures),
        width=clip.camera.width,
        height=clip.camera.height,
        episodes=expected_episodes(track, hat=True, mask=True),
    )
    path.with_suffix(".expected.toml").write_text(expected_text(expected), encoding="utf-8")
    path.with_suffix(".truth.json").write_text(track_text(track), encoding="utf-8")
    return expected


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the clips")
    parser.add_argument(
        "--scratch",
        type=Path,
        default=Path("runs/synthesis"),
        help="rendered frames; a second call goes on from them",
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clip", choices=list(CLIPS), action="append", help="default: all")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in chosen.clip or CLIPS:
        expected = film(CLIPS[name](), Effort(threads=chosen.threads), chosen.scratch, chosen.out)
        logging.info("%s: %d frames, %d episodes", name, expected.frames, len(expected.episodes))


if __name__ == "__main__":
    main()
