"""The words of custody: what was done with evidence, and what holds it."""

from __future__ import annotations

from typing import Final

from api.web.words import N_

ACTION: Final[dict[str, str]] = {
    "alert.received": N_("alert received"),
    "alert.updated": N_("alert updated"),
    "alert.reopened": N_("alert reopened"),
    "alert.overturned": N_("overturned on appeal"),
    "appeal.filed": N_("appeal filed"),
    "appeal.granted": N_("appeal granted"),
    "appeal.refused": N_("appeal refused"),
    "appeal.withdrawn": N_("appeal withdrawn"),
    "appeal.file_added": N_("photograph added to the appeal"),
    "appeal.file_viewed": N_("photograph of the appeal viewed"),
    "patrol.reported": N_("reported on patrol"),
    "evidence.stored": N_("file stored"),
    "evidence.viewed": N_("file viewed"),
    "evidence.exported": N_("bundle downloaded"),
    "evidence.unblurred": N_("originals asked for"),
    "evidence.altered": N_("file found altered"),
    "evidence.whole": N_("file found whole again"),
    "evidence.deleted": N_("deleted by retention"),
    "alert.noted": N_("note written"),
    "review.given": N_("verdict given"),
    "review.undone": N_("verdict undone"),
    "hold.placed": N_("hold placed"),
    "hold.released": N_("hold released"),
}
SENT: Final[dict[str, str]] = {"original": N_("original"), "blurred": N_("blurred copy")}
HOLD: Final[dict[str, str]] = {
    "open": N_("no verdict yet"),
    "upheld": N_("upheld and not released"),
    "case": N_("its case is open"),
    "appeal": N_("an appeal is open"),
    "placed": N_("placed by a person"),
}
FILE_KIND: Final[dict[str, str]] = {
    "frame": N_("picture"),
    "clip": N_("clip"),
    "data": N_("boxes as data"),
}
FILE_STATE: Final[dict[str, str]] = {
    "here": N_("kept"),
    "deleted": N_("deleted by retention"),
    "altered": N_("altered, not shown"),
    "absent": N_("not arrived"),
}
POLICY: Final[dict[str, str]] = {
    "dismissed": N_("dismissed alerts"),
    "upheld": N_("upheld alerts"),
    "samples": N_("samples"),
}
