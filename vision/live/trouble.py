"""When a camera's trouble is worth telling, and when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from vision.health import State
from vision.names import RuleId

OFFLINE_AFTER_S: Final = 30.0
TELLS_AFTER_S: Final = 20.0
OVER_AFTER_S: Final = 10.0
OVERLOADED_SHARE: Final = 0.5
RULE_OF: Final[Mapping[State, RuleId]] = {
    "frozen": "camera_frozen",
    "dark": "camera_dark",
    "blurred": "camera_blurred",
    "covered": "camera_covered",
    "moved": "camera_moved",
}
RULES: Final[tuple[RuleId, ...]] = ("camera_offline", "camera_overloaded", *RULE_OF.values())


@dataclass(frozen=True, slots=True)
class Signs:
    """How a camera is at ``time_s``: its last picture, its state since when, its lost share.

    ``lit`` says whether light is to be expected; a closed kitchen may be dark.
    """

    time_s: float
    seen_s: float
    state: State = "ok"
    since_s: float = 0.0
    share_lost: float = 0.0
    recording: bool = True
    lit: bool = True

    def troubles(self) -> Iterator[tuple[RuleId, float]]:
        """What is wrong now, and since when."""
        if self.time_s - self.seen_s >= OFFLINE_AFTER_S:
            yield "camera_offline", self.seen_s
            return
        if self.state != "ok" and (self.state != "dark" or self.lit):
            yield RULE_OF[self.state], self.since_s
        if self.share_lost >= OVERLOADED_SHARE or not self.recording:
            yield "camera_overloaded", self.time_s


@dataclass(frozen=True, slots=True)
class News:
    """A trouble that began or is over; ``at_s`` is when it did."""

    rule: RuleId
    kind: Literal["began", "over"]
    at_s: float


@dataclass(slots=True)
class TroubleWatch:
    """One camera's troubles, each told once."""

    _since_s: dict[RuleId, float] = field(default_factory=dict)
    _well_s: dict[RuleId, float] = field(default_factory=dict)
    _told: set[RuleId] = field(default_factory=set)

    def resume(self, rule: RuleId) -> None:
        """A trouble that was told before the last restart."""
        self._told.add(rule)
        self._since_s[rule] = 0.0

    def step(self, signs: Signs) -> list[News]:
        """What is new, call after call in the order of time."""
        wrong = dict(signs.troubles())
        news = [*self._begun(wrong, signs.time_s), *self._ended(wrong, signs)]
        return news

    def _begun(self, wrong: Mapping[RuleId, float], time_s: float) -> Iterator[News]:
        for rule, since_s in wrong.items():
            self._well_s.pop(rule, None)
            since_s = min(self._since_s.setdefault(rule, since_s), since_s)
            self._since_s[rule] = since_s
            if rule not in self._told and time_s - since_s >= TELLS_AFTER_S:
                self._told.add(rule)
                yield News(rule, "began", since_s)

    def _ended(self, wrong: Mapping[RuleId, float], signs: Signs) -> Iterator[News]:
        for rule in tuple(self._since_s):
            if rule in wrong:
                continue
            # While a camera is offline nothing can be said of its picture.
            if "camera_offline" in wrong:
                continue
            well_s = self._well_s.setdefault(rule, signs.time_s)
            if rule not in self._told or signs.time_s - well_s >= OVER_AFTER_S:
                del self._since_s[rule], self._well_s[rule]
                if rule in self._told:
                    self._told.discard(rule)
                    yield News(rule, "over", well_s)
