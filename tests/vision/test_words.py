"""Everything that has a name in the code has one in Chinese and in English."""

from collections.abc import Mapping

import pytest

from vision.names import RULE_IDS, SEVERITIES, ZONE_TYPES
from vision.words import RULES, ZONES, Term
from vision.words import SEVERITIES as SEVERITY_WORDS


@pytest.mark.parametrize(
    ("names", "words"), [(RULE_IDS, RULES), (ZONE_TYPES, ZONES), (SEVERITIES, SEVERITY_WORDS)]
)
def test_each_name_has_both_words(names: tuple[str, ...], words: Mapping[str, Term]) -> None:
    assert set(names) == set(words)
    assert all(term.zh.strip() and term.en.strip() for term in words.values())


def test_no_two_rules_are_called_the_same() -> None:
    assert len({term.zh for term in RULES.values()}) == len(RULES)
