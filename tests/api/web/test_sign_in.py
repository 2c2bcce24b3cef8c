"""Signing in, from the form to the first page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.web.kitchens import PASSWORD, Kitchen, open_kitchen


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Name or password is not right."), ("zh-CN", "姓名或密码不对。")]
)
def test_a_wrong_password_is_told_in_the_readers_language(
    kitchen: Kitchen, language: str, words: str
) -> None:
    visitor = kitchen.browser(language=language)
    answer = visitor.post("/sign-in", data={"name": "Pat", "password": "wrong"})
    assert answer.status_code == 401
    assert words in answer.text
    assert 'value="Pat"' in answer.text
    assert "wrong" not in answer.text


def test_an_unknown_name_gets_the_same_answer_as_a_wrong_password(kitchen: Kitchen) -> None:
    visitor = kitchen.browser()
    known = visitor.post("/sign-in", data={"name": "Pat", "password": "wrong"})
    unknown = visitor.post("/sign-in", data={"name": "Nobody", "password": "wrong"})
    assert known.text.replace("Pat", "") == unknown.text.replace("Nobody", "")


def test_too_many_attempts_are_told_with_the_time_to_wait(tmp_path: Path) -> None:
    kitchen = open_kitchen(tmp_path, sign_in_attempts=1, sign_in_window_s=300)
    visitor = kitchen.browser(language="zh")
    visitor.post("/sign-in", data={"name": "Pat", "password": "wrong"})
    answer = visitor.post("/sign-in", data={"name": "Pat", "password": "wrong"})
    assert answer.status_code == 429
    assert "尝试次数过多。" in answer.text and "5 分 00 秒" in answer.text
    kitchen.database.close()


@pytest.mark.parametrize(
    ("role", "first"), [("patrol", "/review"), ("admin", "/review"), ("inspector", "/alerts")]
)
def test_the_first_page_is_where_the_role_works(kitchen: Kitchen, role: str, first: str) -> None:
    kitchen.add_person("Somebody", role)
    assert kitchen.browser("Somebody").get("/").url.path == first


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(kitchen: Kitchen) -> None:
    visitor = kitchen.browser()
    asked = visitor.get("/alerts?rule=animal", headers={"Accept": "text/html"})
    assert asked.url.path == "/sign-in"
    form = {"name": "Pat", "password": PASSWORD, "next": "/alerts?rule=animal"}
    assert str(visitor.post("/sign-in", data=form).url).endswith("/alerts?rule=animal")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil", "x"])
def test_signing_in_never_leads_to_another_site(kitchen: Kitchen, elsewhere: str) -> None:
    form = {"name": "Pat", "password": PASSWORD, "next": elsewhere}
    answer = kitchen.browser().post("/sign-in", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_another_sites_form_is_refused(kitchen: Kitchen) -> None:
    form = {"name": "Pat", "password": PASSWORD}
    answer = kitchen.browser().post(
        "/sign-in", data=form, headers={"Sec-Fetch-Site": "cross-site"}, follow_redirects=False
    )
    assert answer.status_code == 403


def test_signing_out_ends_the_session_and_needs_the_pages_token(kitchen: Kitchen) -> None:
    pat = kitchen.browser("Pat")
    assert pat.post("/sign-out", follow_redirects=False).status_code == 403
    token = pat.get("/api/v1/sessions/current").json()["csrf_token"]
    assert pat.post("/sign-out", data={"csrf_token": token}).url.path == "/sign-in"
    assert pat.get("/review", headers={"Accept": "text/html"}).url.path == "/sign-in"


def test_language_and_theme_are_kept_in_cookies(kitchen: Kitchen) -> None:
    visitor = kitchen.browser(language="en")
    visitor.post("/preferences", data={"language": "zh", "next": "/sign-in"})
    visitor.post("/preferences", data={"theme": "dark", "next": "/sign-in"})
    page = visitor.get("/sign-in").text
    assert '<html lang="zh-CN" data-theme="dark">' in page
    visitor.post("/preferences", data={"theme": '"><script>', "language": "xx"})
    assert visitor.get("/sign-in").text == page
