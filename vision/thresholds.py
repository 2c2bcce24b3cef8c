"""Thresholds that a supervisor set for a camera: below them an episode raises no alert.

They were calibrated on the confidence of whole episodes, so they are compared with that and
with nothing else. What an alert was raised under stands in its ``rules.version``: the pack's
own version, then ``+t``, the thresholds' version and the beginning of their hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, ValidationError, model_validator

from vision.alert import RulesRef, Sha256, Unit
from vision.errors import ConfigError
from vision.names import RuleId
from vision.pipeline import Finding
from vision.rulepacks import LoadedPack, first_complaint
from vision.strict import Strict

SHOWN: Final = 8


class Thresholds(Strict):
    """One camera's set; version 0 is the empty one that every camera begins with."""

    version: Annotated[int, Field(ge=0)]
    sha256: Sha256
    by_rule: dict[RuleId, Unit]

    @model_validator(mode="after")
    def _unaltered(self) -> Thresholds:
        if self.sha256 != digest(self.version, self.by_rule):
            raise ValueError("sha256 does not fit version and by_rule; fetch the thresholds again")
        return self


def digest(version: int, by_rule: Mapping[RuleId, float]) -> str:
    """The SHA-256 over the canonical JSON of a set."""
    content = {"by_rule": dict(sorted(by_rule.items())), "version": version}
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def no_thresholds() -> Thresholds:
    """The set of a camera for which nothing was decided yet."""
    return Thresholds(version=0, sha256=digest(0, {}), by_rule={})


@dataclass(frozen=True, slots=True)
class ThresholdedRules:
    """A rule pack and the thresholds it is applied with."""

    loaded: LoadedPack
    thresholds: Thresholds

    @property
    def ref(self) -> RulesRef:
        """How alerts name both: the pack's hash stays, so that its clauses are still found."""
        ref = self.loaded.ref
        if not self.thresholds.by_rule:
            return ref
        own = f"+t{self.thresholds.version}.{self.thresholds.sha256[:SHOWN]}"
        return RulesRef(name=ref.name, version=ref.version + own, sha256=ref.sha256)

    def admits(self, rule: RuleId, confidence: float) -> bool:
        """Whether an episode of that confidence raises an alert."""
        return confidence >= self.thresholds.by_rule.get(rule, 0.0)

    def admitted(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings that raise an alert, in their order."""
        return tuple(f for f in findings if self.admits(f.setting.id, f.episode.confidence))


def with_thresholds(rules: LoadedPack, thresholds: Thresholds) -> ThresholdedRules:
    """The rules as this camera applies them."""
    return ThresholdedRules(rules, thresholds)


def read_thresholds(path: Path) -> Thresholds:
    """A set as ``GET /api/v1/cameras/{id}/settings`` tells it under ``thresholds``."""
    try:
        return Thresholds.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); give a JSON file") from error
    except ValidationError as error:
        raise ConfigError(f"thresholds {path.name}: {first_complaint(error)}") from error
