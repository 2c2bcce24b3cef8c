"""What ``compare`` reads and prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Final, get_args

import typer
from pydantic import ValidationError
from rich import box
from rich.console import Console
from rich.table import Table

from vision.compare import (
    SAME_S,
    Comparison,
    EpisodePair,
    RulePrecision,
    Verdict,
    check_comparable,
    compare,
)
from vision.compare_page import Places, render
from vision.compare_verdicts import precisions, read_verdicts
from vision.errors import ConfigError
from vision.offline import write_whole
from vision.results import SCHEMA, Analysis, EpisodeRecord, VideoRecord
from vision.summary import Verdicts

NONE_KNOWN: Final[Verdicts] = MappingProxyType({})
# Into a pipe or a file no line is broken: a line stays one line for grep.
PIPE_WIDTH: Final = 10_000
UNBROKEN: Final = ("differs", "rule", "verdict", "A (s)", "B (s)")


def compare_folders(
    out_a: Path, out_b: Path, as_json: bool, page: Path | None = None, verdicts: Path | None = None
) -> None:
    """Print what B has gained, lost and moved against A; ``page`` shows it with pictures."""
    comparison = compare(read_analysis(out_a), read_analysis(out_b))
    check_comparable(comparison)
    decided = read_verdicts(_text(verdicts), str(verdicts)) if verdicts else NONE_KNOWN
    judged = precisions(comparison, decided)
    if page is not None:
        _write(page, render(comparison, Places(out_a.resolve(), out_b.resolve(), page), decided))
    if as_json:
        typer.echo(comparison.model_copy(update={"precisions": tuple(judged)}).to_json(), nl=False)
        return
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    console.print(f"A {out_a}\nB {out_b}\n")
    tell(comparison, console)
    for one in judged:
        console.print(precision_line(one))
    if page is not None:
        console.print(f"side by side: {page}")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: give a file of verdicts") from error


def _write(page: Path, text: str) -> None:
    if page.is_dir():
        raise ConfigError(f"{page} is a folder; give --html the name of a file")
    try:
        write_whole(page, text)
    except OSError as error:
        raise ConfigError(
            f"{page} cannot be written ({error.strerror}); give another file"
        ) from error


def precision_line(one: RulePrecision) -> str:
    """What people decided about one rule's episodes in A and in B."""
    sides = (("A", one.decided_a, one.precision_a), ("B", one.decided_b, one.precision_b))
    told = [
        f"{side} {share.value:.0%} of {decided} reviewed ({share.low:.0%}-{share.high:.0%})"
        if share
        else f"{side} none reviewed"
        for side, decided, share in sides
    ]
    lost, gained = one.lost, one.gained
    return (
        f"{one.rule} upheld: {', '.join(told)}; lost {lost[0]} upheld, {lost[1]} dismissed; "
        f"gained {gained[0]} upheld, {gained[1]} dismissed"
    )


def read_analysis(folder: Path) -> Analysis:
    """The ``episodes.json`` of a folder; ConfigError when there is none, or not of this schema."""
    path = folder / "episodes.json"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{folder} holds no episodes.json that can be read; "
            "give a folder that analyze has finished"
        ) from error
    try:
        return Analysis.model_validate_json(content)
    except ValidationError as error:
        raise ConfigError(
            f"{path} is not of schema {SCHEMA} but {schema_of(content)}; "
            "analyze the footage again with this version"
        ) from error


def schema_of(content: bytes) -> str:
    """What a file says it is, for the one who wonders why it was refused."""
    try:
        told = json.loads(content)
    except ValueError:
        return "no JSON"
    schema = told.get("schema") if isinstance(told, dict) else None
    return "altered or broken off" if schema == SCHEMA else f"of schema {schema or 'unknown'}"


