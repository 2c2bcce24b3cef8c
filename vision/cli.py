"""Commands that look at footage: ``analyze``, ``compare``, ``detect``, ``verify``, ``watch``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from vision.analyze_cli import analyze
from vision.chain import verify as verify_chain
from vision.compare_cli import compare_folders
from vision.detections import HEAD, KINDS, Detections, HatState, MaskState
from vision.detector import open_detector
from vision.errors import KitchenError, SourceError
from vision.frames import Frame
from vision.model import DEFAULT_MODEL, load_model
from vision.pictures import read_picture
from vision.pipeline import Detector

SOME_FAILED: Final = 4
app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

AT_ONCE: Final = "Cameras at once, may be repeated, 0 for none"
ModelDir = Annotated[Path, typer.Option("--model", help="Folder of the model bundle.")]
app.command()(analyze)


@app.command()
def watch(
    config: Annotated[Path, typer.Option("--config", help="TOML: see kitchen.example.toml.")],
    check: Annotated[bool, typer.Option("--check", help="Check the file, then stop.")] = False,
) -> None:
    """Watch live cameras: alerts, health and hours go to the API, which may be away."""
    from vision.live.cli import watch_cameras

    watch_cameras(config, check)


@app.command()
def bench(
    clips: Annotated[list[Path] | None, typer.Argument(help="Videos, or camera addresses.")] = None,
    steady: Annotated[list[int] | None, typer.Option(help=f"{AT_ONCE}, a look a second.")] = None,
    keys: Annotated[list[int] | None, typer.Option(help=f"{AT_ONCE}, on keyframes.")] = None,
    adaptive: Annotated[list[int] | None, typer.Option(help=f"{AT_ONCE}, as `watch`.")] = None,
    alerts: Annotated[int, typer.Option(min=0, max=50, help="Cameras that raise alerts.")] = 6,
    fps: Annotated[float, typer.Option(min=0.1, max=60, help="Looks a second in a burst.")] = 5.0,
    seconds: Annotated[float, typer.Option(min=1, help="Length of each run of cameras.")] = 30.0,
    pairs: Annotated[int, typer.Option(min=0, help="Turns of each way; 0 leaves it out.")] = 5,
    repeats: Annotated[int, typer.Option(min=1, help="How often a clip is sent.")] = 1,
    peer: Annotated[Path | None, typer.Option(help=".pt weights for ultralytics.")] = None,
    peer_python: Annotated[Path | None, typer.Option(help="A Python with ultralytics.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for JSON and picture.")] = Path(
        "bench"
    ),
    model: ModelDir = DEFAULT_MODEL,
) -> None:
    """Measure what cameras cost here, against ultralytics where that is installed."""
    from vision.bench_cli import Wanted, run_bench

    asked = {"steady": [20] if steady is None else steady, "keys": [80] if keys is None else keys}
    asked["adaptive"] = adaptive or []
    streams = {mode: [count for count in counts if count > 0] for mode, counts in asked.items()}
    wanted = Wanted(pairs, repeats, fps, seconds, streams, alerts, peer, peer_python)
    run_bench(clips or [], out, model, wanted)


@app.command()
def compare(
    out_a: Annotated[Path, typer.Argument(help="An analysis: the --out of analyze.")],
    out_b: Annotated[Path, typer.Argument(help="Another of the same footage.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead.")] = False,
    html: Annotated[
        Path | None, typer.Option(help="Also a page with pictures side by side.")
    ] = None,
    verdicts: Annotated[
        Path | None, typer.Option(help="What people decided: as GET /api/v1/alerts gives it.")
    ] = None,
) -> None:
    """Compare two analyses of one archive: episodes gained, lost, moved."""
    compare_folders(out_a, out_b, as_json, html, verdicts)


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
    for note in verdict.notes:
        typer.echo(note)
