"""The words of visits and campaigns; msgids here, both languages in ``locale/``."""

from __future__ import annotations

from typing import Final

from api.inspections.rules import Answer, Kind, Outcome, State, WhyNot
from api.web.words import N_

KIND: Final[dict[Kind, str]] = {
    "routine": N_("Routine visit"),
    "complaint": N_("Complaint"),
    "campaign": N_("Campaign"),
    "case": N_("Re-inspection"),
}
STATE: Final[dict[State, str]] = {
    "planned": N_("planned"),
    "under_way": N_("under way"),
    "done": N_("done"),
    "cancelled": N_("cancelled"),
}
OUTCOME: Final[dict[Outcome, str]] = {
    "met": N_("All met"),
    "partly": N_("Partly met"),
    "not_met": N_("Not met"),
}
OUTCOME_LOOK: Final[dict[Outcome, str]] = {"met": "ok", "partly": "warn", "not_met": "bad"}
ANSWER: Final[dict[Answer, str]] = {
    "met": N_("Met"),
    "not_met": N_("Not met"),
    "na": N_("N/A"),
}
WHY_NOT: Final[dict[WhyNot, str]] = {
    "not_done_here": N_("not done here"),
    "not_present": N_("not there today"),
    "not_open": N_("could not be looked at"),
}
DEADLINES: Final = ((24, N_("24 h")), (72, N_("3 days")), (168, N_("7 days")), (0, N_("Other")))
# What the script of the phone page says; {places} are filled there.
PHONE: Final[dict[str, str]] = {
    "day": N_("{station} · {count} planned · {done} done today"),
    "not-loaded": N_("Today's list was not loaded yet; it comes with the network."),
    "offline": N_("Offline"),
    "drafts": N_("{count} not sent"),
    "start": N_("Start"),
    "new-visit": N_("Visit"),
    "overdue": N_("overdue"),
    "score": N_("score {score}"),
    "no-score": N_("no score yet"),
    "risk": N_("static risk {risk}"),
    "days": N_("last visit {days} days ago"),
    "never": N_("never visited"),
    "cases": N_("open cases: {count}"),
    "loss": N_("expected loss {loss}"),
    "about": N_("answered: {items} · photos: {photos} · {size} MB to send"),
    "state-open": N_("being filled in"),
    "state-waiting": N_("waits for the network"),
    "state-sent": N_("sent"),
    "state-conflict": N_("needs a decision"),
    "state-refused": N_("not taken"),
    "do-go-on": N_("Go on"),
    "do-send": N_("Send now"),
    "do-read": N_("Read"),
    "do-own": N_("Send as a visit of its own"),
    "do-drop": N_("Discard"),
    "really-drop": N_("Discard the visit of {name} with its photos? It is nowhere else."),
    "start-anyway": N_("{why}. Fill it in all the same?"),
    "say-what": N_("Say what was complained about."),
    "key": N_("key item"),
    "answer-open": N_("open"),
    "answer-first": N_("Answer first: met, not met or N/A."),
    "why-first": N_("Say why it does not apply."),
    "note-first": N_("Say what was found."),
    "action-first": N_("Say what is to be done."),
    "too-many": N_("A visit has {count} photos at most."),
    "no-room": N_(
        "The photo could not be kept: the phone has no room left. Delete something on it."
    ),
    "ordered": N_("Things to rectify: {count}"),
    "due": N_("by {at}"),
    "no-deadline": N_("Choose a deadline."),
    "deadline-past": N_("The deadline has passed; choose another one and tell the restaurant."),
    "items-open": N_("Items that are not complete yet: {count}."),
    "case-open": N_("Say whether the case is rectified, and what was seen."),
    "case-photo": N_("The case needs a photo of what was found."),
    "witness-first": N_("Say who saw that the signature was refused, and why."),
    "name-first": N_("Write the name of the person in charge."),
    "sign-first": N_("The signature is missing."),
    "signed-out": N_("You are signed out. What is on this phone stays here; sign in to send it."),
    "no-worker": N_("This page cannot work without a network here: it needs https."),
    "stranger": N_(
        "Visits of {name} that wait on this phone: {count}. They are sent when {name} signs in."
    ),
}