def tell(comparison: Comparison, console: Console) -> None:
    """What differs in the making first, then the counts, then each episode that differs."""
    if not comparison.differences:
        console.print("model, rules and options are the same\n")
    for table in (settings_table, counts_table, episodes_table):
        made = table(comparison)
        for column in made.columns:
            column.overflow = "fold"  # a name is never cut short
            column.no_wrap = column.header in UNBROKEN
        made.box, made.pad_edge = (box.SIMPLE_HEAD if console.is_terminal else None), False
        if made.row_count:
            console.print(made)
            console.print()
    for line in closing_lines(comparison):
        console.print(line)


def settings_table(comparison: Comparison) -> Table:
    """Model, rules and options, where they differ."""
    table = Table("differs", "A", "B")
    for difference in comparison.differences:
        table.add_row(difference.what, difference.a, difference.b)
    return table


def counts_table(comparison: Comparison) -> Table:
    """How the episodes of each rule fared."""
    table = Table("rule")
    for name in ("A", "B", "same", "moved", "lost", "gained"):
        table.add_column(name, justify="right")
    for count in comparison.counts:
        numbers = (count.a, count.b, count.same, count.moved, count.lost, count.gained)
        table.add_row(count.rule, *map(str, numbers))
    return table


def episodes_table(comparison: Comparison) -> Table:
    """Each episode that differs in anything, by video and time."""
    table = Table("video", "rule", "zone", "verdict", "A (s)", "B (s)", "B against A")
    for pair in comparison.episodes:
        changes = ", ".join(changed(pair))
        if pair.verdict in ("lost", "gained", "moved") or changes:
            table.add_row(*naming(pair), pair.verdict, span(pair.a), span(pair.b), changes)
    return table


def naming(pair: EpisodePair) -> tuple[str, str, str]:
    """Video, rule and zone of an episode."""
    return pair.seen.video, pair.rule, pair.zone


def span(episode: EpisodeRecord | None) -> str:
    """From when to when, in seconds of the video."""
    return f"{episode.start_s:.1f} - {episode.end_s:.1f}" if episode else ""


def changed(pair: EpisodePair) -> Iterator[str]:
    """What became different in a matched episode, in words."""
    if pair.a is None or pair.b is None or pair.change is None:
        return
    change = pair.change
    if pair.verdict == "moved":
        yield f"start {change.start_s:+.1f} s, end {change.end_s:+.1f} s"
    if change.confidence:
        yield f"confidence {change.confidence:+.4f}"
    if change.subjects:
        yield f"subjects {change.subjects:+d}"
    if pair.a.severity != pair.b.severity:
        yield f"severity {pair.a.severity} -> {pair.b.severity}"


def closing_lines(comparison: Comparison) -> Iterator[str]:
    """Where the footage is not the same, and the sum of it."""
    for pair in comparison.videos:
        yield from video_lines(pair.a, pair.b)
    for video in comparison.videos_only_in_a:
        yield f"{video.path}: only in A; its episodes are not compared"
    for video in comparison.videos_only_in_b:
        yield f"{video.path}: only in B; its episodes are not compared"
    verdicts = [pair.verdict for pair in comparison.episodes]
    told = ", ".join(f"{verdicts.count(v)} {v.replace('_', ' ')}" for v in get_args(Verdict))
    yield f"{len(comparison.videos)} videos in both; episodes: {told}"


def video_lines(a: VideoRecord, b: VideoRecord) -> Iterator[str]:
    """Why the two analyses may not have seen the same of one video."""
    if not a.sha256 or a.sha256 != b.sha256:
        yield f"{a.path}: matched by its name alone; the content is not known to be the same"
    elif a.path != b.path:
        yield f"{a.path}: called {b.path} in B"
    if abs(a.analysed_s - b.analysed_s) > SAME_S:
        yield f"{a.path}: {a.analysed_s} s analysed in A, {b.analysed_s} s in B"
    if a.error != b.error:
        yield f"{a.path}: in A {a.error or 'whole'}; in B {b.error or 'whole'}"
