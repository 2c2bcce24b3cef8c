"""Two analyses of one archive side by side: which episodes were gained, lost or moved.

Schema ``brightkitchen.comparison/1``. Pure: values in, a value out, whatever the order of
videos and episodes in the input.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Final, Literal

from pydantic import Field

from vision.compare_settings import Difference, Side, differences
from vision.errors import ConfigError
from vision.intervals import Proportion
from vision.names import RuleId
from vision.results import Analysis, EpisodeRecord, VideoRecord
from vision.strict import Strict

SCHEMA: Literal["brightkitchen.comparison/1"] = "brightkitchen.comparison/1"
SAME_S: Final = 0.5  # start and end may each differ by this, and the episode is the same
NEAR_S: Final = 2.0  # a gap up to this between two episodes, and it is one that moved

Verdict = Literal["same", "moved", "lost", "gained", "not_compared"]


class VideoPair(Strict):
    """One video in both; matched by ``label`` the content differs, or could not be read."""

    matched_by: Literal["sha256", "label"]
    a: VideoRecord
    b: VideoRecord


class Change(Strict):
    """B minus A of a matched episode: seconds, share, heads or animals."""

    start_s: float
    end_s: float
    confidence: float
    subjects: int


class EpisodePair(Strict):
    """One episode in A, in B or matched in both; ``change`` is there when it is in both."""

    verdict: Verdict
    rule: RuleId
    zone: str
    a: EpisodeRecord | None
    b: EpisodeRecord | None
    change: Change | None

    @property
    def seen(self) -> EpisodeRecord:
        """The episode as A has it, or else as B has it."""
        seen = self.a or self.b
        assert seen is not None
        return seen


class RuleCount(Strict):
    """Episodes of one rule in the videos that both have: a = same + moved + lost."""

    rule: RuleId
    a: int
    b: int
    same: int
    moved: int
    lost: int
    gained: int


class RulePrecision(Strict):
    """One rule's episodes that people decided on, in A and in B; precision with its 95 %.

    ``lost`` and ``gained`` are (upheld, dismissed): what B no longer finds, what it finds anew.
    """

    rule: RuleId
    decided_a: int
    decided_b: int
    precision_a: Proportion | None
    precision_b: Proportion | None
    lost: tuple[int, int]
    gained: tuple[int, int]


class Comparison(Strict):
    """The whole of a comparison; each episode of A and of B stands in it exactly once."""

    schema_: Literal["brightkitchen.comparison/1"] = Field(SCHEMA, alias="schema")
    a: Side
    b: Side
    differences: tuple[Difference, ...]
    counts: tuple[RuleCount, ...]
    precisions: tuple[RulePrecision, ...] = ()
    episodes: tuple[EpisodePair, ...]
    videos: tuple[VideoPair, ...]
    videos_only_in_a: tuple[VideoRecord, ...]
    videos_only_in_b: tuple[VideoRecord, ...]

    def to_json(self) -> str:
        """Canonical text: fixed order of keys, one trailing newline."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


def compare(a: Analysis, b: Analysis) -> Comparison:
    """B measured against A; ConfigError when an episode's video cannot be told."""
    by_video_a, by_video_b = episodes_by_video(a), episodes_by_video(b)
    matched = list(match_videos(a.videos, b.videos))
    lone_a = lone_videos(a, {pair.a.path for pair in matched})
    lone_b = lone_videos(b, {pair.b.path for pair in matched})
    pairs = [
        pair
        for video in matched
        for pair in match_episodes(by_video_a[video.a.path], by_video_b[video.b.path])
    ]
    pairs += [paired(e, None, "not_compared") for v in lone_a for e in by_video_a[v.path]]
    pairs += [paired(None, e, "not_compared") for v in lone_b for e in by_video_b[v.path]]
    return Comparison(
        schema=SCHEMA,
        a=Side(model=a.model, rules=a.rules, options=a.options),
        b=Side(model=b.model, rules=b.rules, options=b.options),
        differences=tuple(differences(a, b)),
        counts=tuple(counts(pairs)),
        episodes=tuple(sorted(pairs, key=reading_order)),
        videos=tuple(sorted(matched, key=lambda pair: (pair.a.path, pair.b.path))),
        videos_only_in_a=tuple(lone_a),
        videos_only_in_b=tuple(lone_b),
    )


def check_comparable(comparison: Comparison) -> None:
    """ConfigError unless one recording at least is known to be the same in both."""
    if any(pair.matched_by == "sha256" for pair in comparison.videos):
        return
    alike = len(comparison.videos)
    told = f"only {alike} names are alike, and" if alike else "of their recordings"
    raise ConfigError(
        f"the two cannot be compared: {told} none has the same content in both; "
        "give two analyses of one archive"
    )


def episodes_by_video(analysis: Analysis) -> dict[str, list[EpisodeRecord]]:
    """Episodes under the label of their video, an empty list for a video without any."""
    found: dict[str, list[EpisodeRecord]] = {video.path: [] for video in analysis.videos}
    unlisted = [e.video for e in analysis.episodes if e.video not in found]
    if unlisted or len(found) != len(analysis.videos):
        listed = Counter(video.path for video in analysis.videos)
        label = min(unlisted or [path for path, times in listed.items() if times > 1])
        raise ConfigError(
            f"an analysis lists the video {label} {listed[label]} times instead of once; "
            "analyze the footage again into a new folder"
        )
    for episode in analysis.episodes:
        found[episode.video].append(episode)
    return found


