"""Reliability diagrams as SVG, made from figures: confidence across, share that was right up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

PANEL_PX: Final = 220
PAD_PX: Final = 44
GAP_PX: Final = 16
INK: Final = "#57606a"
LINE: Final = "#d0d7de"
DOT: Final = "#1f6feb"
MOST_DOT_PX: Final = 7.0
LEAST_DOT_PX: Final = 2.0
TICKS: Final = (0.0, 0.5, 1.0)

Panels = Mapping[str, Mapping[str, Any]]


def reliability_svg(panels: Panels) -> str:
    """One panel a name: ``{"gap": ..., "bins": [{confidence, right, low, high, count}]}``."""
    width = PAD_PX + len(panels) * (PANEL_PX + GAP_PX)
    height = PANEL_PX + 2 * PAD_PX
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="12" fill="{INK}">'
    )
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    parts = [
        _panel(name, table, PAD_PX + number * (PANEL_PX + GAP_PX))
        for number, (name, table) in enumerate(panels.items())
    ]
    return "\n".join([head, ground, *parts, "</svg>"]) + "\n"


def _panel(name: str, table: Mapping[str, Any], left: int) -> str:
    bottom = PAD_PX + PANEL_PX
    frame = (
        f'<rect x="{left}" y="{PAD_PX}" width="{PANEL_PX}" height="{PANEL_PX}" '
        f'fill="none" stroke="{LINE}"/>'
        f'<line x1="{left}" y1="{bottom}" x2="{left + PANEL_PX}" y2="{PAD_PX}" '
        f'stroke="{LINE}" stroke-dasharray="4 4"/>'
    )
    title = f"{escape(name)}, ECE {table['gap']:.3f}"
    words = f'<text x="{left}" y="{PAD_PX - 10}">{title}</text>'
    return "\n".join([frame, words, *_ticks(left), *_dots(table["bins"], left)])


def _ticks(left: int) -> list[str]:
    bottom = PAD_PX + PANEL_PX
    across = [
        f'<text x="{left + tick * PANEL_PX:.0f}" y="{bottom + 16}" '
        f'text-anchor="middle">{tick:g}</text>'
        for tick in TICKS
    ]
    if left > PAD_PX:
        return across
    return across + [
        f'<text x="{left - 6}" y="{bottom - tick * PANEL_PX + 4:.0f}" '
        f'text-anchor="end">{tick:g}</text>'
        for tick in TICKS
    ]


def _dots(bins: Sequence[Mapping[str, float]], left: int) -> list[str]:
    most = max((one["count"] for one in bins), default=1)
    dots = []
    for one in bins:
        x = left + one["confidence"] * PANEL_PX
        y, top, low = (PAD_PX + (1 - one[name]) * PANEL_PX for name in ("right", "high", "low"))
        radius = max(LEAST_DOT_PX, MOST_DOT_PX * (one["count"] / most) ** 0.5)
        dots.append(
            f'<line x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{low:.1f}" stroke="{DOT}"/>'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{DOT}"/>'
        )
    return dots
