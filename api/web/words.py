"""The words of the field for people to read; msgids here, both languages in ``locale/``."""

from __future__ import annotations

from typing import Final

from vision.names import RuleId, Severity, ZoneType


def N_(msgid: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated later
    """Mark a text for translation where no language is known yet."""
    return msgid


RULE: Final[dict[RuleId, str]] = {
    "missing_hat": N_("No hat"),
    "missing_mask": N_("No mask"),
    "mask_worn_wrong": N_("Mask worn wrong"),
    "pest_rodent": N_("Rodent"),
    "pest_cockroach": N_("Cockroach"),
    "pest_fly": N_("Fly"),
    "animal": N_("Other animal"),
    "person_out_of_hours": N_("Out of hours"),
    "camera_offline": N_("Camera offline"),
    "camera_frozen": N_("Picture frozen"),
    "camera_dark": N_("Picture too dark"),
    "camera_blurred": N_("Picture blurred"),
    "camera_covered": N_("Camera covered"),
    "camera_moved": N_("Camera moved"),
    "camera_overloaded": N_("Camera overloaded"),
}
ZONE_TYPE: Final[dict[ZoneType, str]] = {
    "specialised_room": N_("specialised room"),
    "specialised_area": N_("specialised area"),
    "cooking": N_("cooking zone"),
    "rough_processing": N_("rough processing"),
    "dishwashing": N_("dishwashing"),
    "storage": N_("storage"),
    "service": N_("service"),
    "passage": N_("passage"),
    "ignore": N_("not judged"),
}
SEVERITY: Final[dict[Severity, str]] = {
    "minor": N_("Minor"),
    "major": N_("Major"),
    "critical": N_("Critical"),
}
STATUS: Final[dict[str, str]] = {
    "waiting": N_("Awaiting review"),
    "second_review": N_("Second review"),
    "upheld": N_("Upheld"),
    "dismissed": N_("Dismissed"),
}
VERDICT: Final[dict[str, str]] = {
    "upheld": N_("Upheld"),
    "dismissed": N_("Dismissed"),
    "unsure": N_("Unsure"),
}
ORIGIN: Final[dict[str, str]] = {
    "camera": N_("reported by the system"),
    "batch": N_("reported from recorded footage"),
    "patrol": N_("reported by a person"),
}
# Key order: 1 to 5 on the review page.
REASON: Final[dict[str, str]] = {
    "wrong_object": N_("Wrong object"),
    "not_assessable": N_("Not assessable"),
    "allowed_here": N_("Allowed here"),
    "already_rectified": N_("Already rectified"),
    "not_staff": N_("Not staff"),
}
REASON_HINT: Final[dict[str, str]] = {
    "wrong_object": N_("something else was taken for it"),
    "not_assessable": N_("too small, blurred, turned away"),
    "allowed_here": N_("zone or hours drawn wrongly"),
    "already_rectified": N_("put right straight after"),
    "not_staff": N_("delivery, visitor, inspector"),
}
STATE: Final[dict[tuple[str, str], str]] = {
    ("hat", "worn"): N_("hat worn"),
    ("hat", "missing"): N_("no hat"),
    ("hat", "unclear"): N_("hat unclear"),
    ("mask", "worn"): N_("mask worn"),
    ("mask", "missing"): N_("no mask"),
    ("mask", "incorrect"): N_("mask worn wrong"),
    ("mask", "unclear"): N_("mask unclear"),
}
KIND: Final[dict[str, str]] = {
    "head": N_("head"),
    "rodent": N_("rodent"),
    "cockroach": N_("cockroach"),
    "fly": N_("fly"),
    "cat": N_("cat"),
    "dog": N_("dog"),
    "animal": N_("animal"),
}
ROLE: Final[dict[str, str]] = {
    "patrol": N_("online patrol"),
    "inspector": N_("inspector"),
    "restaurant": N_("restaurant"),
    "supervisor": N_("supervision"),
    "admin": N_("administrator"),
}
ROLES_THAT_REVIEW: Final = ("patrol", "supervisor", "admin")
SUPERVISORS: Final = ("supervisor", "admin")
# What a corrected box holds most likely.
KIND_OF_RULE: Final[dict[str, str]] = {
    "pest_rodent": "rodent",
    "pest_cockroach": "cockroach",
    "pest_fly": "fly",
    "animal": "cat",
}
# How a camera is when it reports no problem itself.
CAMERA_STATE: Final[dict[str, str]] = {
    "ok": N_("in order"),
    "late": N_("quiet for some minutes"),
    "offline": N_("no contact"),
    "inactive": N_("switched off"),
}
REVIEW_TABS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("/review", N_("Review"), ROLES_THAT_REVIEW),
    ("/review/queue", N_("Queue"), ROLES_THAT_REVIEW),
    ("/review/history", N_("My verdicts"), ROLES_THAT_REVIEW),
    ("/review/quality", N_("Quality"), SUPERVISORS),
)
HEALTH: Final[dict[str, str]] = {
    "ok": N_("in order"),
    "late": N_("late"),
    "offline": N_("offline"),
    "frozen": N_("frozen"),
    "dark": N_("too dark"),
    "blurred": N_("blurred"),
    "covered": N_("covered"),
    "moved": N_("moved"),
    "overloaded": N_("overloaded"),
    "silent": N_("never heard of"),
    "inactive": N_("out of use"),
}
LOOK: Final[dict[str, str]] = {
    "clear": N_("Seen, nothing wrong"),
    "not_seen": N_("Could not be seen"),
    "reported": N_("Reported"),
}
# Why a picture is not shown, or could not be seen.
UNSEEN: Final[dict[str, str]] = {
    "stale": N_("Too old to be shown"),
    "frozen": N_("Frozen: the old picture is not shown"),
    "none": N_("No picture has come"),
    "inactive": N_("The camera is out of use"),
    "unclear": N_("Not clear enough to judge"),
}
DAY: Final[dict[str, str]] = {
    "mon": N_("Mon"),
    "tue": N_("Tue"),
    "wed": N_("Wed"),
    "thu": N_("Thu"),
    "fri": N_("Fri"),
    "sat": N_("Sat"),
    "sun": N_("Sun"),
}
