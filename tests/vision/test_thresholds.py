"""Thresholds set by people, and what a camera makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.alert import RulesRef
from vision.episodes import Episode
from vision.errors import ConfigError
from vision.names import RULE_IDS, RuleId
from vision.pipeline import Finding
from vision.rulepacks import load_pack
from vision.thresholds import Thresholds, digest, no_thresholds, read_thresholds, with_thresholds
from vision.zones import whole_picture

PACK = load_pack("strict")
sets = st.dictionaries(st.sampled_from(RULE_IDS), st.floats(0, 1), max_size=6)


def thresholds(version: int = 3, **by_rule: float) -> Thresholds:
    return Thresholds.model_validate(
        {"version": version, "by_rule": by_rule, "sha256": digest(version, by_rule)}  # type: ignore[arg-type]  # names are rule ids
    )


def finding(rule: RuleId, confidence: float) -> Finding:
    setting = next(item for item in PACK.pack.rules if item.id == rule)
    episode = Episode(0.0, 5.0, 1, confidence, (0.0, 0.0, 1.0, 1.0), 2.0, 1.0, ())
    return Finding(setting, whole_picture("cooking"), episode)


def test_an_episode_below_its_rules_threshold_raises_no_alert() -> None:
    rules = with_thresholds(PACK, thresholds(missing_hat=0.7))
    low, at, other = (
        finding("missing_hat", 0.69),
        finding("missing_hat", 0.7),
        finding("pest_rodent", 0.1),
    )
    assert rules.admitted([low, at, other]) == (at, other)


@given(sets, st.sampled_from(RULE_IDS), st.floats(0, 1))
def test_what_is_admitted_stays_admitted_when_the_model_is_surer(
    by_rule: dict[RuleId, float], rule: RuleId, confidence: float
) -> None:
    rules = with_thresholds(PACK, thresholds(1, **by_rule))
    if rules.admits(rule, confidence):
        assert rules.admits(rule, min(1.0, confidence + 0.1))
    assert rules.admits(rule, 1.0)


@given(st.integers(1, 10_000), sets, sets)
def test_different_sets_have_different_hashes_and_names(
    version: int, one: dict[RuleId, float], other: dict[RuleId, float]
) -> None:
    same = with_thresholds(PACK, thresholds(version, **one)).ref
    assert (digest(version, one) == digest(version, other)) is (one == other)
    assert same.sha256 == PACK.sha256
    assert RulesRef.model_validate(same.model_dump()) == same
    if one:
        assert same.version.startswith(f"{PACK.pack.version}+t{version}.")


def test_without_thresholds_the_rules_are_called_what_they_were() -> None:
    rules = with_thresholds(PACK, no_thresholds())
    assert rules.ref == PACK.ref
    assert rules.admits("missing_hat", 0.0)


def test_a_set_is_read_from_a_file_and_an_altered_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.json"
    whole = thresholds(missing_hat=0.7)
    path.write_text(whole.model_dump_json(), "utf-8")
    assert read_thresholds(path) == whole
    path.write_text(whole.model_dump_json().replace("0.7", "0.2"), "utf-8")
    with pytest.raises(ConfigError, match="does not fit"):
        read_thresholds(path)
    for text in ("{}", "not JSON", '{"version": -1, "by_rule": {}, "sha256": ""}'):
        path.write_text(text, "utf-8")
        with pytest.raises(ConfigError, match=r"thresholds\.json"):
            read_thresholds(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_thresholds(tmp_path / "absent.json")
