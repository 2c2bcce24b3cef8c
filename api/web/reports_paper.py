"""A report as a workbook and on paper, in one language."""

from __future__ import annotations

from collections.abc import Iterator
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
INTERVAL: Final = N_("95 %% interval")
MEANING: Final = N_("Definition")
BY_RULE: Final = N_("By rule")
BY_STATION: Final = N_("By station")
SHARES: Final = ("on_time", "precision")
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

    @property
    def notes(self) -> list[str]:
        """What stands above each table."""
        return [self.say(GENERATED)] if self.report.figures.generated else []

    @property
    def between(self) -> str:
        """The head of the intervals' column."""
        return self.say(INTERVAL) % ()

    def name(self, item: FigureItem, by: str) -> str:
        """What a group is called."""
        return matter_of(item.key, self.language) if by == "rule" else item.name

    @property
    def rows(self) -> list[tuple[str, object, str, object, str]]:
        """Each figure, its interval, the figure before, and its definition; shares as shares."""
        told = self.report.figures
        found = [
            (
                self.say(words.LABEL[name]),
                _value(told.total, name),
                interval(getattr(told.total, name)),
                _value(told.before, name),
                self.say(words.DEFINITION[name]),
            )
            for name in Figures.model_fields
        ]
        name = "available"
        label, meaning = self.say(words.LABEL[name]), self.say(words.DEFINITION[name])
        return [*found, (label, told.available, "", told.available_before, meaning)]


def _value(figures: Figures, name: str) -> object:
    value = getattr(figures, name)
    return value.value if isinstance(value, ShareOut) else value


def interval(value: object) -> str:
    """Within which a share lies; empty for what is none."""
    return f"{shown(value.low)} – {shown(value.high)}" if isinstance(value, ShareOut) else ""


def shown(value: object) -> str:
    """A figure in print."""
    if value is None:
        return "—"
    return f"{value * 100:.1f} %" if isinstance(value, float) else str(value)


def report_workbook(paper: ReportPaper) -> bytes:
    """Three sheets: figures with definitions, by rule, by station."""
    told = paper.report.figures
    name = paper.say(FIGURE)
    head = [name, paper.say(PERIOD), paper.between, paper.say(BEFORE), paper.say(MEANING)]
    sheets = [
        Sheet(name, paper.title, paper.notes, head, paper.rows, (31, 14, 18, 14, 80)),
        _parted(paper, paper.say(BY_RULE), "rule", told.by_rule),
        _parted(paper, paper.say(BY_STATION), "station", told.by_station),
    ]
    return workbook(sheets, paper.zone)


def _parted(paper: ReportPaper, name: str, by: str, items: list[FigureItem]) -> Sheet:
    unparted = UNPARTED["rule"] if by == "rule" else ()
    columns = [name for name in Figures.model_fields if name not in unparted]
    head, widths = [paper.say(HEAD[by])], [28]
    for column in columns:
        share = column in SHARES
        head += [paper.say(words.LABEL[column]), *([paper.between] if share else [])]
        widths += [12, 18] if share else [12]
    rows = [[paper.name(item, by), *_cells(item.figures, columns)] for item in items]
    return Sheet(name, f"{paper.title} · {name}", paper.notes, head, rows, widths)


def _cells(figures: Figures, columns: list[str]) -> Iterator[object]:
    for column in columns:
        yield _value(figures, column)
        if column in SHARES:
            yield interval(getattr(figures, column))


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
