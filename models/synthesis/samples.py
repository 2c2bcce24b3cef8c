"""The sample clips: `python -m models.synthesis.samples --out sample_videos`."""

import argparse
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from models.synthesis.faults import covered, during, frozen
from models.synthesis.film import write_clip
from models.synthesis.people_clips import PEOPLE_CLIPS, clean_shift
from models.synthesis.pest_clips import PEST_CLIPS
from models.synthesis.sensor import Picture
from models.synthesis.stage import Clip, Effort, shoot
from models.synthesis.truth import (
    Expected,
    ExpectedHealth,
    Track,
    expected_episodes,
    expected_text,
    track_text,
)
from vision.health import State
from vision.names import ZoneType
from vision.rulepacks import load_pack

CRF = 27
COVERING_S = 0.7


@dataclass(frozen=True)
class Fault:
    """What befalls the camera from a second on: the pictures, and what is true in them."""

    state: State
    from_s: float
    lasts_s: float
    pictures: Callable[[Sequence[Picture], float], list[Picture]]
    track: Callable[[Track], Track]


@dataclass(frozen=True)
class Sample:
    """A clip, the rules it is held against, and what happens to its camera."""

    clip: Callable[[], Clip]
    rules: str = "strict"
    zone_type: ZoneType = "cooking"
    fault: Fault | None = None


def cloth_over_lens(from_s: float, lasts_s: float) -> Fault:
    def pictures(clear: Sequence[Picture], fps: float) -> list[Picture]:
        return during(
            clear,
            fps,
            (from_s, from_s + lasts_s),
            lambda picture, s: covered(picture, min(1.0, s / COVERING_S), round(s * fps)),
        )

    return Fault(
        "dark",
        from_s + COVERING_S,
        lasts_s - COVERING_S,
        pictures,
        lambda track: hidden(track, from_s),
    )


def picture_stands(from_s: float, lasts_s: float) -> Fault:
    span_s = (from_s, from_s + lasts_s)
    return Fault(
        "frozen",
        from_s,
        lasts_s,
        lambda clear, fps: frozen(clear, fps, span_s),
        lambda track: held(track, from_s),
    )


def hidden(track: Track, from_s: float) -> Track:
    """Nobody is in sight from a second on."""
    first = round(from_s * track.fps)
    subjects = [
        subject.model_copy(
            update={
                "visible": tuple(0.0 if k >= first else v for k, v in enumerate(subject.visible))
            }
        )
        for subject in track.subjects
    ]
    return track.model_copy(update={"subjects": tuple(subjects)})


def held(track: Track, from_s: float) -> Track:
    """All stays as it was shown last before a second."""
    first = round(from_s * track.fps)

    def stays(row: tuple[object, ...]) -> tuple[object, ...]:
        return (*row[:first], *[row[first - 1]] * (len(row) - first)) if row else row

    rows = ("boxes", "visible", "zones", "hats", "masks")
    subjects = [
        subject.model_copy(update={row: stays(getattr(subject, row)) for row in rows})
        for subject in track.subjects
    ]
    return track.model_copy(update={"subjects": tuple(subjects)})


def later(clip: Clip, name: str, title: str, label: str, days: int) -> Clip:
    """The same footage on another day before another camera, its frames rendered once."""
    return replace(
        clip,
        name=name,
        title=title,
        sensor=replace(clip.sensor, label=label),
        starts_at=clip.starts_at + timedelta(days=days, hours=2, seconds=17),
    )


def camera_covered() -> Clip:
    title = "Somebody hangs a cloth over the camera while two cooks work."
    return later(clean_shift(), "camera-covered", title, "CAM 06", 1)


def camera_frozen() -> Clip:
    title = "The picture stands still while the recording goes on."
    return later(clean_shift(), "camera-frozen", title, "CAM 07", 2)


SAMPLES: dict[str, Sample] = {
    **{name: Sample(clip) for name, clip in (PEOPLE_CLIPS | PEST_CLIPS).items()},
    "cold-room-no-mask": Sample(PEOPLE_CLIPS["cold-room-no-mask"], "gb31654", "specialised_room"),
    "cat-storeroom": Sample(PEST_CLIPS["cat-storeroom"], zone_type="storage"),
    "night-mouse": Sample(PEST_CLIPS["night-mouse"], zone_type="storage"),
    "storeroom-trolley": Sample(PEST_CLIPS["storeroom-trolley"], zone_type="storage"),
    "camera-covered": Sample(camera_covered, fault=cloth_over_lens(4.0, 6.0)),
    "camera-frozen": Sample(camera_frozen, fault=picture_stands(3.0, 7.0)),
}
# Whose rendered frames a clip uses.
FRAMES_OF = {"camera-covered": "clean-shift", "camera-frozen": "clean-shift"}


def film(name: str, effort: Effort, scratch: Path, out: Path) -> Expected:
    """Render a clip and lay it, its expected episodes and its track beside each other in `out`."""
    sample = SAMPLES[name]
    clip = sample.clip()
    pictures, track = shoot(clip, effort, scratch / FRAMES_OF.get(name, name))
    health: tuple[ExpectedHealth, ...] = ()
    if sample.fault:
        pictures = sample.fault.pictures(pictures, effort.fps)
        track = sample.fault.track(track)
        health = (expected_health(sample.fault, clip.duration_s),)
    path = out / f"{name}.mp4"
    write_clip(path, pictures, effort.fps, CRF)
    expected = Expected(
        schema="brightkitchen.truth/1",
        clip=path.name,
        title=clip.title,
        rules=sample.rules,
        zone_type=sample.zone_type,
        seed=clip.seed,
        fps=effort.fps,
        frames=len(pictures),
        width=clip.camera.width,
        height=clip.camera.height,
        episodes=expected_episodes(track, load_pack(sample.rules).pack, sample.zone_type),
        health=health,
    )
    path.with_suffix(".expected.toml").write_text(expected_text(expected), encoding="utf-8")
    path.with_suffix(".truth.json").write_text(track_text(track), encoding="utf-8")
    return expected


def expected_health(fault: Fault, duration_s: float) -> ExpectedHealth:
    end_s = min(fault.from_s + fault.lasts_s, duration_s)
    return ExpectedHealth(state=fault.state, start_s=round(fault.from_s, 3), end_s=end_s)


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
    parser.add_argument("--clip", choices=list(SAMPLES), action="append", help="default: all")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in chosen.clip or SAMPLES:
        expected = film(name, Effort(threads=chosen.threads), chosen.scratch, chosen.out)
        logging.info("%s: %d frames, %d episodes", name, expected.frames, len(expected.episodes))


if __name__ == "__main__":
    main()
