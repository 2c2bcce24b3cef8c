"""Who may be where at what hour: zones in force, zones closed, and a person in a closed one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from vision.names import ZONE_TYPES, RuleId
from vision.rulepacks import Citation, RulePack, RuleSetting, Words
from vision.zones import Zone

# Not part of any pack: whoever draws a zone and gives it hours asks for it.
OUT_OF_HOURS: Final = RuleSetting(
    id="person_out_of_hours",
    zone_types=tuple(kind for kind in ZONE_TYPES if kind != "ignore"),
    severity="minor",
    on_delay_s=5.0,
    off_delay_s=60.0,
    text=Words(
        zh="非营业时段，该区域内不应有人。", en="Outside its hours nobody is expected in this zone."
    ),
    citations=(
        Citation(source="own hours", clause="zone hours set for this camera", checked=True),
    ),
)
# What people wear matters while they work; what crawls matters always.
WHILE_OPEN: Final[frozenset[RuleId]] = frozenset(("missing_hat", "missing_mask", "mask_worn_wrong"))


@dataclass(frozen=True, slots=True)
class Present:
    """Names of the zones in force at a moment, and of those in which nobody is expected."""

    in_force: frozenset[str]
    closed: frozenset[str]

    def asks(self, rule: RuleId, zone: str) -> bool:
        """Whether a rule holds in a zone now."""
        closed = zone in self.closed
        if rule == OUT_OF_HOURS.id:
            return closed
        return not (closed and rule in WHILE_OPEN)


Calendar = Callable[[float], Present]


def present_at(zones: Sequence[Zone], moment: datetime, clock: tzinfo) -> Present:
    """Which zones hold at an aware moment, and which of them are closed then."""
    in_force = [zone for zone in zones if zone.holds_at(moment, clock)]
    closed = (zone.name for zone in in_force if not zone.expects_people(moment, clock))
    return Present(frozenset(zone.name for zone in in_force), frozenset(closed))


def duties_of(zone: Zone, pack: RulePack, with_hours: bool) -> Iterator[RuleSetting]:
    """The rules of a zone; where its hours are known to matter, that of being there at all."""
    yield from pack.rules_in(zone.type)
    if with_hours and zone.hours and zone.outside_hours == "closed" and zone.type != "ignore":
        yield OUT_OF_HOURS
