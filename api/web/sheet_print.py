"""The PDF of a self-control sheet."""

from __future__ import annotations

from api.sheets.schemas import SheetOut
from api.web import sheet_words
from api.web.language import TAGS, LanguageCode, clock_at
from api.web.portal_days import Days
from api.web.rendering import environment


def sheet_pdf(sheet: SheetOut, code: LanguageCode, zone: str) -> bytes | None:
    """A4 in that language; None on a server without WeasyPrint (extra ``reports``)."""
    clock = clock_at(code, zone)
    named = {name: getattr(sheet_words, name) for name in dir(sheet_words) if name.isupper()}
    page = environment(code).get_template("sheet_print.html")
    return paper(page.render(sheet=sheet, tag=TAGS[code], clock=clock, days=Days(clock), **named))


def paper(html: str) -> bytes | None:
    """A page on paper; nothing is fetched for it, pictures are in the page itself."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):  # OSError: Pango is not installed on the machine
        return None
    made = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=("data",)))
    return bytes(made.write_pdf())
