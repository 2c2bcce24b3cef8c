"""Words of the precision board, the samples and the messages; msgids here."""

from __future__ import annotations

from typing import Final

from api.web.words import N_

TAB: Final[dict[str, str]] = {
    "rule": N_("By rule"),
    "camera": N_("By camera"),
    "restaurant": N_("By restaurant"),
    "model": N_("By model"),
    "hour": N_("By hour"),
    "week": N_("By week"),
}
THRESHOLDS: Final = N_("Thresholds")
HEAD: Final[dict[str, str]] = {
    "rule": N_("Rule"),
    "camera": N_("Camera"),
    "restaurant": N_("Restaurant"),
    "model": N_("Model"),
    "hour": N_("Hour of the day"),
    "week": N_("Week"),
}
DAYS: Final[dict[int, str]] = {
    7: N_("7 days"),
    30: N_("30 days"),
    90: N_("90 days"),
    365: N_("a year"),
    0: N_("all time"),
}
COUNTED: Final[dict[str, str]] = {
    "upheld": N_("upheld"),
    "dismissed": N_("dismissed"),
    "open": N_("not decided yet"),
}
COUNTED_HEAD: Final[dict[str, str]] = {
    "upheld": N_("Upheld"),
    "dismissed": N_("Dismissed"),
    "open": N_("Not decided"),
}
OUTCOME: Final[dict[str, str]] = {
    "raise": N_("Proposed"),
    "keep": N_("Goal is met"),
    "unreachable": N_("No threshold reaches the goal"),
    "few": N_("Too few verdicts"),
}
DECISION: Final[dict[str, str]] = {
    "accepted": N_("accepted"),
    "edited": N_("set by hand"),
    "refused": N_("refused"),
}
STRATUM: Final[dict[str, str]] = {
    "clean": N_("specialised rooms"),
    "food": N_("food zones"),
    "other": N_("other zones"),
    "unknown": N_("zones not drawn"),
    "night": N_("night"),
    "morning": N_("morning"),
    "midday": N_("midday"),
    "afternoon": N_("afternoon"),
    "evening": N_("evening"),
}
TRIGGER: Final[dict[str, str]] = {
    "alert_upheld": N_("an alert was upheld"),
    "alert_withdrawn": N_("a verdict was taken back"),
    "alert_late": N_("a critical alert waits too long"),
    "case_opened": N_("a case is opened and to be answered"),
    "case_answered": N_("the restaurant answers or sends proof"),
    "case_ordered": N_("a rectification order is issued"),
    "case_due": N_("an order is due within a day"),
    "case_overdue": N_("a case is overdue"),
    "case_looked_back": N_("a look-back or check is done"),
    "case_closed": N_("a case ends"),
    "report_made": N_("a weekly or monthly report is made"),
    "camera_offline": N_("a camera is offline"),
    "digest": N_("summary"),
    "test": N_("test message"),
}
CHANNEL: Final[dict[str, str]] = {"email": N_("e-mail"), "webhook": N_("webhook")}
DIGEST: Final[dict[str, str]] = {
    "none": N_("each matter by itself"),
    "daily": N_("one summary a day"),
    "weekly": N_("one summary a week, on Monday"),
}
BYPASS: Final[dict[str, str]] = {
    "critical": N_("critical matters at once, day and night"),
    "major": N_("major and critical matters at once, day and night"),
    "minor": N_("everything at once, day and night"),
    "none": N_("nothing in quiet hours"),
}
SENT: Final[dict[str, str]] = {
    "waiting": N_("on its way"),
    "sent": N_("sent"),
    "folded": N_("already told shortly before"),
    "withdrawn": N_("not sent, no longer true"),
    "dead": N_("given up"),
}
# Rules that a person can see in a picture, in the order of their keys.
MARKABLE: Final = (
    "missing_hat",
    "missing_mask",
    "mask_worn_wrong",
    "pest_rodent",
    "pest_cockroach",
    "animal",
)
