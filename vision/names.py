"""The fixed words of the field: rule ids, severities, zone types."""

from typing import Final, Literal, get_args

RuleId = Literal[
    "missing_hat",
    "missing_mask",
    "mask_worn_wrong",
    "pest_rodent",
    "pest_cockroach",
    "pest_fly",
    "animal",
    "person_out_of_hours",
    "camera_offline",
    "camera_frozen",
    "camera_dark",
    "camera_blurred",
    "camera_covered",
    "camera_moved",
    "camera_overloaded",
]
Severity = Literal["minor", "major", "critical"]
ZoneType = Literal[
    "specialised_room",
    "specialised_area",
    "cooking",
    "rough_processing",
    "dishwashing",
    "storage",
    "service",
    "passage",
    "ignore",
]

RULE_IDS: Final[tuple[RuleId, ...]] = get_args(RuleId)
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
ZONE_TYPES: Final[tuple[ZoneType, ...]] = get_args(ZoneType)
