"""A report as a workbook and on paper, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.ledger.sheets import Sheet, workbook
from api.reports.schemas import ReportOut
from api.stats.figure_schemas import FigureItem, Figures, ShareOut
from api.stats.figures import UNPARTED
from api.web import dashboard_words as words
from api.web.case_matters import matter_of
from api.web.case_words import CASE_STATE
from api.web.language import TAGS, LanguageCode, translations
from api.web.ledger_paper import printed
from api.web.ledger_words import GENERATED
from api.web.rendering import environment
from api.web.words import N_

FIGURE: Final = N_("Figure")
PERIOD: Final = N_("This period")
BEFORE: Final = N_("Period before")
MEANING: Final = N_("Definition")
BY_RULE: Final = N_("By rule")
BY_STATION: Final = N_("By station")
HEAD: Final[dict[str, str]] = {"rule": N_("Rule"), "station": N_("Station")}


@dataclass(frozen=True, slots=True)
class ReportPaper:
    """A report, and for whom it reads."""

    report: ReportOut
    language: LanguageCode
    zone: ZoneInfo

    def say(self, text: str) -> str:
        """A text in the reader's language."""
        return translations(self.language).gettext(text)

    @property
    def title(self) -> str:
        """What it is, of where and when."""
        place = self.report.figures.place or self.say(words.CITY)
        days = f"{self.report.first_day} – {self.report.last_day}"
        return f"{self.say(words.KIND[self.report.kind])} · {place} · {days}"

    def stamp(self, at: datetime) -> str:
        """With its year."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def name(self, item: FigureItem, by: str) -> str:
        """What a group is called."""
        return matter_of(item.key, self.language) if by == "rule" else item.name

    @property
    def rows(self) -> list[tuple[str, object, object, str]]:
        """Each figure now and before, and its definition; shares as shares."""
        told = self.report.figures
        found = [
            (
                self.say(words.LABEL[name]),
                _value(told.total, name),
                _value(told.before, name),
                self.say(words.DEFINITION[name]),
            )
            for name in Figures.model_fields
        ]
        name = "available"
        label, meaning = self.say(words.LABEL[name]), self.say(words.DEFINITION[name])
        return [*found, (label, told.available, told.available_before, meaning)]


def _value(figures: Figures, name: str) -> object:
    value = getattr(figures, name)
    return value.value if isinstance(value, ShareOut) else value


def shown(value: object) -> str:
    """A figure in print."""
    if value is None:
        return "—"
    return f"{value * 100:.1f} %" if isinstance(value, float) else str(value)


def report_workbook(paper: ReportPaper) -> bytes:
    """Three sheets: figures with definitions, by rule, by station."""
    notes = [GENERATED] if paper.report.figures.generated else []
    said = [paper.say(text) for text in notes]
    head = [paper.say(text) for text in (FIGURE, PERIOD, BEFORE, MEANING)]
    title = paper.title
    sheets = [Sheet(paper.say(FIGURE), title, said, head, paper.rows, (24, 14, 14, 42))]
    told = paper.report.figures
    for name, by, items in (
        (BY_RULE, "rule", told.by_rule),
        (BY_STATION, "station", told.by_station),
    ):
        sheets.append(_parted(paper, paper.say(name), by, items))
    return workbook(sheets, paper.zone)


def _parted(paper: ReportPaper, name: str, by: str, items: list[FigureItem]) -> Sheet:
    unparted = UNPARTED["rule"] if by == "rule" else ()
    columns = [name for name in Figures.model_fields if name not in unparted]
    head = [paper.say(HEAD[by]), *(paper.say(words.LABEL[column]) for column in columns)]
    rows = [
        [paper.name(item, by), *(_value(item.figures, column) for column in columns)]
        for item in items
    ]
    return Sheet(name, f"{paper.title} · {name}", [], head, rows, [30, *[13] * len(columns)])


def report_pdf(paper: ReportPaper) -> bytes:
    """The paper; NotFoundError where the server cannot make one."""
    return printed(report_page(paper))


def report_page(paper: ReportPaper) -> str:
    """The page that is printed."""
    known: dict[str, Any] = {"LABEL": words.LABEL, "CASE_STATE": CASE_STATE, "shown": shown}
    template = environment(paper.language).get_template("report_paper.html")
    return template.render(
        paper=paper, told=paper.report.figures, tag=TAGS[paper.language], **known
    )
