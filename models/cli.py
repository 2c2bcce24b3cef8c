"""Commands about the models: facts, training, measuring, exporting."""

from __future__ import annotations

import importlib
import importlib.util
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from vision.errors import ConfigError
from vision.model import DEFAULT_MODEL, Manifest, load_model

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

ModelDir = Annotated[Path, typer.Option("--model", help="Folder of the model bundle.")]
DataDir = Annotated[Path, typer.Option("--data", help="Folder of labelled pictures.")]
OutDir = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
StartFile = Annotated[Path, typer.Option("--start", help="Weights to start from (.pt, yolo26n).")]


@app.command()
def info(model: ModelDir = DEFAULT_MODEL) -> None:
    """Print what a bundle is, what it was trained on, and what was measured."""
    bundle = load_model(model)
    console = Console()
    facts = Table(title=f"{bundle.manifest.name} {bundle.manifest.version}", show_header=False)
    facts.add_column()
    facts.add_column(overflow="fold")
    for name, value in _facts(bundle.manifest, bundle.ref.sha256):
        facts.add_row(name, value)
    console.print(facts)
    console.print(_sets(bundle.manifest))


def _facts(manifest: Manifest, sha256: str) -> list[tuple[str, str]]:
    detector, head_state = manifest.detector, manifest.head_state
    facts = [
        ("description", manifest.description),
        ("licence", manifest.licence),
        ("manifest sha256", sha256),
        *((f"sha256 of {name}", pinned) for name, pinned in manifest.files.items()),
        ("input", f"{detector.input_px} px"),
    ]
    facts += [(f"threshold {kind}", str(detector.thresholds[kind])) for kind in detector.classes]
    for part in ("hat", "mask") if head_state else ():
        spec = getattr(head_state, part)
        limits = ", ".join(f"{state} {limit}" for state, limit in spec.thresholds.items())
        facts.append((part, f"heads from {spec.min_head_px:g} px; {limits}"))
    return facts


def _sets(manifest: Manifest) -> Table:
    figures = manifest.metrics.get("detector", {})
    table = Table(title="Held-out pictures: AP50")
    for column in ("set", "pictures", "head", "rodent", "cockroach", "false pests a picture"):
        table.add_column(column)
    for name, row in figures.items():
        ap = [str(row.get(f"{kind}_ap50", "")) for kind in ("head", "rodent", "cockroach")]
        table.add_row(name, str(row["pictures"]), *ap, str(row["false_pests_a_picture"]))
    return table


@app.command()
def train(
    data: DataDir,
    out: OutDir,
    start: StartFile = DEFAULT_MODEL / "detector.pt",
    epochs: Annotated[int, typer.Option(min=2, help="Rounds for the detector.")] = 20,
    px: Annotated[int, typer.Option(min=160, help="Side the detector learns at.")] = 416,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from last.pt in --out.")] = False,
) -> None:
    """Train detector and head-state network on the labelled pictures below --data."""
    needs_training_extra()
    run = importlib.import_module("models.run")
    recipe = importlib.import_module("models.train").Recipe(epochs=epochs, imgsz=px)
    if resume:
        run.resume(out, recipe)
    else:
        run.train(data, start, out, recipe)


@app.command()
def evaluate(
    data: DataDir,
    model: ModelDir = DEFAULT_MODEL,
    out: Annotated[Path | None, typer.Option(help="Contact sheets of mistakes go here.")] = None,
    json: Annotated[Path | None, typer.Option(help="All figures go here; - prints them.")] = None,
    weights: Annotated[Path | None, typer.Option(help="Peers; else weights beside --data.")] = None,
    clips: Annotated[Path | None, typer.Option(help="Clips; else clips beside --data.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="By day only, no peers, no clips.")
    ] = False,
) -> None:
    """Measure a bundle on the held-out pictures below --data."""
    run = importlib.import_module("models.evaluate")
    say = Console(stderr=True).print
    wanted = run.Wanted(data, weights, clips, out, quick)
    tables = run.evaluate(load_model(model), wanted, say)
    if json is None:
        run.show(tables, Console())
    elif str(json) == "-":
        Console().print_json(data=tables)
    else:
        run.write_json(tables, json)


@app.command()
def card(model: ModelDir = DEFAULT_MODEL) -> None:
    """Write the figures of both model cards and the diagram from the bundle's figures.json."""
    importlib.import_module("models.card").write_card(model)


@app.command()
def export(
    trained: OutDir,
    data: DataDir,
    model: ModelDir,
    start: StartFile = DEFAULT_MODEL / "detector.pt",
) -> None:
    """Export what train left in --out, choose thresholds on --data, and write the bundle."""
    needs_training_extra()
    importlib.import_module("models.run").export(trained, data, start, model)


@app.command()
def formats(data: DataDir, out: OutDir, model: ModelDir = DEFAULT_MODEL) -> None:
    """Write a bundle in OpenVINO's format (and int8, with nncf), and tell what each costs."""
    run = importlib.import_module("models.formats")
    Console().print_json(data=run.write_and_compare(load_model(model), data, out))


def needs_training_extra() -> None:
    """ConfigError with the command to run when torch or ultralytics is missing."""
    if not all(importlib.util.find_spec(name) for name in ("torch", "ultralytics")):
        raise ConfigError("Training needs torch and ultralytics; run  pip install -e '.[train]'")


@app.command()
def synthesize(
    scenes: Annotated[int, typer.Option(min=1, max=999_999, help="How many kitchens.")],
    out: OutDir,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same pictures.")] = 1,
    frames: Annotated[int, typer.Option(min=1, max=50, help="Pictures of each kitchen.")] = 3,
    width: Annotated[int, typer.Option(min=320, max=1920, help="Pixels across, in 16:9.")] = 640,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes at once.")] = 2,
) -> None:
    """Render labelled pictures of kitchens that do not exist; a second call goes on."""
    needs_synthesis_extra()
    trainset = importlib.import_module("models.synthesis.trainset")
    order = trainset.Order(seed=seed, frames=frames, width=width - width % 32)
    say = Progress("scene")
    made = trainset.synthesize(order, scenes, out, workers, say.tell)
    Console().print(f"{made} scenes rendered, {scenes} with {scenes * frames} pictures in {out}")


class Progress:
    """Says on stderr how far it is and when it will be done."""

    def __init__(self, what: str) -> None:
        self._what, self._began, self._first = what, time.monotonic(), -1
        self._console = Console(stderr=True)

    def tell(self, done: int, wanted: int) -> None:
        """``done`` of ``wanted`` are there; those of the first call were there before."""
        if self._first < 0:
            self._first = done
        made, took_s = done - self._first, time.monotonic() - self._began
        left = f", {took_s / made * (wanted - done) / 60:.0f} min left" if made else ""
        self._console.print(f"{self._what} {done} of {wanted}{left}")


def needs_synthesis_extra() -> None:
    """ConfigError with the command to run when Blender or what is rendered is missing."""
    if not all(importlib.util.find_spec(name) for name in ("bpy", "anny", "dm_control")):
        raise ConfigError("Rendering needs Blender; run  pip install -e '.[synthesis]'")
