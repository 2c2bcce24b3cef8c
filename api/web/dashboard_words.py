"""What each figure is called and what exactly it counts; msgids here."""

from __future__ import annotations

from typing import Final

from api.web.words import N_

LABEL: Final[dict[str, str]] = {
    "visits": N_("Visits"),
    "restaurants_visited": N_("Restaurants visited"),
    "visits_not_met": N_("Visits with something not met"),
    "orders": N_("Rectification orders"),
    "orders_due": N_("Orders due"),
    "orders_on_time": N_("Orders met on time"),
    "on_time": N_("Rectified on time"),
    "cases_opened": N_("Cases opened"),
    "cases_closed": N_("Cases closed"),
    "alerts": N_("Alerts"),
    "upheld": N_("Upheld alerts"),
    "dismissed": N_("Dismissed alerts"),
    "open": N_("Alerts not decided"),
    "precision": N_("Alert precision"),
    "reported": N_("Reported by people"),
    "restaurants": N_("Restaurants in care"),
    "cameras": N_("Cameras in use"),
    "available": N_("Camera availability"),
}
DEFINITION: Final[dict[str, str]] = {
    "visits": N_(
        "Visits on site that were finished in the period, whatever led to them. Planned and "
        "cancelled ones do not count. Visits have no rule: by rule this is empty."
    ),
    "restaurants_visited": N_("Restaurants with at least one such visit; each counts once."),
    "visits_not_met": N_("Such visits on which at least one item of the checklist was not met."),
    "orders": N_("Rectification orders issued in the period. Withdrawn ones do not count."),
    "orders_due": N_(
        "Orders whose deadline, as last set, lay in the period and is over, or which were met "
        "before it. An order that another one replaced counts only if it had failed or was late."
    ),
    "orders_on_time": N_(
        "Of the orders due, those whose proof came no later than the deadline and which no "
        "look-back and no check on site found unmet afterwards."
    ),
    "on_time": N_("Orders met on time ÷ orders due, with its 95 % Wilson interval."),
    "cases_opened": N_("Cases opened in the period, without those that were withdrawn."),
    "cases_closed": N_("Cases that two people closed in the period."),
    "alerts": N_(
        "Alerts of cameras and of recorded footage that began in the period, decided or not."
    ),
    "upheld": N_("Of these, those that a person upheld and that still stand so."),
    "dismissed": N_("Of these, those that a person dismissed."),
    "open": N_("Of these, those that nobody decided yet; they count against nobody."),
    "precision": N_("Upheld ÷ (upheld + dismissed), with its 95 % Wilson interval."),
    "reported": N_("Alerts that people on patrol raised by eye; they are in no precision."),
    "restaurants": N_("Restaurants known at the end of the period."),
    "cameras": N_("Cameras in use now."),
    "available": N_(
        "Hours in which cameras could really be judged ÷ hours in which they were meant to be "
        "watched. A frozen, dark or covered picture is no hour."
    ),
}
NOWHERE: Final[dict[str, str]] = {
    "station": N_("without a station"),
    "district": N_("without a district"),
}
KIND: Final[dict[str, str]] = {
    "weekly": N_("Weekly report"),
    "monthly": N_("Monthly report"),
}
CITY: Final = N_("whole city")
SPAN: Final[dict[str, str]] = {
    "week": N_("Week"),
    "month": N_("Month"),
    "quarter": N_("Quarter"),
    "year": N_("Year"),
}
AGE: Final = (
    N_("under 10 min"),
    N_("10–30 min"),
    N_("30 min – 2 h"),
    N_("2–24 h"),
    N_("over a day"),
)
TABS: Final[tuple[tuple[str, str], ...]] = (
    ("/office", N_("Overview")),
    ("/office/ranking", N_("Ranking")),
    ("/ledger", N_("Ledger")),
    ("/reports", N_("Reports of the office")),
    ("/office/policy", N_("Policy of the office")),
)
