"""What messages say: plain words, who does what, no picture and nobody's name."""

from __future__ import annotations

from typing import Final

from api.notifications.rules import Trigger
from api.web.words import N_

SUBJECT: Final[dict[Trigger, str]] = {
    "alert_upheld": N_("Upheld: %(rule)s, %(restaurant)s"),
    "alert_withdrawn": N_("Withdrawn: %(rule)s, %(restaurant)s"),
    "alert_late": N_("Waiting too long for review: %(rule)s, %(restaurant)s"),
    "camera_offline": N_("Camera offline: %(camera)s, %(restaurant)s"),
    "case_opened": N_("To be answered: %(matter)s, %(restaurant)s"),
    "case_answered": N_("The restaurant answered: %(matter)s, %(restaurant)s"),
    "case_ordered": N_("Rectification order: %(matter)s, %(restaurant)s"),
    "case_due": N_("Due soon: %(matter)s, %(restaurant)s"),
    "case_overdue": N_("Overdue: %(matter)s, %(restaurant)s"),
    "case_looked_back": N_("Checked again: %(matter)s, %(restaurant)s"),
    "case_closed": N_("Case ended: %(matter)s, %(restaurant)s"),
    "report_made": N_("%(report_kind)s: %(area)s, %(days)s"),
    "digest": N_("Summary for %(restaurant)s, %(period)s"),
    "test": N_("Test message"),
}
BODY: Final[dict[Trigger, str]] = {
    "alert_upheld": N_(
        "A person looked at the pictures and upheld it: %(rule)s, %(severity)s. "
        "%(restaurant)s, camera %(camera)s, %(zone)s, %(time)s."
    ),
    "alert_withdrawn": N_(
        "The verdict on %(rule)s was taken back: %(restaurant)s, camera %(camera)s, %(time)s. "
        "What we told you about it no longer holds."
    ),
    "alert_late": N_(
        "Nobody has reviewed it yet: %(rule)s, %(severity)s. %(restaurant)s, camera %(camera)s, "
        "%(time)s. "
        "It was due at %(due)s."
    ),
    "camera_offline": N_(
        "No picture has come from %(restaurant)s, camera %(camera)s, since %(time)s."
    ),
    "case_opened": N_(
        "A case was opened: %(matter)s. %(restaurant)s, case %(number)s. "
        "Please say by %(due)s what happened and what is done about it."
    ),
    "case_answered": N_(
        "%(restaurant)s answered or sent proof in case %(number)s: %(matter)s. Now: %(state)s."
    ),
    "case_ordered": N_(
        "A rectification order was issued: %(matter)s. %(restaurant)s, case %(number)s. "
        "It is to be met by %(due)s."
    ),
    "case_due": N_("The order in case %(number)s (%(matter)s, %(restaurant)s) is due %(due)s."),
    "case_overdue": N_(
        "What was due in case %(number)s (%(matter)s, %(restaurant)s) was not done in time; "
        "the case was escalated."
    ),
    "case_looked_back": N_(
        "Case %(number)s (%(matter)s, %(restaurant)s) was looked at again. Now: %(state)s."
    ),
    "report_made": N_(
        "%(report_kind)s for %(area)s, %(days)s: visits %(visits)s, rectification orders "
        "%(orders)s, met on time %(on_time)s of %(orders_due)s. The report is made; its figures "
        "stay."
    ),
    "case_closed": N_("Case %(number)s (%(matter)s, %(restaurant)s) has ended: %(state)s."),
    "digest": N_("From %(since)s to %(until)s."),
    "test": N_("Messages arrive here. %(by)s asked for this one."),
}
NOTHING: Final = N_("No alert was upheld in this time.")
LINE: Final = N_("%(rule)s: %(count)s upheld")
OFFLINE_LINE: Final = N_("Camera offline: %(count)s times")
OPEN: Final = N_("Open: %(link)s")
WHY: Final = N_("You get this because of the subscription “%(label)s”.")
OFFICE: Final = N_("all restaurants")
