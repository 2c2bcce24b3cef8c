"""Templates, and what every one of them knows: language, theme, clock, person."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from api.accounts.schemas import SignedIn
from api.settings import Settings
from api.web import words
from api.web.language import TAGS, Clock, LanguageCode, clock_at, negotiate, translations
from api.web.navigation import bar_for, entries_for

TEMPLATES: Final = Path(__file__).parent / "templates"
STATIC_DIR: Final = Path(__file__).parent / "static"
LANGUAGE_COOKIE: Final = "brightkitchen_language"
THEME_COOKIE: Final = "brightkitchen_theme"
THEMES: Final = ("light", "dark")


@cache
def environment(code: LanguageCode) -> Environment:
    """Templates in one language; a name that a template does not know is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(translations(code), newstyle=True)  # type: ignore[attr-defined]
    shown = {name: getattr(words, name) for name in dir(words) if name.isupper()}
    made.globals.update(shown, static=static_url, bar_for=bar_for, entries_for=entries_for)
    return made


@cache
def static_url(name: str) -> str:
    """The address of a built file, with its hash: a new build is never taken from a cache."""
    digest = hashlib.sha256((STATIC_DIR / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


def language_of(request: Request) -> LanguageCode:
    """The language this person reads."""
    accepted = request.headers.get("accept-language", "")
    return negotiate(request.cookies.get(LANGUAGE_COOKIE), accepted)


def clock_of(request: Request) -> Clock:
    """Times as this page writes them."""
    settings: Settings = request.app.state.settings
    return clock_at(language_of(request), settings.time_zone)


def translate(request: Request, text: str) -> str:
    """One text in this person's language."""
    return translations(language_of(request)).gettext(text)


def render(
    request: Request,
    template: str,
    signed_in: SignedIn | None = None,
    status: int = 200,
    **context: Any,
) -> Response:
    """A page, or a part of one."""
    code = language_of(request)
    theme = request.cookies.get(THEME_COOKIE)
    known = {
        "lang": code,
        "tag": TAGS[code],
        "theme": theme if theme in THEMES else "",
        "clock": clock_of(request),
        "path": request.url.path,
        "here": here(request),
        "person": signed_in.person if signed_in else None,
        "csrf": signed_in.csrf_token if signed_in else "",
    }
    page = environment(code).get_template(template).render(known | context)
    headers = {"Vary": "Cookie, Accept-Language", "Content-Language": TAGS[code]}
    return HTMLResponse(page, status, headers=headers)


def here(request: Request) -> str:
    """Where a switch of language comes back to: this page, when it can be asked for again."""
    if request.method != "GET":
        return request.url.path
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query


def own_path(path: str) -> str:
    """``path`` when it leads into this site, else the first page."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if inside and path.isprintable() else "/"