def match_videos(a: Sequence[VideoRecord], b: Sequence[VideoRecord]) -> Iterator[VideoPair]:
    """By content; copies of one file by label, then in order; what is left by label alone."""
    left, right = list(a), list(b)
    keys: tuple[Callable[[VideoRecord], object], ...] = (
        lambda video: (video.sha256, video.path),
        lambda video: video.sha256 or video.path,  # what could not be opened has no hash
        lambda video: video.path,
    )
    for key in keys:
        for ours, theirs in pairs_of(left, right, key):
            left.remove(ours)
            right.remove(theirs)
            known = ours.sha256 and ours.sha256 == theirs.sha256
            yield VideoPair(matched_by="sha256" if known else "label", a=ours, b=theirs)


def pairs_of(
    a: Sequence[VideoRecord], b: Sequence[VideoRecord], key: Callable[[VideoRecord], object]
) -> list[tuple[VideoRecord, VideoRecord]]:
    """Videos with the same key, one to one in order of their labels."""
    waiting: dict[object, list[VideoRecord]] = {}
    for video in sorted(b, key=lambda video: video.path):
        waiting.setdefault(key(video), []).append(video)
    ordered = sorted(a, key=lambda video: video.path)
    return [(v, waiting[key(v)].pop(0)) for v in ordered if waiting.get(key(v))]


def lone_videos(analysis: Analysis, matched: set[str]) -> list[VideoRecord]:
    """The videos that the other analysis does not have, by label."""
    return sorted((v for v in analysis.videos if v.path not in matched), key=lambda v: v.path)


def match_episodes(a: Sequence[EpisodeRecord], b: Sequence[EpisodeRecord]) -> Iterator[EpisodePair]:
    """One to one within rule and zone, the closest pair first; the rest is lost or gained."""
    left, right = dict(enumerate(a)), dict(enumerate(b))
    near = [(i, j) for i, j in product(left, right) if is_near(a[i], b[j])]
    for i, j in sorted(near, key=lambda at: closest_first(a[at[0]], b[at[1]])):
        if i in left and j in right:
            ours, theirs = left.pop(i), right.pop(j)
            yield paired(ours, theirs, "same" if is_same(ours, theirs) else "moved")
    yield from (paired(episode, None, "lost") for episode in left.values())
    yield from (paired(None, episode, "gained") for episode in right.values())


def overlap_s(a: EpisodeRecord, b: EpisodeRecord) -> float:
    """Seconds in both; below zero, the gap between them. To the millisecond, as recorded."""
    return round(min(a.end_s, b.end_s) - max(a.start_s, b.start_s), 3)


def shifts_s(a: EpisodeRecord, b: EpisodeRecord) -> tuple[float, float]:
    """How far start and end came to lie apart."""
    return round(abs(b.start_s - a.start_s), 3), round(abs(b.end_s - a.end_s), 3)


def is_near(a: EpisodeRecord, b: EpisodeRecord) -> bool:
    """Whether the two can be one episode."""
    return (a.rule, a.zone) == (b.rule, b.zone) and overlap_s(a, b) >= -NEAR_S


def is_same(a: EpisodeRecord, b: EpisodeRecord) -> bool:
    """Whether nothing moved, up to the grid of analysed frames."""
    return max(shifts_s(a, b)) <= SAME_S


def closest_first(a: EpisodeRecord, b: EpisodeRecord) -> tuple[object, ...]:
    """Same before moved, then by overlap as a share of both, then by shift; alike for B and A."""
    whole_s = max(a.end_s, b.end_s) - min(a.start_s, b.start_s)
    overlap = overlap_s(a, b) / whole_s if whole_s > 0 else 1.0
    unlike = (abs(a.confidence - b.confidence), abs(a.subjects - b.subjects))
    names = sorted((e.start_s, e.end_s, str(e.id)) for e in (a, b))
    return not is_same(a, b), -max(overlap, 0.0), sum(shifts_s(a, b)), unlike, names


def paired(a: EpisodeRecord | None, b: EpisodeRecord | None, verdict: Verdict) -> EpisodePair:
    """One line of the comparison, from one episode or two."""
    seen = a or b
    assert seen is not None
    change = None if a is None or b is None else change_of(a, b)
    return EpisodePair(verdict=verdict, rule=seen.rule, zone=seen.zone, a=a, b=b, change=change)


def change_of(a: EpisodeRecord, b: EpisodeRecord) -> Change:
    """B minus A, rounded as the results are."""
    return Change(
        start_s=round(b.start_s - a.start_s, 3),
        end_s=round(b.end_s - a.end_s, 3),
        confidence=round(b.confidence - a.confidence, 4),
        subjects=b.subjects - a.subjects,
    )


def reading_order(pair: EpisodePair) -> tuple[object, ...]:
    """By video, time, rule and zone, as A has them where it has them."""
    seen = pair.seen
    return seen.video, seen.start_s, pair.rule, pair.zone, seen.end_s, pair.a is None, str(seen.id)


def counts(pairs: Sequence[EpisodePair]) -> Iterator[RuleCount]:
    """How the compared episodes of each rule fared, by rule."""
    compared = [pair for pair in pairs if pair.verdict != "not_compared"]
    for rule in sorted({pair.rule for pair in compared}):
        own = [pair for pair in compared if pair.rule == rule]
        fared = Counter(pair.verdict for pair in own)
        yield RuleCount(
            rule=rule,
            a=sum(pair.a is not None for pair in own),
            b=sum(pair.b is not None for pair in own),
            same=fared["same"],
            moved=fared["moved"],
            lost=fared["lost"],
            gained=fared["gained"],
        )
