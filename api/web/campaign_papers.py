"""The summary of a campaign as a file: a table for Excel, CSV, or a paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from api.database import now
from api.inspections.campaign_schemas import CampaignSummary
from api.inspections.checklists import read_checklist
from api.inspections.schemas import VisitOut
from api.ledger.sheets import MEDIA_TYPE, Sheet, workbook
from api.stats.csv_text import as_csv
from api.web import visit_words
from api.web.language import TAGS, LanguageCode, clock_at, translations
from api.web.rendering import environment
from api.web.summary import NO_PDF
from api.web.words import N_
from vision.errors import NotFoundError

Form = Literal["csv", "xlsx", "pdf"]
MEDIA_TYPES: Final[dict[Form, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": MEDIA_TYPE,
    "pdf": "application/pdf",
}
VISITS: Final = (
    N_("Restaurant"),
    N_("Station"),
    N_("Static risk"),
    N_("State"),
    N_("Done"),
    N_("Inspector"),
    N_("Result"),
    N_("Met"),
    N_("Not met"),
    N_("N/A"),
    N_("Share met"),
    N_("Order issued"),
)
ITEMS: Final = (
    N_("Item"),
    N_("Key item"),
    N_("Met"),
    N_("Not met"),
    N_("N/A"),
    N_("Share met"),
)
VISITS_WIDE: Final = (32, 20, 9, 12, 16, 14, 12, 8, 8, 8, 10, 10)
ITEMS_WIDE: Final = (70, 10, 10, 10, 10, 12)


@dataclass(frozen=True, slots=True)
class File:
    """What is downloaded."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it: the language, and the zone of every time."""

    code: LanguageCode
    zone: str

    def say(self, text: str) -> str:
        """A text of the catalogue."""
        return translations(self.code).gettext(text)

    def stamp(self, at: datetime) -> str:
        """With its year."""
        return f"{at.astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M}"

    def plain(self, value: object) -> object:
        """The same, times as texts."""
        return self.stamp(value) if isinstance(value, datetime) else value

    def yes(self, flag: bool) -> str:
        """A word for it."""
        return self.say(N_("yes") if flag else N_("no"))


def campaign_paper(told: CampaignSummary, form: Form, code: LanguageCode, zone: str) -> File:
    """The summary in that form; NotFoundError for a PDF that this server cannot make."""
    reader = Reader(code, zone)
    if form == "csv":
        header = [reader.say(name) for name in VISITS]
        rows = ([reader.plain(cell) for cell in row] for row in _visit_rows(told, reader))
        content = as_csv(header, rows).encode()
    elif form == "xlsx":
        content = _workbook(told, reader)
    else:
        content = _pdf(told, reader)
    return File(content, MEDIA_TYPES[form])


def _visit_rows(told: CampaignSummary, reader: Reader) -> Iterable[list[object]]:
    for visit in told.visits:
        yield [
            visit.restaurant_name,
            visit.station_name,
            visit.risk,
            reader.say(visit_words.STATE[visit.state]),
            visit.finished_at,
            visit.inspector_name,
            *_result(visit, reader),
            reader.yes(visit.ordered) if visit.state == "done" else None,
        ]


def _result(visit: VisitOut, reader: Reader) -> list[object]:
    found = visit.result
    if found is None:
        return [None] * 5
    outcome = reader.say(visit_words.OUTCOME[found.outcome])
    return [outcome, found.met, found.not_met, found.not_applicable, found.share]


def _item_rows(told: CampaignSummary, reader: Reader) -> Iterable[list[object]]:
    checklist = read_checklist(told.campaign.checklist)
    for count in told.items:
        item = checklist.item(count.item)
        name = count.item if item is None else item.text.say(reader.code)
        figures = [count.met, count.not_met, count.not_applicable, count.share]
        yield [name, reader.yes(count.key), *figures]


def _workbook(told: CampaignSummary, reader: Reader) -> bytes:
    """Two sheets; what people typed is never taken for a formula."""
    campaign = told.campaign
    checklist = read_checklist(campaign.checklist).name.say(reader.code)
    notes = [f"{campaign.starts_on} – {campaign.ends_on} · {checklist} · {campaign.created_by}"]
    notes += [campaign.purpose] if campaign.purpose else []
    sheets = [
        Sheet(reader.say(name), campaign.name, notes, [reader.say(one) for one in head], *table)
        for name, head, table in (
            (N_("Visits"), VISITS, (_visit_rows(told, reader), VISITS_WIDE)),
            (N_("Items"), ITEMS, (_item_rows(told, reader), ITEMS_WIDE)),
        )
    ]
    return workbook(sheets, ZoneInfo(reader.zone))


def _pdf(told: CampaignSummary, reader: Reader) -> bytes:
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:  # OSError: Pango is not installed on the machine
        raise NotFoundError(NO_PDF) from error
    moment = now()
    checklist = read_checklist(told.campaign.checklist)
    page = (
        environment(reader.code)
        .get_template("campaign_paper.html")
        .render(
            told=told,
            campaign=told.campaign,
            checklist=checklist,
            items={item.id: item for item in checklist.items},
            code=reader.code,
            tag=TAGS[reader.code],
            clock=clock_at(reader.code, reader.zone, moment),
            stamp=reader.stamp,
            made_at=moment,
            zone=reader.zone,
            **{name: getattr(visit_words, name) for name in dir(visit_words) if name.isupper()},
        )
    )
    return bytes(HTML(string=page).write_pdf())
