"""Commands that look at footage: ``analyze``, ``compare``, ``detect``, ``verify``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from vision.batch import Batch, Options, analyse
from vision.chain import verify as verify_chain
from vision.compare_cli import compare_folders
from vision.config import load_camera
from vision.detections import HEAD, KINDS, Detections, HatState, MaskState
from vision.detector import open_detector
from vision.errors import ConfigError, KitchenError, SourceError
from vision.footage import collect
from vision.frames import Frame
from vision.model import DEFAULT_MODEL, load_model
from vision.names import ZONE_TYPES
from vision.pictures import read_picture
from vision.pipeline import Detector
from vision.recordings import everywhere
from vision.report import write_report
from vision.results import VideoRecord, write_json
from vision.rulepacks import load_pack
from vision.tables import write_parquet, write_xlsx
from vision.zones import whole_picture

SOME_FAILED: Final = 4
app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
progress_console = Console(stderr=True)

ModelDir = Annotated[Path, typer.Option("--model", help="Folder of the model bundle.")]


@app.command()
def analyze(
    paths: Annotated[list[Path], typer.Argument(help="Videos, or folders with videos.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the results; new or empty.")],
    rules: Annotated[str, typer.Option(help="A rule pack by name, or a .toml file.")] = "strict",
    zone_type: Annotated[str | None, typer.Option(help="Judge the whole picture as this.")] = None,
    camera: Annotated[Path | None, typer.Option(help="TOML file with the camera's zones.")] = None,
    fps: Annotated[float, typer.Option(min=0.1, max=60, help="Frames analysed a second.")] = 5.0,
    workers: Annotated[int, typer.Option(min=0, max=256, help="Processes; 0: one a core.")] = 0,
    engine: Annotated[Literal["local", "ray"], typer.Option(help="Where the work runs.")] = "local",
    model: ModelDir = DEFAULT_MODEL,
    resume: Annotated[bool, typer.Option("--resume", help="Take up a broken-off run.")] = False,
) -> None:
    """Analyse recorded footage: episodes, evidence, report and tables under --out."""
    if engine == "ray":
        raise ConfigError("engine ray is not available in this version; use --engine local")
    options = options_for(zone_type, camera, model, rules, fps)
    check_out(out, resume)
    batch = with_progress(paths, out, options, workers or os.cpu_count() or 1)
    write_results(batch, out)
    tell(batch, out)


def options_for(
    zone_type: str | None, camera: Path | None, model: Path, rules: str, fps: float
) -> Options:
    """The options of a run; everything that can be refused is refused before it starts."""
    if zone_type is not None and camera is not None:
        raise ConfigError("--zone-type and --camera exclude each other; give one of them")
    if zone_type is not None and zone_type not in ZONE_TYPES:
        raise ConfigError(f"no zone type {zone_type!r}; give one of {', '.join(ZONE_TYPES)}")
    load_model(model)
    load_pack(rules)
    if camera is not None:
        file = load_camera(camera)
        return Options(model, rules, everywhere([z.zone for z in file.zones], file.name), fps)
    whole = whole_picture(zone_type or "cooking")
    return Options(model, rules, everywhere([whole]), fps)


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


def with_progress(paths: list[Path], out: Path, options: Options, workers: int) -> Batch:
    """Run the analysis with a bar on stderr."""
    total = len(collect(paths))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=progress_console) as progress:
        task = progress.add_task("videos", total=total)

        def done(video: VideoRecord) -> None:
            progress.console.print(
                f"{video.path}: {video.error or f'{video.analysed_s:.1f} s analysed'}",
                highlight=False,
                markup=False,
            )
            progress.advance(task)

        return analyse(paths, out, options, min(workers, total), done)


def write_results(batch: Batch, out: Path) -> None:
    """Everything besides the evidence."""
    write_json(batch.analysis, out / "episodes.json")
    write_report(batch, out)
    write_parquet(batch.analysis, out / "episodes.parquet")
    write_xlsx(batch.analysis, out / "episodes.xlsx")


def tell(batch: Batch, out: Path) -> None:
    """Say what came out, and leave with the exit code that fits."""
    videos = batch.analysis.videos
    failed = [video for video in videos if video.error]
    unread = [video for video in videos if video.frames_decoded == 0]
    found = len(batch.analysis.episodes)
    typer.echo(f"{len(videos)} videos, {found} episodes: {out / 'report.html'}")
    if len(unread) == len(videos):
        raise SourceError(f"nothing could be read; see {out / 'episodes.json'}, or the lines above")
    if failed:
        raise typer.Exit(SOME_FAILED)


@app.command()
def compare(
    out_a: Annotated[Path, typer.Argument(help="An analysis: the --out of analyze.")],
    out_b: Annotated[Path, typer.Argument(help="Another of the same footage.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead.")] = False,
) -> None:
    """Compare two analyses of one archive: episodes gained, lost, moved."""
    compare_folders(out_a, out_b, as_json)


@app.command()
def detect(
    images: Annotated[list[Path], typer.Argument(help="Pictures.")], model: ModelDir = DEFAULT_MODEL
) -> None:
    """Say what each picture shows: one JSON line a picture on stdout."""
    bundle = load_model(model)
    detector = open_detector(bundle)
    lines = [detect_line(path, detector, bundle.ref.sha256) for path in images]
    if any("error" in line for line in lines):
        raise typer.Exit(SOME_FAILED)


def detect_line(path: Path, detector: Detector, model_sha256: str) -> dict[str, Any]:
    """Look at one picture and print its line."""
    line: dict[str, Any]
    try:
        frame = Frame(read_picture(path), 0.0)
        line = {
            "path": str(path),
            "width": frame.width,
            "height": frame.height,
            "model": model_sha256,
            "detections": describe(detector.detect(frame)),
        }
    except SourceError as error:
        line = {"path": str(path), "error": str(error)}
    typer.echo(json.dumps(line, ensure_ascii=False))
    return line


def describe(detections: Detections) -> list[dict[str, Any]]:
    """Detections as plain data, boxes in pixels."""
    return [describe_row(detections, row) for row in range(len(detections))]


def describe_row(seen: Detections, row: int) -> dict[str, Any]:
    """One detection; head states only for heads."""
    told: dict[str, Any] = {
        "kind": KINDS[seen.class_id[row]],
        "box": [round(float(side), 2) for side in seen.xyxy[row]],
        "confidence": round(float(seen.confidence[row]), 4),
    }
    if seen.class_id[row] == HEAD:
        hat, mask = HatState(seen.hat[row]), MaskState(seen.mask[row])
        told["hat"] = state(hat.name, float(seen.hat_confidence[row]))
        told["mask"] = state(mask.name, float(seen.mask_confidence[row]))
    return told


def state(name: str, confidence: float) -> dict[str, Any]:
    """A head's state as plain data."""
    return {"state": name.lower(), "confidence": round(confidence, 4)}


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="An analysis, or its evidence folder.")],
) -> None:
    """Check every link and file of an evidence chain, offline; exit 1 when one is broken."""
    inner = folder / "evidence"
    verdict = verify_chain(inner if inner.is_dir() else folder)
    if verdict.first_bad:
        raise KitchenError(f"the chain is broken: {verdict.first_bad}")
    typer.echo(f"{verdict.links} links, all whole")
