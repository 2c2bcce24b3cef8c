"""Which camera next, what a look counts as, and what a person may report where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from api.cameras.rules import PictureState
from vision.alert import Box
from vision.errors import InvalidError
from vision.names import RuleId, Severity, ZoneType
from vision.rulepacks import RulePack
from vision.zones import Zone, zone_holding

Risk = Literal["A", "B", "C", "D"]
Said = Literal["clear", "not_seen"]
Outcome = Literal["clear", "not_seen", "reported"]
NotSeen = Literal["stale", "frozen", "none", "inactive", "unclear"]

# How long a camera of each static class may go without a look: D is the highest risk.
WANTED: Final[dict[Risk, timedelta]] = {
    "A": timedelta(days=7),
    "B": timedelta(days=3),
    "C": timedelta(days=1),
    "D": timedelta(hours=8),
}
OPEN_ALERT: Final = 0.25
MOST_FOR_ALERTS: Final = 1.0
# What a report may be late: drawing takes a while, but an old picture proves nothing about now.
REPORT_WITHIN: Final = timedelta(minutes=15)

# In the order of the keys 1 to 6.
REPORTABLE: Final[tuple[RuleId, ...]] = (
    "missing_hat",
    "missing_mask",
    "mask_worn_wrong",
    "pest_rodent",
    "pest_cockroach",
    "animal",
)
HEAD_RULES: Final = frozenset[RuleId]({"missing_hat", "missing_mask", "mask_worn_wrong"})
# These are wrong wherever food is handled, also where the pack says nothing about them.
ANYWHERE: Final[dict[RuleId, Severity]] = {
    "pest_rodent": "critical",
    "pest_cockroach": "major",
    "animal": "major",
}
OUTSIDE: Final = "outside the drawn zones"


@dataclass(frozen=True, slots=True)
class Standing:
    """Why it may be a camera's turn; ``position`` and ``camera_id`` settle what is equal."""

    camera_id: str
    risk: Risk
    unseen: timedelta
    open_alerts: int = 0
    position: int = 0

    @property
    def urgency(self) -> float:
        """1.0 is due. Time since the last look over the time its class may go without one, and a
        quarter for each alert that waits there, at most 1.0 for all of them."""
        waited = max(timedelta(0), self.unseen) / WANTED[self.risk]
        return waited + min(MOST_FOR_ALERTS, OPEN_ALERT * self.open_alerts)


def in_turn(cameras: Iterable[Standing]) -> list[Standing]:
    """Most urgent first; the office's own order, then the id, settles the rest."""
    return sorted(cameras, key=lambda one: (-one.urgency, one.position, one.camera_id))


def judged(said: Said, picture: PictureState, *, active: bool) -> tuple[Outcome, NotSeen | None]:
    """What a look counts as: nobody can have seen that nothing is wrong on an old picture."""
    if not active:
        return "not_seen", "inactive"
    if picture != "fresh":
        return "not_seen", picture
    return ("clear", None) if said == "clear" else ("not_seen", "unclear")


@dataclass(frozen=True, slots=True)
class Duty:
    """Where a report belongs, and how severe it is there."""

    zone: str
    zone_type: ZoneType
    polygon: tuple[tuple[float, float], ...]
    severity: Severity


def anchor(rule: RuleId, box: Box) -> tuple[float, float]:
    """The point that places a box: a head by its middle, an animal by its feet."""
    left, top, right, bottom = box
    return (left + right) / 2, (top + bottom) / 2 if rule in HEAD_RULES else bottom


def duty_at(
    rule: RuleId, box: Box, zones: Sequence[Zone], pack: RulePack, beside: ZoneType
) -> Duty:
    """The zone that a drawn box belongs to; InvalidError where the rule asks for nothing.

    ``beside`` is the type of what lies outside every zone: pests and animals count there too.
    """
    if rule not in REPORTABLE:
        raise InvalidError(f"a person reports one of {', '.join(REPORTABLE)}", "rule")
    zone = zone_holding(zones, anchor(rule, box))
    kind = zone.type if zone else beside
    severity = severity_in(rule, kind, pack) if zone or rule in ANYWHERE else None
    if severity is None:
        raise InvalidError(f"the rule pack {pack.name} does not ask for {rule} there", "box")
    if zone is None:
        return Duty(OUTSIDE, kind, (), severity)
    return Duty(zone.name, kind, zone.polygon, severity)


def severity_in(rule: RuleId, kind: ZoneType, pack: RulePack) -> Severity | None:
    """How severe a rule is in such a zone; None when nothing is asked there."""
    if kind == "ignore":
        return None
    told = (setting.severity for setting in pack.rules_in(kind) if setting.id == rule)
    return next(told, ANYWHERE.get(rule))


def reportable_in(kind: ZoneType, pack: RulePack) -> list[RuleId]:
    """What may be reported in such a zone, in the order of the keys."""
    return [rule for rule in REPORTABLE if severity_in(rule, kind, pack) is not None]
