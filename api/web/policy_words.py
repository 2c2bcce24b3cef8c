"""What the lines of a policy mean, in words of the office, beside what they say now."""

from __future__ import annotations

from typing import Final

from api.policy.rules import Policy
from api.web.words import N_

# The reason that the server itself writes with the version of a release.
OF_RELEASE: Final = "the policy of this release"
REASON: Final[dict[str, str]] = {OF_RELEASE: N_("comes with this release")}
MEANING: Final[dict[str, str]] = {
    "clocks.open_after_s": N_("seconds after a verdict until a case opens; so long it is undone"),
    "clocks.answer_h": N_("business hours for the restaurant's answer"),
    "clocks.decide_days": N_("working days until the office orders or checks"),
    "clocks.order_days": N_("working days that an order gives, as a proposal"),
    "clocks.look_back_after_h": N_("hours after the proof until video decides"),
    "clocks.look_back_until_days": N_("working days until video or a check on site has decided"),
    "clocks.close_days": N_("working days for the two who close"),
    "clocks.escalate_after_h": N_("business hours from overdue to a supervisor"),
    "clocks.recurrence_days": N_("days in which the same again opens the case again"),
    "clocks.appeal_days": N_("days in which the restaurant may appeal"),
    "calendar.hours": N_("business hours"),
    "calendar.holidays": N_("public holidays"),
    "calendar.workdays": N_("weekend days that are worked (make-up workdays)"),
    "score.weights.pests": N_("share of animals in the score"),
    "score.weights.hat": N_("share of hats"),
    "score.weights.mask": N_("share of masks"),
    "score.weights.rectification": N_("share of orders met in time"),
    "score.weights.observability": N_("share of working cameras"),
    "score.caps.open_pest": N_("at most so many points while an animal is not cleared"),
    "score.caps.repeated_overdue": N_("at most so many while a repeated violation is overdue"),
    "score.caps.graded_from": N_("no grade when cameras saw a smaller share of the hours"),
    "score.evidence.days": N_("days that must be watched before there is a score"),
    "score.evidence.camera_h": N_("camera-hours that must be watched before"),
    "score.evidence.person_h": N_("person-hours that must be watched before"),
    "score.evidence.reviewed": N_("share of alerts that must be reviewed before"),
    "grades.A": N_("points from which on it is an A"),
    "grades.B": N_("points from which on it is a B"),
    "grades.C": N_("points from which on it is a C; below it is a D"),
}


def lines_of(policy: Policy) -> list[tuple[str, str, str]]:
    """Each line that has a meaning: its name, what it means, what it says."""
    return [(name, text, _value(policy, name)) for name, text in MEANING.items()]


def _value(policy: Policy, name: str) -> str:
    found: object = policy
    for part in name.split("."):
        found = getattr(found, part)
    if isinstance(found, tuple | list | frozenset):
        return ", ".join(str(one) for one in found) or "—"
    return f"{found:g}" if isinstance(found, float) else str(found)
