"""``models evaluate``: everything measured, as tables for a person and as JSON for the card."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console, RenderableType
from rich.table import Table

from models import peers
from models.crops import STORED_PX
from models.episodes import measure_episodes
from models.faces import YUNET, FaceFinder
from models.goals import answer, goals
from models.judged import PARTS
from models.measure import (
    Observed,
    figures,
    held_out_crops,
    observe,
    pictures_below,
    spec_of,
)
from models.mistakes import write_sheets
from models.pose import by_pose, poses_of
from vision.model import ModelBundle

Say = Callable[[str], None]
STATES: Final = ("worn", "incorrect", "missing")


@dataclass(frozen=True)
class Wanted:
    """Where the pictures are, and what beyond the figures is wanted."""

    data: Path
    weights: Path | None = None
    clips: Path | None = None
    sheets: Path | None = None
    quick: bool = False

    @property
    def peers_folder(self) -> Path:
        """Start weights and peers, beside the data unless said otherwise."""
        return self.weights or self.data.parent / "weights"

    @property
    def clips_folder(self) -> Path:
        """Clips with truth, beside the data unless said otherwise."""
        return self.clips or self.data.parent / "clips"


def evaluate(bundle: ModelBundle, wanted: Wanted, say: Say) -> dict[str, Any]:
    """Measure; ConfigError where the data are not what is needed."""
    observed = observe(bundle, wanted.data, say, quick=wanted.quick)
    tables = figures(observed)
    if not wanted.quick:
        say("peers")
        tables["peers"] = _peers(observed, wanted.peers_folder)
        _add_poses(tables, observed, wanted.peers_folder)
    if wanted.clips_folder.is_dir() and not wanted.quick:
        say("clips")
        tables["episodes"] = measure_episodes(wanted.clips_folder, bundle).tables
    tables["goals"] = goals(tables)
    if wanted.sheets:
        write_sheets(observed, wanted.sheets)
    return tables


def _peers(observed: Observed, weights: Path) -> dict[str, Any]:
    crops = held_out_crops(pictures_below(observed.data))
    threshold = observed.bundle.manifest.detector.thresholds.get("rodent", 1.0)
    return {
        "masks": peers.masks(crops, weights),
        "pets": peers.pets(observed.day, threshold, weights),
    }


def _add_poses(tables: dict[str, Any], observed: Observed, weights: Path) -> None:
    """Verdicts by where the head looks, where YuNet is there to tell."""
    if not observed.views or not (weights / YUNET).is_file():
        return
    finder = FaceFinder(weights / YUNET, STORED_PX)
    for part in PARTS:
        answers = observed.views[0].answers(part)
        spec = spec_of(observed.bundle.manifest, part)
        tables[part]["by_pose"] = by_pose(answers, poses_of(answers.crops, finder), part, spec)


def write_json(tables: Mapping[str, Any], path: Path) -> None:
    """The tables as the card reads them."""
    path.write_text(json.dumps(tables, indent=1, sort_keys=False) + "\n", encoding="utf-8")


def show(tables: Mapping[str, Any], console: Console) -> None:
    """Print the tables for a person."""
    detector = tables["detector"]
    console.print(_boxes("Boxes by set", detector["by_set"]))
    console.print(_boxes("Boxes by look (made from the same pictures)", detector["by_look"]))
    for part in ("hat", "mask"):
        if part in tables:
            console.print(_verdicts(f"{part}: verdicts", tables[part]["by_set"]))
            fitted = {"cross-fitted": tables[part]["cross_fitted"], **tables[part]["by_look"]}
            console.print(_verdicts(f"{part}: other half, and looks", fitted))
            console.print(_confusion(part, tables[part]["by_set"]["overall"]["confusion"]))
    if "peers" in tables:
        console.print_json(data=tables["peers"])
    console.print(goal_table(tables["goals"]))


def _boxes(title: str, rows: Mapping[str, Any]) -> RenderableType:
    table = Table(title=title)
    for column in ("", "pictures"):
        table.add_column(column)
    for kind in ("head", "rodent", "cockroach"):
        for column in ("AP50", "AP50-95", "precision", "recall"):
            table.add_column(f"{kind} {column}")
    table.add_column("false pests a picture")
    for name, row in rows.items():
        cells = [name, str(row["pictures"])]
        for kind in ("head", "rodent", "cockroach"):
            cells += _cells(row.get(kind))
        table.add_row(*cells, f"{row['false_pests_a_picture']:.4f}")
    return table


def _cells(one: Mapping[str, Any] | None) -> list[str]:
    if one is None:
        return [""] * 4
    average = [f"{one['ap50']:.3f}", f"{one['ap50_95']:.3f}"]
    return [*average, told(one["precision"]), told(one["recall"])]


def _verdicts(title: str, rows: Mapping[str, Any]) -> RenderableType:
    states = [state for state in STATES if any(state in row for row in rows.values())]
    table = Table(title=title)
    for column in ("", "heads", "told"):
        table.add_column(column)
    for state in states:
        table.add_column(f"{state} precision")
        table.add_column(f"{state} recall")
    table.add_column("false alarms")
    table.add_column("unseen told")
    for name, row in rows.items():
        cells = [name, str(row["heads"]), told(row["told"])]
        for state in states:
            cells += [told(row[state]["precision"]), told(row[state]["recall"])]
        unseen = told(row["unseen_told"]) if "unseen_told" in row else ""
        table.add_row(*cells, told(row["false_alarms"]), unseen)
    return table


def _confusion(part: str, rows: Mapping[str, Mapping[str, int]]) -> RenderableType:
    table = Table(title=f"{part}: true state down, told state across")
    table.add_column("")
    for column in next(iter(rows.values())):
        table.add_column(column)
    for name, row in rows.items():
        table.add_row(name, *(str(value) for value in row.values()))
    return table


def goal_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Goals, what was reached, and whether that is enough."""
    table = Table(title="Goals")
    for column in ("what", "goal", "reached", "met"):
        table.add_column(column)
    for row in rows:
        table.add_row(row["what"], row["goal"], row["reached"], answer(row["met"]))
    return table


def told(one: Mapping[str, float]) -> str:
    """A share with its interval, as 0.97 [0.95, 0.98]; nothing where there was nothing."""
    if "value" not in one:
        return ""
    return f"{one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}] of {one['of']:g}"
