"""The words of cases; msgids here, both languages in ``locale/``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.cases.schemas import PersonAction
from api.cases.transitions import Action, State
from api.web.words import N_

CASE_STATE: Final[dict[State, str]] = {
    "opened": N_("opened"),
    "notified": N_("notified, awaiting answer"),
    "acknowledged": N_("seen, awaiting answer"),
    "answered": N_("answered, office decides"),
    "ordered": N_("being rectified"),
    "rectified": N_("rectified, look-back runs"),
    "failed": N_("not put right"),
    "looked_back": N_("passed by video, to be closed"),
    "checked": N_("passed on site, to be closed"),
    "closing": N_("signed once, to be closed"),
    "closed": N_("closed"),
    "withdrawn": N_("case withdrawn"),
}
# How a badge looks, and its icon.
CASE_LOOK: Final[dict[State, tuple[str, str]]] = {
    "opened": ("", "clock"),
    "notified": ("warn", "clock"),
    "acknowledged": ("warn", "clock"),
    "answered": ("", "clock"),
    "ordered": ("warn", "clock"),
    "rectified": ("unclear", "play"),
    "failed": ("bad", "cross"),
    "looked_back": ("ok", "check"),
    "checked": ("ok", "check"),
    "closing": ("ok", "lock"),
    "closed": ("ok", "lock"),
    "withdrawn": ("", "undo"),
}
# What the restaurant is told to do, by state.
RESTAURANT_NOW: Final[dict[State, str]] = {
    "opened": N_("You need to do nothing yet."),
    "notified": N_(
        "Say what happened and what you will do about it. Or put it right and send photos."
    ),
    "acknowledged": N_(
        "Say what happened and what you will do about it. Or put it right and send photos."
    ),
    "answered": N_("The office reads your answer. If it is put right already, send photos."),
    "ordered": N_(
        "Do what the order asks, then send photos that show it. Do it before the deadline."
    ),
    "rectified": N_("Your proof has arrived. The office checks whether it stays put right."),
    "failed": N_("It is not put right yet. The reason is below. Put it right and send new photos."),
    "looked_back": N_("It stayed put right. Two people of the office close the case."),
    "checked": N_("The check on site found it put right. Two people of the office close the case."),
    "closing": N_("One person has signed. A second one closes the case."),
    "closed": N_(
        "It is done. If the same happens again within %(days)s days, the case opens again."
    ),
    "withdrawn": N_("The case no longer stands. It does not count."),
}
OFFICE_NOW: Final[dict[State, str]] = {
    "opened": N_("The restaurant is about to be told."),
    "notified": N_("The restaurant is to answer. You may order or check on site at once."),
    "acknowledged": N_("The restaurant is to answer. You may order or check on site at once."),
    "answered": N_("Read the answer, then issue an order or check on site."),
    "ordered": N_("The restaurant is to rectify before the deadline."),
    "rectified": N_("Proof is in. Wait for the look-back by video, or check on site."),
    "failed": N_("It is not put right. Issue an order, or check on site again."),
    "looked_back": N_("Video shows that it stayed put right. The first person signs."),
    "checked": N_("The check on site passed. The first person signs."),
    "closing": N_("One person has signed. Another person closes the case, or sends it back."),
    "closed": N_("Closed by two people."),
    "withdrawn": N_("No upheld alert is left, or it was withdrawn for a reason."),
}
ON_SITE_ONLY: Final = N_("Video alone never clears this. Somebody has to check it on site.")
YOU_SIGNED: Final = N_("You signed first. Another person closes the case.")
ACTION: Final[dict[Action, str]] = {
    "open": N_("Case opened"),
    "join": N_("One more of the same joined"),
    "leave": N_("A verdict was taken back"),
    "notify": N_("Restaurant notified"),
    "acknowledge": N_("Restaurant has seen it"),
    "answer": N_("Restaurant answered"),
    "order": N_("Rectification order issued"),
    "extend": N_("Deadline moved"),
    "remind": N_("Reminded of the deadline"),
    "rectify": N_("Restaurant sent proof"),
    "video_passed": N_("Look-back by video passed"),
    "video_failed": N_("Seen again after the proof"),
    "video_undecided": N_("Not decidable by video yet"),
    "check_passed": N_("Check on site: put right"),
    "check_failed": N_("Check on site: not put right"),
    "sign": N_("First person signed"),
    "send_back": N_("Second person sent it back"),
    "close": N_("Second person signed: closed"),
    "escalate": N_("Escalated"),
    "reopen": N_("Opened again"),
    "withdraw": N_("Case withdrawn"),
    "note": N_("Note"),
}
DOER: Final[dict[str, str]] = {"system": N_("the system")}


@dataclass(frozen=True, slots=True)
class Form:
    """A form of one action: its button, what its text asks, and what comes with it."""

    button: str
    ask: str = ""
    hint: str = ""
    files: bool = False
    must: bool = False
    order: bool = False
    deadline: bool = False


# In the order in which they stand on the page.
FORMS: Final[dict[PersonAction, Form]] = {
    "acknowledge": Form(N_("I have seen it"), hint=N_("This stops no clock; an answer does.")),
    "answer": Form(
        N_("Send the answer"),
        N_("What happened, and what will you do?"),
        files=True,
    ),
    "rectify": Form(
        N_("Send the proof"),
        N_("What did you put right?"),
        N_("Photograph the same place as in the picture above, as it is now."),
        files=True,
        must=True,
    ),
    "order": Form(
        N_("Issue the order"),
        N_("What is to be put right, point by point"),
        order=True,
        deadline=True,
    ),
    "check_passed": Form(
        N_("On site: put right"),
        N_("What did you see?"),
        files=True,
        must=True,
    ),
    "check_failed": Form(
        N_("On site: not put right"), N_("What is still wrong?"), files=True, must=True
    ),
    "sign": Form(
        N_("Sign as the first person"),
        N_("Why can it be closed?"),
        N_("A second person signs after you; only then the case is closed."),
    ),
    "close": Form(N_("Sign as the second person and close"), N_("What did you compare?")),
    "send_back": Form(N_("Send back"), N_("Why can it not be closed?")),
    "extend": Form(N_("Move the deadline"), N_("Why is more time needed?"), deadline=True),
    "escalate": Form(N_("Escalate"), N_("Why does a supervisor have to look at it?")),
    "note": Form(N_("Add a note"), N_("Note; everybody in the case reads it"), files=True),
    "reopen": Form(N_("Open again"), N_("Why?")),
    "withdraw": Form(N_("Withdraw the case"), N_("Why does it no longer stand?")),
}
# Which forms stand open: what is most likely done next.
FIRST: Final[dict[State, tuple[PersonAction, ...]]] = {
    "notified": ("answer",),
    "acknowledged": ("answer",),
    "answered": ("rectify", "order"),
    "ordered": ("rectify",),
    "rectified": ("check_passed",),
    "failed": ("rectify", "order"),
    "looked_back": ("sign",),
    "checked": ("sign",),
    "closing": ("close",),
}
NEEDED: Final[dict[str, str]] = {
    "reason": N_("Write a few words."),
    "files": N_("Add at least one new photo that shows how it is now."),
    "body": N_("A file cannot be read: choose a photo (JPEG, PNG, HEIC, 40 MB at most) or a PDF."),
    "deadline": N_("Give a deadline that is still to come, within 180 days."),
    "articles": N_("Name at least one article that the order rests on, one a line."),
}
SOMETHING: Final = N_("Something is missing or cannot be right; look at what you filled in.")
MEANWHILE: Final = N_("Somebody acted on this case before you. Here is how it stands now.")
DONE: Final = N_("Done. It is written down below.")
HOURS: Final[dict[str, str]] = {
    "person_h": N_("person-hours"),
    "camera_h": N_("camera-hours"),
}
# The same for who cooks: nobody in a kitchen counts in person-hours.
HOURS_PLAIN: Final[dict[str, str]] = {
    "person_h": N_("hours of people at work"),
    "camera_h": N_("hours of cameras"),
}
SOURCE: Final[dict[str, str]] = {
    "alert": N_("from upheld alerts"),
    "visit": N_("from a visit"),
    "hand": N_("opened by hand"),
}
LISTS: Final[tuple[tuple[str, str], ...]] = (
    ("", N_("Open")),
    ("mine", N_("Your move")),
    ("overdue", N_("Overdue")),
    ("escalated", N_("Escalated")),
    ("ended", N_("Ended")),
)
