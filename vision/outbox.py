"""Alerts on their way: what was put in is delivered, whatever dies meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final
from uuid import UUID

from vision.alert import Alert, AlertUpdate
from vision.closing import Closing
from vision.delivery import Answer, Backoff
from vision.delivery import Api as Api
from vision.spool import Item, Spool

POLL_S: Final = 0.25
EVERYWHERE: Final = "*"


@dataclass(slots=True)
class Delivery:
    """What one round did: alerts and updates sent, refused, left to another watch; how many wait.

    ``stored`` are the alerts that lie in the API now with their evidence, by id.
    ``reasons`` has the answer that holds each camera back; "*" stands for all of them.
    """

    sent: int = 0
    kept: int = 0
    refused: int = 0
    superseded: set[str] = field(default_factory=set)
    stored: list[str] = field(default_factory=list, compare=False)
    reasons: dict[str, Answer] = field(default_factory=dict)

    @property
    def error(self) -> str | None:
        """The first reason in words, None when nothing is held back."""
        return next((answer.detail for answer in self.reasons.values()), None)


class Outbox(Closing):
    """The spool at ``path`` and its delivery; close it, or use it in ``with``.

    Any thread may put; delivery belongs to one. Sending may repeat after a crash, which
    the API answers with what it has.
    """

    def __init__(self, path: Path) -> None:
        self._spool = Spool(path)

    def close(self) -> None:
        """Close the spool; what waits stays."""
        self._spool.close()

    def put(self, alert: Alert, files: Mapping[str, Path]) -> None:
        """Take an alert and its evidence files by sha256; on disk when this returns.

        ConflictError for a waiting id with other content; EvidenceError when a file is
        missing or not what the alert names, or the disk is full.
        """
        self._spool.add_alert(alert, files)

    def update(self, alert_id: UUID, update: AlertUpdate, camera_id: str = "") -> None:
        """Take what changed; ``camera_id`` counts when the alert itself was delivered before."""
        self._spool.add_update(alert_id, update, camera_id)

    def pending(self) -> list[Item]:
        """What is still to be delivered, in order."""
        return self._spool.items("pending", "posted")

    def count(self) -> int:
        """How many alerts and updates wait."""
        return self._spool.count()

    def size_bytes(self) -> int:
        """What waits and what was refused takes so much of the disk."""
        return self._spool.size_bytes()

    def refused(self) -> list[Item]:
        """What the API will not take; a person must look."""
        return self._spool.items("refused")

    def deliver(self, api: Api, skip: Collection[str] = (), quit: Event | None = None) -> Delivery:
        """Send what waits, each camera's in order; cameras in ``skip`` are left alone."""
        delivery = Delivery()
        held = set(skip)
        for item in self._spool.queue():
            if quit is not None and quit.is_set():
                break
            if item.camera_id in held or item.alert_id in delivery.superseded:
                continue
            answer = self._send(api, item)
            delivery.sent += answer.outcome == "taken"
            if item.kind == "alert" and answer.outcome == "taken":
                delivery.stored.append(item.alert_id)
            delivery.refused += answer.outcome == "refused"
            if answer.outcome == "superseded":
                delivery.superseded.add(item.alert_id)
            if answer.outcome == "later":
                held.add(item.camera_id)
                delivery.reasons[EVERYWHERE if answer.everywhere else item.camera_id] = answer
            if answer.everywhere:
                break
        delivery.kept = self._spool.count()
        return delivery

    def run(self, api: Api, quit: Event, report: Callable[[Delivery], None] | None = None) -> None:
        """Deliver until ``quit``, backing off from what fails; ``report`` hears of each round."""
        backoff = Backoff()
        while not quit.is_set():
            waiting = backoff.waiting(time.monotonic())
            if EVERYWHERE not in waiting and self._spool.count():
                delivery = self.deliver(api, waiting, quit)
                _note(backoff, delivery, waiting)
                if report and delivery != Delivery(kept=delivery.kept):
                    report(delivery)
            quit.wait(POLL_S)

    def _send(self, api: Api, item: Item) -> Answer:
        answer = self._tell(api, item)
        if item.kind == "alert" and answer.outcome == "taken":
            if item.state == "pending":
                self._spool.mark(item, "posted")
            answer = self._upload(api, item)
        if answer.outcome == "refused":
            self._spool.mark(item, "refused", answer.detail)
        elif answer.outcome == "taken":
            self._spool.forget(item)
        elif answer.outcome == "superseded":
            self._spool.drop(item.alert_id)
        return answer

    def _tell(self, api: Api, item: Item) -> Answer:
        if item.kind == "update":
            return api.patch_alert(item.camera_id, item.alert_id, item.body)
        if item.state == "posted":
            return Answer("taken")
        return api.post_alert(item.camera_id, item.body)

    def _upload(self, api: Api, item: Item) -> Answer:
        """Send the evidence that is not there yet; one refused file does not hold the others."""
        for sha256, media_type, path in self._spool.unsent(item.alert_id):
            answer = api.put_evidence(item.camera_id, item.alert_id, sha256, media_type, path)
            if answer.outcome == "later":
                return answer
            problem = f"evidence {sha256[:12]}: {answer.detail}"
            taken = answer.outcome == "taken"
            self._spool.mark_file(item.alert_id, sha256, "" if taken else problem)
        problems = self._spool.problems(item.alert_id)
        return Answer("refused", problems[0]) if problems else Answer("taken")


def _note(backoff: Backoff, delivery: Delivery, waiting: Collection[str]) -> None:
    """Forget the failures of whoever was tried and is held back no longer."""
    now_s = time.monotonic()
    for name in backoff.failing() - set(waiting) - set(delivery.reasons):
        backoff.succeeded(name)
    for name, answer in delivery.reasons.items():
        backoff.failed(name, now_s, answer.retry_after_s)
