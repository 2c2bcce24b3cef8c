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
    "digest": N_("From %(since)s to %(until)s."),
    "test": N_("Messages arrive here. %(by)s asked for this one."),
}
NOTHING: Final = N_("No alert was upheld in this time.")
LINE: Final = N_("%(rule)s: %(count)s upheld")
OFFLINE_LINE: Final = N_("Camera offline: %(count)s times")
OPEN: Final = N_("Open: %(link)s")
WHY: Final = N_("You get this because of the subscription “%(label)s”.")
OFFICE: Final = N_("all restaurants")
