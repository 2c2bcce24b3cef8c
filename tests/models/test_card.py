"""The card: its numbers are those of the figures, in both languages, for the model that ships."""

import json
import re
from xml.etree import ElementTree

import pytest

from models.card import CARDS, DIAGRAM, FIGURES, MARK, PARTS, Language, filled, panels, table
from models.diagram import reliability_svg
from vision.model import DEFAULT_MODEL, load_model

SHIPPED = DEFAULT_MODEL
LANGUAGES: list[Language] = ["en", "zh"]


def figures() -> dict[str, object]:
    tables: dict[str, object] = json.loads((SHIPPED / FIGURES).read_text("utf-8"))
    return tables


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_card_is_generated(language: Language) -> None:
    card = (SHIPPED / CARDS[language]).read_text("utf-8")
    assert {found[2] for found in MARK.finditer(card)} == set(PARTS)
    assert filled(card, figures(), language) == card


def test_the_figures_are_those_of_the_files_that_ship() -> None:
    measured = figures()["model"]
    assert isinstance(measured, dict)
    manifest = load_model(SHIPPED).manifest
    assert measured["files"] == dict(manifest.files)
    assert measured["version"] == manifest.version


def test_the_thresholds_are_those_the_figures_were_measured_at() -> None:
    tables = figures()
    manifest = load_model(SHIPPED).manifest
    assert manifest.head_state is not None
    for part, spec in (("hat", manifest.head_state.hat), ("mask", manifest.head_state.mask)):
        told = tables[part]
        assert isinstance(told, dict)
        assert told["thresholds"] == {str(k): v for k, v in spec.thresholds.items()}


def test_the_diagram_is_drawn_from_the_figures() -> None:
    assert reliability_svg(panels(figures())) == (SHIPPED / DIAGRAM).read_text("utf-8")


def test_the_chinese_card_has_no_english_column_left() -> None:
    card = (SHIPPED / CARDS["zh"]).read_text("utf-8")
    heads = [line for line in card.splitlines() if line.startswith("|")]
    english = re.compile(r"\b(precision|recall|pictures|heads|told|unclear|missing)\b")
    assert [line for line in heads if english.search(line)] == []


def test_both_cards_tell_the_same_sets() -> None:
    names = [
        set(re.findall(r"^\| `([a-z0-9-]+)` \|", (SHIPPED / name).read_text("utf-8"), re.M))
        for name in CARDS.values()
    ]
    assert names[0] == names[1]


def test_a_diagram_is_well_formed_and_has_a_dot_for_each_step() -> None:
    step = {"confidence": 0.75, "right": 0.5, "low": 0.3, "high": 0.7, "count": 8}
    drawn = reliability_svg({"hat & mask": {"gap": 0.25, "bins": [step, step]}})
    root = ElementTree.fromstring(drawn)  # noqa: S314  # drawn a line above
    assert len(root.findall(".//{*}circle")) == 2
    assert "hat &amp; mask, ECE 0.250" in drawn


def test_a_table_speaks_the_cards_language() -> None:
    assert table(["set"], [["overall"]], "zh").splitlines()[0] == "| 数据集 |"
    assert table(["set"], [["overall"]], "en").splitlines()[0] == "| set |"


def test_boxes_mean_what_they_say_more_than_the_network_itself() -> None:
    tables = figures()["detector"]
    assert isinstance(tables, dict)
    for gaps in tables["calibration"].values():
        assert gaps["other_half"]["gap"] < gaps["network"]["gap"] / 2
        assert gaps["ships"]["gap"] < gaps["network"]["gap"] / 2
