"""What happens on one generated day: alerts with verdicts, visits, hours, scores."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import exp
from typing import Final

from api.alerts.models import AlertRow
from api.exposures.models import ExposureDayRow
from api.history.cases import write_case
from api.history.places import Kitchen, Places, new_id
from api.history.stories import Story, tell
from api.history.writing import Writer
from api.inspections.models import VisitRow
from api.policy.rules import Policy
from api.reviews.models import ReviewRow
from api.reviews.order import rank
from api.scores.models import ScoreDayRow
from vision.names import RuleId, Severity

# Rule, zone, severity, how often, and how many of its alerts are true.
KINDS: Final[tuple[tuple[RuleId, str, Severity, float, float], ...]] = (
    ("missing_hat", "cooking", "major", 0.50, 0.89),
    ("missing_mask", "specialised_room", "major", 0.30, 0.86),
    ("mask_worn_wrong", "specialised_room", "minor", 0.13, 0.74),
    ("pest_cockroach", "storage", "critical", 0.015, 0.62),
    ("pest_rodent", "storage", "critical", 0.008, 0.77),
    ("animal", "rough_processing", "major", 0.005, 0.8),
    ("person_out_of_hours", "passage", "minor", 0.042, 0.73),
)
SHARES: Final = [kind[3] for kind in KINDS]
REASONS: Final = ("wrong_object", "not_assessable", "allowed_here", "already_rectified")
OPEN_FOR: Final = timedelta(hours=4)
DOUBLE: Final = 0.05
VISITS_A_DAY: Final = 0.0136  # of a restaurant on a working day: about 311 a month of 1,055
HOURS: Final = 14.0
SHA: Final = "0" * 64


@dataclass
class Past:
    """The generator's whole standing; ``now`` is where the past ends."""

    writer: Writer
    chance: random.Random
    places: Places
    policy: Policy
    now: datetime
    rate: float
    stories: dict[tuple[str, str], Story] = field(default_factory=dict)
    cases: int = 0

    def live(self, day: date, begins: datetime) -> None:
        """One local day, from its first moment on."""
        for kitchen in self.places.kitchens:
            for camera in kitchen.cameras:
                for _ in range(_poisson(self.chance, self.rate * kitchen.ill)):
                    self._alert(kitchen, camera, begins)
            self._hours(kitchen, day)
            self._score(kitchen, day, begins)
        self._end_stories(begins)
        if day.weekday() < 5:
            self._visits(day, begins)

    def finish(self) -> None:
        """Write the cases that are still open."""
        for story in self.stories.values():
            self._close(story)
        self.writer.flush()

    def _alert(self, kitchen: Kitchen, camera: str, begins: datetime) -> None:
        chance = self.chance
        rule, zone, severity, _, truth = chance.choices(KINDS, SHARES)[0]
        at = begins + timedelta(hours=chance.triangular(8, 22, 12.5))
        if at >= self.now:
            return
        settled = at + timedelta(minutes=chance.lognormvariate(2.6, 0.9))
        status = "upheld" if chance.random() < truth else "dismissed"
        if settled > self.now or (at > self.now - OPEN_FOR and chance.random() < 0.3):
            status = "second_review" if chance.random() < DOUBLE else "waiting"
        alert_id = uuid.UUID(int=chance.getrandbits(128), version=4)
        self._write_alert(alert_id, kitchen, camera, (rule, zone, severity, status), (at, settled))
        if status == "upheld":
            self._join(alert_id, kitchen, (rule, zone, severity), settled)

    def _write_alert(
        self,
        alert_id: uuid.UUID,
        kitchen: Kitchen,
        camera: str,
        told: tuple[RuleId, str, Severity, str],
        times: tuple[datetime, datetime],
    ) -> None:
        (rule, zone, severity, status), (at, settled), chance = told, times, self.chance
        decided = status in ("upheld", "dismissed")
        left, top = chance.uniform(0.05, 0.8), chance.uniform(0.05, 0.6)
        self.writer.add(
            AlertRow, id=alert_id, posted_sha256=SHA, origin="camera", camera_id=camera,
            restaurant_id=kitchen.id, rule=rule, severity=severity, severity_rank=rank(severity),
            zone=zone, zone_type=zone, started_at=at,
            ended_at=at + timedelta(seconds=chance.uniform(5, 90)),
            confidence=round(chance.betavariate(8, 2), 4), subjects=1, box_left=left, box_top=top,
            box_right=left + 0.1, box_bottom=top + 0.15, model_name="generated", model_sha256=SHA,
            rules_name="strict", rules_version="generated", rules_sha256=SHA,
            received_at=at + timedelta(seconds=2), status=status, queued_at=at,
            due_at=at + timedelta(hours=1), settled_at=settled if decided else None,
            double_review=False, clock_ahead_s=0,
        )  # fmt: skip
        if decided:
            self._review(alert_id, status, settled)

    def _review(self, alert_id: uuid.UUID, status: str, at: datetime) -> None:
        self.writer.add(
            ReviewRow,
            id=new_id(self.chance),
            alert_id=alert_id,
            round=1,
            verdict=status,
            reason=self.chance.choice(REASONS) if status == "dismissed" else None,
            comment=None,
            reviewer_id=self.chance.choice(self.places.reviewers),
            created_at=at,
            took_s=round(self.chance.lognormvariate(1.6, 0.5), 1),
        )

    def _join(
        self, alert_id: uuid.UUID, kitchen: Kitchen, told: tuple[str, str, str], at: datetime
    ) -> None:
        key = kitchen.id, told[0]
        story = self.stories.get(key)
        if story is not None and story.ends_at < at:
            self._close(story)
            story = None
        if story is None:
            inspectors = self.places.inspectors[kitchen.station]
            story = tell(self.chance, kitchen, told, at, inspectors)
            self.stories[key] = story
        story.alerts.append((alert_id, max(at, story.opened_at)))

    def _close(self, story: Story) -> None:
        self.cases += 1
        write_case(self.writer, self.chance, story, self.cases, self.now)
        checked = story.step("check_passed")
        if checked is not None and checked.at <= self.now:
            self._visit(story.kitchen, checked.at, checked.actor, story.id)

    def _end_stories(self, begins: datetime) -> None:
        for key in [key for key, story in self.stories.items() if story.ends_at < begins]:
            self._close(self.stories.pop(key))

    def _visits(self, day: date, begins: datetime) -> None:
        chance = self.chance
        for kitchen in self.places.kitchens:
            if chance.random() < VISITS_A_DAY * 1.4:
                at = begins + timedelta(hours=chance.uniform(9, 17))
                if at < self.now:
                    who = chance.choice(self.places.inspectors[kitchen.station])
                    self._visit(kitchen, at, who, None)

    def _visit(self, kitchen: Kitchen, at: datetime, who: str, case_id: str | None) -> None:
        chance = self.chance
        wrong = min(6, _poisson(chance, 0.5 * kitchen.ill))
        self.writer.add(
            VisitRow, id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            restaurant_id=kitchen.id, kind="case" if case_id else "routine", state="done",
            checklist="restaurant", checklist_version=1, planned_for=at.date(), assigned_to=who,
            case_id=case_id, reason="generated 生成数据", created_by=self.places.chief,
            created_at=at - timedelta(days=1), started_at=at - timedelta(minutes=40),
            started_by=who, finished_at=at, finished_by=who, received_at=at, met=14 - wrong,
            not_met=wrong, not_applicable=2,
            outcome="met" if wrong == 0 else "partly" if wrong < 4 else "not_met", ordered=False,
            generated=True,
        )  # fmt: skip

    def _hours(self, kitchen: Kitchen, day: date) -> None:
        scheduled = len(kitchen.cameras) * HOURS * 3600
        seen = min(1.0, self.chance.betavariate(60, 3))
        if self.chance.random() < 0.01:
            seen *= self.chance.random()
        effective = scheduled * seen
        self.writer.add(
            ExposureDayRow,
            restaurant_id=kitchen.id,
            day=day,
            scheduled_s=scheduled,
            effective_s=effective,
            hat_person_s=effective * 0.6,
            mask_person_s=effective * 0.4,
            generated=True,
        )

    def _score(self, kitchen: Kitchen, day: date, begins: datetime) -> None:
        chance, grades = self.chance, self.policy.grades
        goal = max(30.0, 97 - 14 * kitchen.ill)
        kitchen.score += 0.05 * (goal - kitchen.score) + chance.gauss(0, 0.7)
        value = round(min(100.0, max(0.0, kitchen.score)), 2)
        enough = int(kitchen.id[:2], 16) >= 12
        self.writer.add(
            ScoreDayRow,
            restaurant_id=kitchen.id,
            day=day,
            value=value if enough else None,
            low=max(0.0, value - 4.5) if enough else None,
            high=min(100.0, value + 3.5) if enough else None,
            grade=grades.of(value) if enough else None,
            evidence=1.0 if enough else 0.62,
            policy_version=self.policy.version,
            policy_sha256=self.policy.sha256,
            detail="{}",
            sha256=SHA,
            made_at=begins + timedelta(days=1),
            generated=True,
        )


def _poisson(chance: random.Random, mean: float) -> int:
    """How often something of that mean happens (Knuth)."""
    limit, count, product = exp(-mean), 0, chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count
