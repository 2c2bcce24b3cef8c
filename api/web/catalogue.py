"""Keeps the catalogues in step with the pages: ``python -m api.web.catalogue``.

Reads every text of the templates and of the Python here, updates both ``.po`` files, compiles them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from api.web.language import LOCALE_DIR, LOCALES, LanguageCode

HERE: Final = Path(__file__).parent
METHODS: Final = [("templates/**.html", "jinja2.ext.babel_extract"), ("**.py", "python")]
OPTIONS: Final = {"templates/**.html": {"trim_blocks": "true", "silent": "false"}}
KEYWORDS: Final = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def texts() -> Catalog:
    """Every text that a page can show, with where it stands."""
    found = Catalog(project="Bright Kitchen", charset="utf-8")
    parts = extract_from_dir(HERE, METHODS, options_map=OPTIONS, keywords=KEYWORDS)
    for name, line, message, comments, context in sorted(parts, key=lambda part: part[:2]):
        if "node_modules" not in name:
            found.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return found


def po_path(code: LanguageCode) -> Path:
    """Where a language's texts are kept."""
    return LOCALE_DIR / LOCALES[code] / "LC_MESSAGES" / "messages.po"


def read_catalogue(code: LanguageCode) -> Catalog:
    """One language's texts as they are written in the file."""
    with po_path(code).open("rb") as file:
        return read_po(file, locale=LOCALES[code])


def update(code: LanguageCode) -> None:
    """Bring one language up to date; in English a text that says itself is its own translation."""
    catalogue = read_catalogue(code)
    catalogue.update(texts(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    _keep_header_still(catalogue, code)
    for message in catalogue:
        if code == "en" and message.id and not _said(message.string):
            message.string = message.id
    with po_path(code).open("wb") as file:
        write_po(file, catalogue, width=96, sort_by_file=False, include_lineno=False)
    with po_path(code).with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def _keep_header_still(catalogue: Catalog, code: LanguageCode) -> None:
    """No clock and no blanks to fill in: the same texts give the same file."""
    catalogue.header_comment = f"# Bright Kitchen, {LOCALES[code]}. AGPL-3.0-or-later."
    catalogue.fuzzy = False
    catalogue.version = "1"
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 11, 24, tzinfo=UTC)
    catalogue.last_translator = catalogue.msgid_bugs_address = catalogue.language_team = "-"


def _said(string: object) -> bool:
    return any(string) if isinstance(string, tuple) else bool(string)


if __name__ == "__main__":
    for each in LOCALES:
        update(each)
