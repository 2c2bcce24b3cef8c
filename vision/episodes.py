"""Turn what a rule sees in each frame into one steady episode.

Evidence is counted in seconds, never in frames: it grows while a subject violates, shrinks
while it complies and stands still while it is unclear. So a missed frame costs its own
length and no more, and a frozen camera earns nothing.

Everything here is a pure value: ``watch.step(...)`` gives the next watch and what changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vision.geometry import gaps, nearest_pairs
from vision.suspects import Box, Sighting, Suspect, Timing, Verdict, as_rows, rank_of, start

REACH_LENGTHS = 2.0
# Body lengths a second of an animal that runs; a head is not looked for so far.
RUNS_LENGTHS_PER_S = 20.0


@dataclass(frozen=True, slots=True)
class Episode:
    """One violation of one rule in one zone, from its first evidence to its last.

    ``subjects`` is the most that violated at once; ``box`` (px) belongs to ``best_s``.
    """

    start_s: float
    last_s: float
    subjects: int
    confidence: float
    box: Box
    best_s: float
    rank: float
    curve: tuple[tuple[float, float, Verdict], ...]

    def extended(self, raised: Sequence[Suspect], time_s: float) -> Episode:
        """The episode after a frame in which these raised suspects violated."""
        clearest = max(raised, key=lambda suspect: rank_of(suspect))
        longest = max(raised, key=lambda suspect: suspect.sightings)
        seen = replace(
            self,
            last_s=time_s,
            subjects=max(self.subjects, len(raised)),
            confidence=longest.confidence_sum / longest.sightings,
            curve=longest.curve if len(longest.curve) > len(self.curve) else self.curve,
        )
        if clearest.best is None or clearest.best.rank <= self.rank:
            return seen
        best = clearest.best
        return replace(seen, box=best.box, best_s=best.time_s, rank=best.rank)


@dataclass(frozen=True, slots=True)
class Change:
    """What one frame did to an episode."""

    kind: Literal["opened", "updated", "closed"]
    episode: Episode


@dataclass(frozen=True, slots=True)
class Watch:
    """One rule in one zone: its suspects, and the episode that is open, if any."""

    suspects: tuple[Suspect, ...] = ()
    episode: Episode | None = None
    last_s: float | None = None

    def step(
        self, sightings: Sequence[Sighting], time_s: float, timing: Timing
    ) -> tuple[Watch, Change | None]:
        """The watch after one more frame, and what it did to the episode."""
        gap_s = 0.0 if self.last_s is None else time_s - self.last_s
        elapsed_s = min(gap_s, timing.max_gap_s)
        ran = RUNS_LENGTHS_PER_S * elapsed_s if timing.drains_unseen else 0.0
        pairs, unseen, new = associate(self.suspects, sightings, max(REACH_LENGTHS, ran))
        suspects = [
            *(suspect.see(sighting, time_s, elapsed_s, timing) for suspect, sighting in pairs),
            *(start(sighting, time_s, timing) for sighting in new),
            *(suspect.miss(time_s, elapsed_s, timing) for suspect in unseen),
        ]
        raised = [s for s in suspects if s.raised and s.verdict == "violates"]
        kept = tuple(s for s in suspects if time_s - s.seen_s <= timing.off_delay_s)
        change = advance(self.episode, raised, time_s, timing)
        return Watch(kept, after(self.episode, change), time_s), change

    def finish(self) -> Change | None:
        """Close what is open: the source ended."""
        return None if self.episode is None else Change("closed", self.episode)


def advance(
    episode: Episode | None, raised: Sequence[Suspect], time_s: float, timing: Timing
) -> Change | None:
    """Open, extend or close the episode, or leave it as it is."""
    if raised:
        kind: Literal["opened", "updated"] = "updated" if episode else "opened"
        return Change(kind, (episode or opened(raised)).extended(raised, time_s))
    if episode and time_s - episode.last_s >= timing.off_delay_s:
        return Change("closed", episode)
    return None


def opened(raised: Sequence[Suspect]) -> Episode:
    """A new episode; it began with the first evidence of the first of its subjects."""
    start_s = min(s.since_s for s in raised if s.since_s is not None)
    return Episode(start_s, start_s, 0, 0.0, raised[0].box, start_s, -1.0, ())


def after(episode: Episode | None, change: Change | None) -> Episode | None:
    """The episode that is open once the change has happened."""
    if change is None:
        return episode
    return None if change.kind == "closed" else change.episode


def associate(
    suspects: Sequence[Suspect], sightings: Sequence[Sighting], reach: float = REACH_LENGTHS
) -> tuple[list[tuple[Suspect, Sighting]], list[Suspect], list[Sighting]]:
    """Who is who: by track where it holds, else by place.

    A track that broke starts again under another number close to where it was lost; without
    the second step its subject would begin from nothing and could alarm twice.
    """
    tracks = {s.track_id: row for row, s in enumerate(suspects) if s.track_id >= 0}
    same = [(tracks.get(g.track_id, -1), column) for column, g in enumerate(sightings)]
    pairs = [(row, column) for row, column in same if row >= 0]
    lost = sorted(set(range(len(suspects))) - {row for row, _ in pairs})
    stray = sorted(set(range(len(sightings))) - {column for _, column in pairs})
    if lost and stray:
        apart = gaps(
            as_rows([suspects[row].box for row in lost]),
            as_rows([sightings[column].box for column in stray]),
        )
        pairs += [(lost[i], stray[j]) for i, j in nearest_pairs(apart, reach)]
    paired, placed = {row for row, _ in pairs}, {column for _, column in pairs}
    return (
        [(suspects[row], sightings[column]) for row, column in pairs],
        [suspects[row] for row in lost if row not in paired],
        [sightings[column] for column in stray if column not in placed],
    )
