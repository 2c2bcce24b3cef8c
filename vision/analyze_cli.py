"""The command ``analyze``: its options, its engine, its exit code."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from vision.batch import Batch, Options, analyse
from vision.config import load_camera
from vision.delivery import Api
from vision.engines import Engine, Here, Processes
from vision.errors import ConfigError, SourceError
from vision.folders import only_one, room_in
from vision.footage import read_list
from vision.model import DEFAULT_MODEL, load_model
from vision.names import ZONE_TYPES
from vision.posting import Posted, post
from vision.progress import observing, tell_line
from vision.recordings import Places, everywhere, load_places
from vision.remote import is_url, publish
from vision.report import write_report
from vision.results import write_json
from vision.rulepacks import load_pack
from vision.tables import write_parquet, write_xlsx
from vision.thresholds import no_thresholds, read_thresholds
from vision.zones import whole_picture

SOME_FAILED: Final = 4

Paths = Annotated[
    list[str] | None,
    typer.Argument(help="Videos, folders, patterns ('a/*.mp4'), or URLs (s3://, https://)."),
]
OutDir = Annotated[Path, typer.Option("--out", help="Folder for the results; new or empty.")]
ListFile = Annotated[Path | None, typer.Option("--list", help="File with one path a line.")]
RulePackName = Annotated[str, typer.Option(help="A rule pack by name, or a .toml file.")]
WholeZone = Annotated[str | None, typer.Option(help="Judge the whole picture as this.")]
CameraZones = Annotated[Path | None, typer.Option(help="TOML file with the camera's zones.")]
Recordings = Annotated[
    Path | None, typer.Option(help="TOML list: which camera took which recording.")
]
CameraId = Annotated[str | None, typer.Option(help="The camera's id in the API.")]
Rate = Annotated[float, typer.Option(min=0.1, max=60, help="Frames analysed a second.")]
SamplingName = Annotated[
    Literal["even", "adaptive"], typer.Option(help="adaptive: keyframes where nothing happens.")
]
Workers = Annotated[int, typer.Option(min=0, max=256, help="Processes; 0: one a core.")]
EngineName = Annotated[Literal["local", "ray"], typer.Option(help="Where the work runs.")]
ModelDir = Annotated[Path, typer.Option("--model", help="Folder of the model bundle.")]
ThresholdsFile = Annotated[
    Path | None, typer.Option(help="JSON file with the thresholds set for the camera.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Take up a broken-off run.")]
CopyTo = Annotated[str | None, typer.Option(help="Copy the results there too: s3://...")]
ApiAddress = Annotated[str | None, typer.Option("--api", help="Post the episodes there.")]
KeyFile = Annotated[str | None, typer.Option(help="File with the camera's key; - reads stdin.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but the last line.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON line for each step.")]


def analyze(
    out: OutDir,
    paths: Paths = None,
    listed: ListFile = None,
    rules: RulePackName = "strict",
    zone_type: WholeZone = None,
    camera: CameraZones = None,
    recordings: Recordings = None,
    camera_id: CameraId = None,
    fps: Rate = 5.0,
    sampling: SamplingName = "adaptive",
    workers: Workers = 0,
    engine: EngineName = "local",
    model: ModelDir = DEFAULT_MODEL,
    thresholds: ThresholdsFile = None,
    resume: Resume = False,
    copy_to: CopyTo = None,
    api: ApiAddress = None,
    key: KeyFile = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Analyse recorded footage: episodes, evidence, report and tables under --out."""
    if quiet and as_json:
        raise ConfigError("--quiet and --json exclude each other; give one of them")
    places = places_for(zone_type, camera, recordings, camera_id)
    options = replace(options_for(model, rules, places, fps, thresholds), sampling=sampling)
    told = [*map(place_of, paths or ()), *(read_list(listed) if listed else ())]
    if not told:
        raise ConfigError("nothing to analyse; give videos, folders, patterns or --list FILE")
    target, runs_on = api_for(api, key), engine_for(engine, workers)
    check_out(out, resume)
    with only_one(out), room_in(out), observing(quiet, as_json) as observer:
        batch = analyse(told, out, options, runs_on, observer)
        write_results(batch, out)
    if copy_to is not None:
        publish(out, copy_to, result_files(out))
    if target is not None:
        with target:
            tell_posted(post(batch, out, places, target), as_json)
    tell(batch, out, as_json)


