"""One frame in, episodes out: the stages of one camera, without any I/O of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from vision.detections import Detections, IntArray
from vision.episodes import Change, Episode, Watch
from vision.exposure import Exposure
from vision.frames import Frame
from vision.fusion import HeadFusion
from vision.health import HealthLog
from vision.looker import Looker
from vision.looks import Look
from vision.names import RuleId
from vision.presence import Calendar, Present, duties_of
from vision.rulepacks import RulePack, RuleSetting
from vision.rules import RULES, sightings
from vision.second_look import Detector as Detector
from vision.second_look import LookCount
from vision.suspects import Box
from vision.zones import NO_ZONE, Zone, zone_index

MAX_GAP_S: Final = 1.0
HAT_RULES: Final[tuple[RuleId, ...]] = ("missing_hat",)
MASK_RULES: Final[tuple[RuleId, ...]] = ("missing_mask", "mask_worn_wrong")


class Tracker(Protocol):
    """Gives detections an identity."""

    def update(self, detections: Detections, time_s: float) -> Detections:
        """The same rows with their ``track_id`` filled in."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """An episode and the rule and zone it belongs to."""

    setting: RuleSetting
    zone: Zone
    episode: Episode

    @property
    def box(self) -> Box:
        """Of the best moment, pixels."""
        return self.episode.box


@dataclass(frozen=True, slots=True)
class Step:
    """What one frame did: its tracked detections, and the findings it opened, extended, closed."""

    detections: Detections
    opened: tuple[Finding, ...] = ()
    updated: tuple[Finding, ...] = ()
    closed: tuple[Finding, ...] = ()


class Judge:
    """Tracks what was seen and holds it against the rules; needs no picture.

    ``exposure`` is what was observed so far, ``health`` what could not be judged. Live cameras
    give a ``calendar``, which says what holds at a time, and how long one frame may stand for.
    """

    def __init__(
        self,
        tracker: Tracker,
        zones: Sequence[Zone],
        pack: RulePack,
        calendar: Calendar | None = None,
        max_gap_s: float = MAX_GAP_S,
    ) -> None:
        self._tracker = tracker
        self._zones = tuple(zones)
        self._calendar = calendar
        self._max_gap_s = max_gap_s
        self._duties = [
            (zone, rule) for zone in zones for rule in duties_of(zone, pack, calendar is not None)
        ]
        self._watches = [Watch() for _ in self._duties]
        self._heads = HeadFusion()
        self._last_s: float | None = None
        self.exposure = Exposure()
        self.health = HealthLog()

    def judge(self, look: Look) -> Step:
        """Judge one frame. One that is frozen or dark earns no evidence and no exposure."""
        time_s = look.time_s
        elapsed_s = 0.0 if self._last_s is None else min(time_s - self._last_s, self._max_gap_s)
        self._last_s = time_s
        self.health.note(look.state, look.since_s, time_s)
        if look.state != "ok":
            return Step(Detections.empty())
        tracked = self._heads.update(self._tracker.update(look.detections, time_s), time_s)
        now = self._calendar(time_s) if self._calendar else None
        places = self._places(tracked, look, now)
        self._expose(tracked, places, elapsed_s, now)
        findings = list(self._advance(tracked, places, look, now))
        kinds = (of_kind(findings, kind) for kind in ("opened", "updated", "closed"))
        return Step(tracked, *kinds)

    @property
    def growing(self) -> bool:
        """Whether somebody is under suspicion of what was not told yet: worth a closer look."""
        suspects = (suspect for watch in self._watches for suspect in watch.suspects)
        return any(s.verdict == "violates" and not s.raised for s in suspects)

    def finish(self) -> tuple[Finding, ...]:
        """Close what is still open: the source ended."""
        changes = [watch.finish() for watch in self._watches]
        pairs = zip(self._duties, changes, strict=True)
        return tuple(
            Finding(rule, zone, change.episode) for (zone, rule), change in pairs if change
        )

    def _places(self, tracked: Detections, look: Look, now: Present | None) -> IntArray:
        """The zone of each row, (n,), of those that are in force."""
        if now is None:
            return zone_index(tracked, self._zones, look.width, look.height)
        held = [k for k, zone in enumerate(self._zones) if zone.name in now.in_force]
        zones = [self._zones[k] for k in held]
        found = zone_index(tracked, zones, look.width, look.height)
        places: IntArray = np.array([*held, NO_ZONE], np.int64)[found]
        return places

    def _advance(
        self, tracked: Detections, places: IntArray, look: Look, now: Present | None
    ) -> Iterator[tuple[Finding, Change]]:
        in_zone = {zone: tracked[places == k] for k, zone in enumerate(self._zones)}
        for index, (zone, setting) in enumerate(self._duties):
            asked = now is None or now.asks(setting.id, zone.name)
            here = in_zone[zone] if asked else Detections.empty()
            seen = [
                sighting
                for sighting in sightings(RULES[setting.id], here, look.ground)
                if sighting.confidence >= setting.min_confidence
            ]
            watch, time_s = self._watches[index], look.time_s
            self._watches[index], change = watch.step(seen, time_s, setting.timing)
            if change:
                yield Finding(setting, zone, change.episode), change

    def _expose(
        self, tracked: Detections, places: IntArray, elapsed_s: float, now: Present | None
    ) -> None:
        hats = tracked[np.isin(places, self._where(HAT_RULES, now))]
        masks = tracked[np.isin(places, self._where(MASK_RULES, now))]
        self.exposure = self.exposure.seen(hats, masks, elapsed_s)

    def _where(self, rule_ids: Iterable[RuleId], now: Present | None) -> list[int]:
        wanted = set(rule_ids)
        return [
            self._zones.index(zone)
            for zone, rule in self._duties
            if rule.id in wanted and (now is None or now.asks(rule.id, zone.name))
        ]


class Pipeline:
    """The stages for one camera, from picture to finding; holds their state between frames."""

    def __init__(
        self, detector: Detector, tracker: Tracker, zones: Sequence[Zone], pack: RulePack
    ) -> None:
        self._looker = Looker(detector, zones, pack)
        self._judge = Judge(tracker, zones, pack)

    @property
    def exposure(self) -> Exposure:
        """What was observed so far."""
        return self._judge.exposure

    @property
    def health(self) -> HealthLog:
        """What could not be judged so far."""
        return self._judge.health

    @property
    def looks(self) -> LookCount:
        """What second looks cost and brought so far."""
        return self._looker.count

    def step(self, frame: Frame) -> Step:
        """Look at one frame and judge it."""
        return self._judge.judge(self._looker.look(frame))

    def finish(self) -> tuple[Finding, ...]:
        """Close what is still open: the source ended."""
        return self._judge.finish()


def of_kind(findings: Iterable[tuple[Finding, Change]], kind: str) -> tuple[Finding, ...]:
    """The findings that were changed in this way."""
    return tuple(finding for finding, change in findings if change.kind == kind)
