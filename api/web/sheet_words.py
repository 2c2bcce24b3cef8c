"""The words of self-control sheets; msgids here, both languages in ``locale/``."""

from __future__ import annotations

from typing import Final

from api.web.words import N_

SHEET: Final[dict[str, str]] = {
    "daily": N_("Daily check"),
    "weekly": N_("Weekly check"),
    "monthly": N_("Monthly meeting"),
}
SIGNER: Final[dict[str, str]] = {
    "daily": N_("Food safety officer"),
    "weekly": N_("Food safety director"),
    "monthly": N_("Person in charge"),
}
STANDING: Final[dict[str, str]] = {
    "confirmed": N_("confirmed"),
    "late": N_("confirmed late"),
    "open": N_("to be confirmed"),
    "missing": N_("missing"),
    "running": N_("still running"),
}
STANDING_LOOK: Final[dict[str, tuple[str, str]]] = {
    "confirmed": ("ok", "check"),
    "late": ("warn", "check"),
    "open": ("", "clock"),
    "missing": ("bad", "warning"),
    "running": ("", "clock"),
}
FINDING: Final[dict[str, str]] = {
    "zero": N_("zero risk"),
    "found": N_("something found"),
    "closed": N_("kitchen closed"),
}
ANSWER: Final[dict[str, str]] = {
    "ok": N_("in order"),
    "found": N_("found something"),
    "na": N_("does not apply"),
}
ITEM: Final[dict[str, str]] = {
    "staff_health": N_("Staff: checked before work, nobody ill, no open wounds on hands"),
    "hats_masks": N_("Hats and masks worn where they are required"),
    "pests": N_("No sign of rats, mice, cockroaches or other animals"),
    "cameras": N_("Kitchen cameras work and see the kitchen"),
    "deliveries": N_("Goods received: papers, dates and condition checked"),
    "storage": N_("Raw and cooked kept apart; fridges cold enough; nothing out of date"),
    "cooking": N_("Food cooked through; cooked food not left standing"),
    "dishes": N_("Tableware washed, disinfected and kept clean"),
    "samples": N_("Food samples kept where they are required"),
    "waste": N_("Waste bins covered and emptied; kitchen waste handed over"),
    "week_days": N_("Every day of the week was checked"),
    "week_problems": N_("Problems of the week put right, and their cause found"),
    "week_deadlines": N_("Rectification orders of the week met in time"),
    "week_cameras": N_("Cameras of the week: failures repaired"),
    "week_pest_control": N_("Traps, screens, drains and door gaps looked at"),
    "week_equipment": N_("Fridges, extraction and disinfection cabinets work; thermometers right"),
    "week_papers": N_("Suppliers' papers and staff health certificates still valid"),
    "week_training": N_("Staff told about this week's problems"),
    "month_weeks": N_("Every week of the month was checked"),
    "month_problems": N_("The weeks' problems heard, and what is done about them"),
    "month_deadlines": N_("Rectification orders of the month met in time"),
    "month_people": N_("Who does what is settled; new staff are trained"),
    "month_risks": N_("Risks of next month and how they are met"),
    "month_emergency": N_("What to do in an emergency is known and was gone through"),
}
DONE: Final = N_("The sheet is confirmed.")
ADDED: Final = N_("The addition is written down.")
CHECK: Final = N_("Not confirmed yet: see what is marked below.")
NEEDS_NAME: Final = N_("Write the name of the person who signs.")
NEEDS_TEXT: Final = N_("Write what is to be added, and your name.")
MEANWHILE: Final = N_("This sheet cannot be confirmed now; here is how it stands.")
NO_PDF: Final = N_("This server makes no PDF; print this page instead.")
