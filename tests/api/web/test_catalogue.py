"""Both languages are complete, and the compiled files are what the sources say."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from babel.messages.mofile import write_mo

from api.web.catalogue import po_path, read_catalogue, texts
from api.web.language import LanguageCode

PLACES = re.compile(r"%\(\w+\)s|%s|\{\w+\}")


def told(string: object) -> tuple[str, ...]:
    """A message's texts: several for plurals."""
    return tuple(string) if isinstance(string, (tuple, list)) else (str(string or ""),)


@pytest.mark.parametrize("code", ["zh", "en"])
def test_every_text_of_the_pages_is_written_in_this_language(code: LanguageCode) -> None:
    catalogue = read_catalogue(code)
    asked = {message.id for message in texts() if message.id}
    kept = {message.id for message in catalogue if message.id}
    assert kept == asked, "run python -m api.web.catalogue"
    for message in catalogue:
        if message.id:
            assert all(told(message.string)) and not message.fuzzy, message.id


@pytest.mark.parametrize("code", ["zh", "en"])
def test_a_translation_keeps_the_places_that_are_filled_in(code: LanguageCode) -> None:
    for message in read_catalogue(code):
        for string in told(message.string) if message.id else ():
            assert set(PLACES.findall(string)) == set(PLACES.findall(told(message.id)[0]))


def test_chinese_has_its_own_punctuation_and_a_space_before_figures() -> None:
    for message in read_catalogue("zh"):
        for string in told(message.string) if message.id else ():
            assert re.search(r"[\u4e00-\u9fff；：（、]", string), message.id
            assert not re.search(r"[\u4e00-\u9fff][,.:;!?](?!\w)", string), string
            assert not re.search(r"[\u4e00-\u9fff]\d|\d[\u4e00-\u9fff]", string), string


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_compiled_catalogue_is_up_to_date(code: LanguageCode) -> None:
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(code))
    assert po_path(code).with_suffix(".mo").read_bytes() == compiled.getvalue()
