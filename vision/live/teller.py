"""What is told of one camera: each episode and each trouble once, from beginning to end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from vision.alert import AlertUpdate
from vision.live.clerk import Raise, Trouble, Update
from vision.live.clocks import now_at, wall_at
from vision.live.picture import Picture
from vision.live.proofs import Proof
from vision.live.told import RESUMES_WITHIN_S, Book, Key, OpenAlert
from vision.live.trouble import RULES as TROUBLES
from vision.names import RULE_IDS, RuleId, Severity

if TYPE_CHECKING:
    from vision.live.duty import Duty
    from vision.live.minutes import Minutes
    from vision.live.pieces import Ring
    from vision.live.sharing import Begun
    from vision.live.tools import Tools
    from vision.live.trouble import News, TroubleWatch
    from vision.looks import Look
    from vision.pipeline import Finding, Step

SEVERITY: Final[Mapping[RuleId, Severity]] = {
    "camera_offline": "major",
    "camera_covered": "major",
    "camera_moved": "major",
    "camera_frozen": "major",
}


class Teller:
    """Keeps one camera's book of open alerts; leaves the clerk what is to be proved and sent."""

    def __init__(self, camera_id: str, path: Path, tools: Tools, minutes: Minutes) -> None:
        self.id = camera_id
        self.book = Book(path)
        self._tools = tools
        self._minutes = minutes
        self._settled: set[UUID] = set()

    def resume(self, trouble: TroubleWatch) -> None:
        """Take up what was open when the worker last stopped."""
        self.book.resume(now_at())
        for one in self.book:
            if not one.zone:
                self.book.change(one, save=False, ends_at=None)
                trouble.resume(one.rule)
        self._tools.clerk.retell(self)

    def adopt(self, begun: Iterable[Begun], trouble: TroubleWatch) -> None:
        """Go on with what another watch had begun, or end it where it is told of here already."""
        now = now_at()
        for other in begun:
            rule = next((known for known in RULE_IDS if known == other.rule), None)
            if rule is None or other.id in self._settled:
                continue
            key = (rule, "" if rule in TROUBLES else other.zone)
            one = self.book.find(key)
            if one is None:
                self._go_on(key, other, now)
                if not key[1]:
                    trouble.resume(rule)
            elif one.id != other.id:
                ended_at = max(other.started_at, min(one.started_at, now))
                update = AlertUpdate(ended_at=ended_at)
                self._tools.clerk.outbox.update(other.id, update, self.id)
                self._settled.add(other.id)

    def _go_on(self, key: Key, other: Begun, now: datetime) -> None:
        self._settled.add(other.id)
        ends_at = now + timedelta(seconds=RESUMES_WITHIN_S) if key[1] else None
        self.book.adopt(
            OpenAlert(
                id=other.id,
                rule=key[0],
                zone=key[1],
                started_at=other.started_at,
                last_at=max(now, other.started_at),
                subjects=other.subjects,
                stage="told",
                ends_at=ends_at,
            )
        )

    def tell(self, step: Step, look: Look, duty: Duty, ring: Ring) -> None:
        """Pass on what one frame opened, extended and closed."""
        for finding in (*step.opened, *step.updated):
            self._seen(finding, look, duty, ring)
        self.unseen(step.closed)

    def _seen(self, finding: Finding, look: Look, duty: Duty, ring: Ring) -> None:
        key = (finding.setting.id, finding.zone.name)
        one = self.book.find(key)
        if one is None:
            self._raise(finding, look, duty, ring)
            return
        if finding.episode.subjects > one.subjects:
            subjects, sure = finding.episode.subjects, round(finding.episode.confidence, 4)
            self._tools.clerk.put(Update(self, one, subjects=subjects, confidence=sure))
        subjects = max(one.subjects, finding.episode.subjects)
        last_at = max(one.last_at, wall_at(finding.episode.last_s))
        self.book.change(one, save=False, subjects=subjects, last_at=last_at, ends_at=None)

    def _raise(self, finding: Finding, look: Look, duty: Duty, ring: Ring) -> None:
        """A new alert, unless it is too unsure or a neighbour that sees the same has told it."""
        rule, now = finding.setting.id, now_at()
        if not duty.rules.admits(rule, finding.episode.confidence):
            return
        if self._told_elsewhere(rule, now):
            return
        start_s, last_s = finding.episode.start_s, finding.episode.last_s
        one = self.book.begin((rule, finding.zone.name), wall_at(start_s), wall_at(last_s))
        self.book.change(one, save=False, subjects=finding.episode.subjects)
        self._minutes.disturb(one.started_at)
        proof = Proof.taken(finding, ring, (look.width, look.height), look.time_s)
        self._tools.clerk.put(Raise(self, one, proof, duty.rules.ref))

    def _told_elsewhere(self, rule: RuleId, now: datetime) -> bool:
        """Whether a neighbour has it open; it then stays open while it is seen from here."""
        neighbours = {other for group in self._tools.groups if self.id in group for other in group}
        for other in neighbours - {self.id}:
            book = self._tools.books.get(other)
            for one in book or ():
                assert book is not None
                if one.rule == rule:
                    ends_at = one.ends_at and now + self._reopen
                    book.change(one, save=False, last_at=now, ends_at=ends_at)
                    return True
        return False

    def unseen(self, findings: Iterable[Finding]) -> None:
        """Each may come back soon: its alert stays open for a while."""
        for finding in findings:
            one = self.book.find((finding.setting.id, finding.zone.name))
            if one is not None:
                self.book.change(one, save=False, ends_at=now_at() + self._reopen)

    @property
    def _reopen(self) -> timedelta:
        return timedelta(seconds=self._tools.worker.reopen_s)

    def end(self, now: datetime) -> None:
        """End the alerts that did not come back."""
        for one in self.book.over(now):
            if one.stage == "told":
                self.book.change(one, save=False, ends_at=None)
                self._tools.clerk.put(Update(self, one, ended_at=one.last_at))

    def trouble(self, news: News, duty: Duty, picture: Picture | None) -> None:
        """Tell that the camera cannot be judged, or can be again."""
        key, at = (news.rule, ""), wall_at(news.at_s)
        one = self.book.find(key)
        if news.kind == "over":
            if one is not None:
                self._tools.clerk.put(Update(self, one, ended_at=at))
        elif one is None:
            one = self.book.begin(key, at, now_at())
            frame = picture.frame() if picture else None
            severity, kind = SEVERITY.get(news.rule, "minor"), duty.zones[0].type
            rules = duty.rules.ref
            self._tools.clerk.put(Trouble(self, one, severity, kind, rules, frame))
