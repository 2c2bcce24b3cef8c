"""Words of the ledger and of its exports; msgids here."""

from __future__ import annotations

from typing import Final

from api.ledger.schemas import Dated, Outcome, Source
from api.web.words import N_

DATED: Final[dict[Dated, str]] = {
    "opened": N_("opened in these days"),
    "order": N_("order issued in these days"),
    "due": N_("order due in these days"),
    "closed": N_("closed in these days"),
}
SOURCE: Final[dict[Source, str]] = {
    "alert": N_("from an alert"),
    "visit": N_("from a visit"),
    "hand": N_("opened by hand"),
}
OUTCOME: Final[dict[Outcome, str]] = {
    "on_time": N_("met on time"),
    "late": N_("late"),
    "failed": N_("found unmet"),
    "running": N_("deadline runs"),
    "none": N_("no order"),
}
OUTCOME_LOOK: Final[dict[Outcome, str]] = {
    "on_time": "ok",
    "late": "bad",
    "failed": "bad",
    "running": "",
    "none": "",
}
VISIT_KIND: Final[dict[str, str]] = {
    "routine": N_("routine"),
    "complaint": N_("complaint"),
    "campaign": N_("campaign"),
    "case": N_("check of a case"),
}
VISIT_OUTCOME: Final[dict[str, str]] = {
    "met": N_("all met"),
    "partly": N_("partly met"),
    "not_met": N_("not met"),
}
HEAD: Final[dict[str, str]] = {
    "number": N_("Case"),
    "picture": N_("Picture"),
    "restaurant_name": N_("Restaurant"),
    "station_name": N_("Station"),
    "district_name": N_("District"),
    "rule": N_("Matter"),
    "zone_type": N_("Zone"),
    "severity": N_("Severity"),
    "source": N_("Origin"),
    "opened_at": N_("Opened"),
    "state": N_("State"),
    "overdue": N_("Overdue"),
    "order_number": N_("Order"),
    "ordered_at": N_("Issued"),
    "order_due_at": N_("Deadline"),
    "met_at": N_("Proof given"),
    "outcome": N_("Order met"),
    "closed_at": N_("Closed at"),
    "signers": N_("Signed by"),
    "alerts": N_("Upheld alerts"),
}
WIDTH: Final[dict[str, int]] = {
    "number": 15,
    "picture": 26,
    "restaurant_name": 24,
    "station_name": 16,
    "district_name": 14,
    "rule": 14,
    "zone_type": 12,
    "severity": 10,
    "source": 11,
    "opened_at": 16,
    "state": 16,
    "overdue": 7,
    "order_number": 15,
    "ordered_at": 16,
    "order_due_at": 16,
    "met_at": 16,
    "outcome": 12,
    "closed_at": 16,
    "signers": 14,
    "alerts": 7,
}
TITLE: Final = N_("Supervision ledger")
BLURRED: Final = N_("Pictures are blurred copies: nobody shall be recognised in them.")
MADE: Final = N_("%(count)s lines, made %(time)s (%(zone)s) for %(name)s")
PERIOD: Final = N_("%(first)s to %(last)s, %(by)s")
ALL_TIME: Final = N_("all time")
GENERATED: Final = N_("Generated records are among these figures: they are no real ones.")