def place_of(text: str) -> Path | str:
    """A path, or a URL as it is."""
    return text if is_url(text) else Path(text)


def places_for(
    zone_type: str | None, camera: Path | None, recordings: Path | None, camera_id: str | None
) -> Places:
    """Whose the recordings are and which zones they show; the ways exclude each other."""
    if sum(way is not None for way in (zone_type, camera, recordings)) > 1:
        raise ConfigError("--zone-type, --camera and --recordings exclude each other; give one")
    if recordings is not None:
        if camera_id is not None:
            raise ConfigError(
                "each entry of --recordings has its own camera_id; leave out --camera-id"
            )
        return load_places(recordings)
    if zone_type is not None and zone_type not in ZONE_TYPES:
        raise ConfigError(f"no zone type {zone_type!r}; give one of {', '.join(ZONE_TYPES)}")
    if camera is not None:
        file = load_camera(camera)
        return everywhere([z.zone for z in file.zones], file.name, camera_id)
    return everywhere([whole_picture(zone_type or "cooking")], None, camera_id)


def options_for(
    model: Path, rules: str, places: Places, fps: float, thresholds: Path | None
) -> Options:
    """The options of a run; everything that can be refused is refused before it starts."""
    load_model(model)
    load_pack(rules)
    given = read_thresholds(thresholds) if thresholds else no_thresholds()
    return Options(model, rules, places, fps, given)


def engine_for(name: str, workers: int) -> Engine:
    """Where the work runs; with one process it runs here."""
    if name == "ray":
        from vision.cluster import Cluster

        return Cluster()
    count = workers or os.cpu_count() or 1
    return Here() if count == 1 else Processes(count)


def api_for(address: str | None, key: str | None) -> Api | None:
    """The API to post to, None when none is asked for; a key never stands on the command line."""
    if address is None and key is None:
        return None
    if address is None or key is None:
        raise ConfigError("--api and --key go together: give the address and the file with the key")
    return Api(address, read_key(key))


def read_key(source: str) -> str:
    """The first line of a file or of stdin."""
    try:
        text = sys.stdin.readline() if source == "-" else Path(source).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{source} cannot be read: give a file with the camera's key") from error
    if not text.strip():
        raise ConfigError(f"{source} holds no key; `brightkitchen admin create-camera` shows one")
    return text.split()[0]


def check_out(out: Path, resume: bool) -> None:
    """Evidence is never overwritten: an analysis that lies there is kept."""
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{out} is a file; give a folder for the results")
    if out.is_dir() and any(out.iterdir()) and not resume:
        raise ConfigError(f"{out} is not empty; give a new folder, or --resume to go on there")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{out} cannot be made ({error.strerror}); give another folder"
        ) from error


def write_results(batch: Batch, out: Path) -> None:
    """Everything besides the evidence."""
    write_json(batch.analysis, out / "episodes.json")
    write_report(batch, out)
    write_parquet(batch.analysis, out / "episodes.parquet")
    write_xlsx(batch.analysis, out / "episodes.xlsx")


def result_files(out: Path) -> list[str]:
    """What a reader of the results needs, the evidence with its chain included."""
    files = [*out.glob("episodes.*"), out / "report.html", *(out / "evidence").rglob("*")]
    return sorted(file.relative_to(out).as_posix() for file in files if file.is_file())


def tell_posted(posted: Posted, as_json: bool) -> None:
    """Say what the API has now."""
    if as_json:
        tell_line(
            "posted",
            alerts=posted.sent,
            recordings=posted.observed,
            left_out=list(posted.left_out),
        )
        return
    typer.echo(f"{posted.sent} alerts and the hours of {posted.observed} recordings posted")
    for line in posted.left_out:
        typer.echo(f"not posted: {line}", err=True)


def tell(batch: Batch, out: Path, as_json: bool) -> None:
    """Say what came out, and leave with the exit code that fits."""
    videos, found = batch.analysis.videos, len(batch.analysis.episodes)
    failed = [video for video in videos if video.error]
    unread = [video for video in videos if video.frames_decoded == 0]
    report = out / "report.html"
    if as_json:
        tell_line(
            "finished", videos=len(videos), failed=len(failed), episodes=found, report=str(report)
        )
    else:
        typer.echo(f"{len(videos)} videos, {found} episodes: {report}")
    if len(unread) == len(videos):
        raise SourceError(f"nothing could be read; see {out / 'episodes.json'}, or the lines above")
    if failed:
        raise typer.Exit(SOME_FAILED)
