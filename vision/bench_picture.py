"""The picture of a bench: its costs as bars, its other figures as a table, in SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

WIDTH_PX: Final = 760
BAR_PX: Final = 340
ROW_PX: Final = 26
INK: Final = "#1f7a5c"


def picture(told: Mapping[str, Any]) -> str:
    """All that was measured."""
    machine = told["machine"]
    words = f"{machine['processor']}, {machine['cores']} cores, load {machine['load']}"
    rows = [_text(10, escape(words), "bold"), *_rows(told)]
    body = "".join(f'<g transform="translate(0 {ROW_PX * k})">{r}</g>' for k, r in enumerate(rows))
    height = ROW_PX * len(rows) + 10
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_PX}" height="{height}" '
        f'font-family="sans-serif" font-size="13">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{body}</svg>\n'
    )


def _rows(told: Mapping[str, Any]) -> Iterator[str]:
    clips = dict(told.get("clips", {}))
    if "all" in told:
        clips["all clips"] = told["all"]
    for name, clip in clips.items():
        yield _text(10, f"{escape(name)}: CPU-ms a frame", "bold")
        costs = {way: value / clip["frames"] for way, value in clip["cpu_ms"].items()}
        longest = max(costs.values())
        yield from (_bar(way, value, longest) for way, value in costs.items())
        for ratio, value in clip["ratios"].items():
            yield _text(24, ratio) + _text(300, f"{value:.2f}", "bold")
    for run in told["density"]:
        held = "held" if run["held"] else "not held"
        words = f"p95 {run['p95_ms']:.0f} ms, {run['cores_busy']:.2f} cores, {held}"
        yield _text(10, f"{run['streams']} cameras, {run['mode']}") + _text(300, words, "bold")
    if "alerts" in told:
        one = told["alerts"]
        yield _text(10, f"{one['alerts']} alerts, due to stored, p95") + _text(
            300, f"{one['stored_p95_s']:.2f} s", "bold"
        )
        yield _text(10, "each idle camera") + _text(
            300, f"{one['idle_camera_mib']:.1f} MiB", "bold"
        )


def _text(left: int, words: str, weight: str = "normal") -> str:
    return f'<text x="{left}" y="20" font-weight="{weight}">{words}</text>'


def _bar(name: str, value: float, longest: float) -> str:
    length = max(1.0, BAR_PX * value / longest)
    return (
        _text(24, name)
        + f'<rect x="200" y="6" width="{length:.1f}" height="18" fill="{INK}"/>'
        + _text(round(206 + length), f"{value:.2f}")
    )
