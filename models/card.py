"""Writes the figures of a model card: every number between two marks comes from figures.json.

The prose around them is written by people, in both languages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

from models.card_words import WORDS
from models.diagram import reliability_svg
from models.goals import answer

Language = Literal["en", "zh"]
Tables = Mapping[str, Any]
CARDS: Final[Mapping[Language, str]] = {"en": "CARD.md", "zh": "CARD.zh-CN.md"}
FIGURES: Final = "figures.json"
DIAGRAM: Final = "reliability.svg"
KINDS: Final = ("head", "rodent", "cockroach")
MARK: Final = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)


def words(text: str, language: Language) -> str:
    """A table's word in the card's language; names stay as they are."""
    return WORDS.get(text, text) if language == "zh" else text


def table(columns: list[str], rows: list[list[str]], language: Language) -> str:
    """A Markdown table, its words translated."""
    head = "| " + " | ".join(words(column, language) for column in columns) + " |"
    line = "|" + "---|" * len(columns)
    body = ["| " + " | ".join(words(cell, language) for cell in row) + " |" for row in rows]
    return "\n".join([head, line, *body])


def told(one: Mapping[str, float]) -> str:
    """A share with its interval; nothing where there was nothing to count."""
    if "value" not in one:
        return ""
    return f"{one['value']:.2f} ({one['low']:.2f}–{one['high']:.2f}, n {one['of']:g})"


def _box_rows(named: Mapping[str, Tables]) -> list[list[str]]:
    rows = []
    for name, one in named.items():
        cells = [name, str(one["pictures"])]
        for kind in KINDS:
            if kind not in one:
                cells += ["", "", ""]
                continue
            found = one[kind]
            share = f"{told(found['precision'])} / {told(found['recall'])}"
            cells += [f"{found['ap50']:.3f}", f"{found['ap50_95']:.3f}", share]
        rows.append([*cells, f"{one['false_pests_a_picture']:.4f}"])
    return rows


def _box_table(named: Mapping[str, Tables], language: Language) -> str:
    columns = ["set", "pictures"]
    for kind in KINDS:
        name = words(kind, language)
        columns += [f"{name} AP50", "AP50-95", "precision / recall"]
    return table([*columns, "false pests a picture"], _box_rows(named), language)


def boxes(tables: Tables, language: Language) -> str:
    """The detector by set."""
    by_set = {
        name if name == "overall" else f"`{name}`": one
        for name, one in tables["detector"]["by_set"].items()
    }
    return _box_table(by_set, language)


def looks(tables: Tables, language: Language) -> str:
    """The detector on made looks, with the labels as they came, and heads by height."""
    detector = tables["detector"]
    names = {"day": "by day", "dim": "dim (made)", "infrared": "infrared (made)"}
    rows = {names[name]: one for name, one in detector["by_look"].items()}
    if detector["shrunk_to_a_third"]["pictures"]:
        rows["shrunk to a third (made)"] = detector["shrunk_to_a_third"]
    rows["labels as they came"] = detector["labels_as_they_came"]
    heights = [
        [f"{name} px", told(one["recall"])] for name, one in detector["heads_by_height_px"].items()
    ]
    sizes = table(["head height", "recall of heads"], heights, language)
    return f"{_box_table(rows, language)}\n\n{sizes}"


def _states(tables: Tables, part: str, language: Language) -> str:
    columns = ["set", "heads", "told", "missing: precision", "missing: recall", "worn: recall"]
    extra = ["incorrect: precision", "incorrect: recall"] if part == "mask" else []
    last = ["false alarms", "unseen told"] if part == "mask" else ["false alarms"]
    rows = [[name, *_state_cells(one, part)] for name, one in _state_rows(tables, part).items()]
    matrix = tables[part]["cross_fitted"]["confusion"]
    across = list(next(iter(matrix.values())))
    confused = [[name, *(str(row[column]) for column in across)] for name, row in matrix.items()]
    return (
        table([*columns, *extra, *last], rows, language)
        + "\n\n"
        + table(["true \\ told", *across], confused, language)
    )


def _state_rows(tables: Tables, part: str) -> dict[str, Tables]:
    """The rows of one part: the honest one first, then sets, heights, looks, peers."""
    one = tables[part]
    rows: dict[str, Tables] = {"other half of the groups": one["cross_fitted"]}
    rows |= {
        name if name == "overall" or name.endswith("px") else f"`{name}`": row
        for name, row in one["by_set"].items()
    }
    rows |= {
        {"dim": "dim (made)", "infrared": "infrared (made)"}[name]: row
        for name, row in one["by_look"].items()
        if name != "day"
    }
    rows |= one.get("by_pose", {})
    rows["both networks, boxes as found"] = tables["whole_path"][part]
    aizoo = tables.get("peers", {}).get("masks", {}).get("aizoo")
    if part == "mask" and aizoo:
        rows["AIZOO on the same heads"] = aizoo
    return rows


def _state_cells(one: Tables, part: str) -> list[str]:
    cells = [str(one["heads"]), told(one["told"]), told(one["missing"]["precision"])]
    cells += [told(one["missing"]["recall"]), told(one["worn"]["recall"])]
    if part == "mask":
        cells += [told(one["incorrect"]["precision"]), told(one["incorrect"]["recall"])]
        return [*cells, told(one["false_alarms"]), told(one["unseen_told"])]
    return [*cells, told(one["false_alarms"])]


def hats(tables: Tables, language: Language) -> str:
    """Hat verdicts."""
    return _states(tables, "hat", language)


def masks(tables: Tables, language: Language) -> str:
    """Mask verdicts."""
    return _states(tables, "mask", language)


def goals(tables: Tables, language: Language) -> str:
    """What was asked, what was reached."""
    rows = [
        [row["what"], _limit(row["goal"], language), row["reached"], answer(row["met"])]
        for row in tables["goals"]
    ]
    return table(["what", "goal", "reached", "met"], rows, language)


def _limit(text: str, language: Language) -> str:
    """A goal's limit in the card's language."""
    if language == "en":
        return text
    return text.replace("at least ", "≥ ").replace("at most ", "≤ ")


def calibration(tables: Tables, language: Language) -> str:
    """How far confidence is from the share that was right (ECE), before and after."""
    columns = ["confidence of", "the network itself", "other half of the groups", "as it ships"]
    rows = [
        [kind, *(f"{gaps[name]['gap']:.3f}" for name in ("network", "other_half", "ships"))]
        for kind, gaps in tables["detector"]["calibration"].items()
    ]
    for part in ("hat", "mask"):
        told = (tables[part]["cross_fitted"]["reliability"], tables[part]["reliability"])
        rows.append([part, "", *(f"{one['gap']:.3f}" for one in told)])
    return table(columns, rows, language)


def episodes(tables: Tables, language: Language) -> str:
    """Episodes on clips with truth."""
    columns = ["frames a second", "rule", "expected", "right", "missed", "false", "precision"]
    rows = [
        [rate, rule, *(_cell(one[name]) for name in (*columns[2:], "recall"))]
        for rate, rules in tables.get("episodes", {}).items()
        for rule, one in rules.items()
    ]
    return table([*columns, "recall"], rows, language)


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)


PARTS: Final[Mapping[str, Callable[[Tables, Language], str]]] = {
    "goals": goals,
    "boxes": boxes,
    "looks": looks,
    "hats": hats,
    "masks": masks,
    "calibration": calibration,
    "episodes": episodes,
}


def panels(tables: Tables) -> dict[str, Any]:
    """What the diagram shows: boxes by class, then the two parts of a head."""
    return {
        **{kind: gaps["other_half"] for kind, gaps in tables["detector"]["calibration"].items()},
        **{part: tables[part]["cross_fitted"]["reliability"] for part in ("hat", "mask")},
    }


def filled(card: str, tables: Tables, language: Language) -> str:
    """The card with every marked part written anew."""
    return MARK.sub(
        lambda found: found[1] + PARTS[found[2]](tables, language) + "\n" + found[3], card
    )


def write_card(bundle: Path) -> None:
    """Fill both cards of a bundle from its figures, and draw the diagram."""
    tables = json.loads((bundle / FIGURES).read_text(encoding="utf-8"))
    for language, name in CARDS.items():
        path = bundle / name
        path.write_text(filled(path.read_text(encoding="utf-8"), tables, language), "utf-8")
    (bundle / DIAGRAM).write_text(reliability_svg(panels(tables)), "utf-8")
