"""Signing in and out, and the switches of language and theme."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from api.accounts.sessions import close_session, open_session, refuse_cross_site, set_cookie
from api.deps import MaybeSignedInDep, SettingsDep, SignedInDep
from api.errors import SignInError, ThrottledError
from api.settings import Settings
from api.web.rendering import (
    LANGUAGE_COOKIE,
    THEME_COOKIE,
    THEMES,
    clock_of,
    own_path,
    render,
    translate,
)
from api.web.words import N_, ROLES_THAT_REVIEW

YEAR_S: Final = 365 * 24 * 3600
router = APIRouter(include_in_schema=False)


@router.get("/")
def first_page(found: MaybeSignedInDep) -> Response:
    """The review queue for those who review, a restaurant's score, the alerts for the others."""
    if found is None:
        return _see("/sign-in")
    if found.person.role == "restaurant":
        return _see("/score")
    return _see("/review" if found.person.role in ROLES_THAT_REVIEW else "/alerts")


@router.get("/sign-in")
def show_sign_in(request: Request, found: MaybeSignedInDep, next: str = "/") -> Response:
    """The sign-in form; whoever is signed in already goes on."""
    return _see(own_path(next)) if found else sign_in_form(request, own_path(next))


@router.post("/sign-in")
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Open a session and go on to where the person wanted to be."""
    refuse_cross_site(request)
    try:
        opened = open_session(request, name, password)
    except SignInError:
        notice = _notice(request, N_("Name or password is not right."), N_("Check both."))
        return sign_in_form(request, own_path(next), name, 401, notice)
    except ThrottledError as error:
        notice = _notice(request, N_("Too many attempts."), N_("Try again in %s."))
        notice["detail"] %= clock_of(request).duration(error.retry_after_s)
        return sign_in_form(request, own_path(next), name, 429, notice)
    answer = _see(own_path(next))
    set_cookie(request, answer, opened)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, found: SignedInDep) -> Response:
    """End the session."""
    answer = _see("/sign-in")
    close_session(request, answer, found)
    return answer


@router.post("/preferences")
def set_preferences(
    request: Request,
    settings: SettingsDep,
    language: Annotated[str, Form(max_length=5)] = "",
    theme: Annotated[str, Form(max_length=5)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Keep a choice of language or theme in this browser; it harms nobody, so no token."""
    refuse_cross_site(request)
    answer = _see(own_path(next))
    secure = settings.https or request.url.scheme == "https"
    for cookie, value, known in (
        (LANGUAGE_COOKIE, language, ("zh", "en")),
        (THEME_COOKIE, theme, THEMES),
    ):
        if value in known:
            answer.set_cookie(cookie, value, max_age=YEAR_S, samesite="lax", secure=secure)
    return answer


def _see(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303)


def _notice(request: Request, title: str, detail: str) -> dict[str, str]:
    return {
        "kind": "bad",
        "title": translate(request, title),
        "detail": translate(request, detail),
    }


def sign_in_form(
    request: Request,
    next_path: str,
    name: str = "",
    status: int = 200,
    notice: dict[str, str] | None = None,
) -> Response:
    """The form, with the way to the OpenID provider when there is one."""
    settings: Settings = request.app.state.settings
    label = settings.oidc_label if settings.oidc_issuer else None
    context: dict[str, Any] = {"next": next_path, "name": name, "notice": notice, "label": label}
    return render(request, "sign_in.html", None, status, **context)
