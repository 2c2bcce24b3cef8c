"""What a verdict teaches: which boxes a picture has, or that it has none. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from api.evidence.heads import Seen
from models.export_dataset import SetName
from vision.alert import Box

PEST_OF: Final[Mapping[str, str]] = {"pest_rodent": "rodent", "pest_cockroach": "cockroach"}
PESTS: Final = frozenset({"rodent", "cockroach"})
HEAD_RULES: Final = frozenset({"missing_hat", "missing_mask", "mask_worn_wrong"})
NAMED: Final = frozenset({"rodent", "cockroach", "cat", "dog"})
MASK_NAME: Final = {"missing_mask": "nomask", "mask_worn_wrong": "maskwrong"}
HAT_NAME: Final = {"worn": "hat", "missing": "nohat"}
SAME_THING: Final = 0.5

Labelled = tuple[tuple[str, Box], ...]
Skipped = Literal[
    "other verdict", "no boxes of heads", "unclear what it was instead", "other pests unjudged"
]


@dataclass(frozen=True, slots=True)
class Judged:
    """A settled alert: its box, and what the reviewer put right."""

    rule: str
    status: str
    reason: str | None
    box: Box
    corrected: Box | None = None
    corrected_class: str | None = None


def lesson(judged: Judged, seen: Sequence[Seen] | None) -> tuple[SetName, Labelled] | Skipped:
    """The set and the boxes of the alert's best picture, or why it teaches nothing.

    ``seen`` is what the model found in that picture, None when nobody looked. Only "wrong object"
    says something about the picture; the other reasons to dismiss are about the rule.
    """
    wrong = judged.status == "dismissed" and judged.reason == "wrong_object"
    if judged.status != "upheld" and not wrong:
        return "other verdict"
    if judged.rule in PEST_OF:
        found = _wrong_pest(judged, seen) if wrong else _pests(judged, seen)
        return found if isinstance(found, str) else ("verdict-pests", found)
    if judged.rule in HEAD_RULES:
        heads = _heads(judged, seen, wrong)
        return heads if isinstance(heads, str) else ("verdict-heads", heads)
    return "other verdict"


def _pests(judged: Judged, seen: Sequence[Seen] | None) -> Labelled | Skipped:
    """The pest that was upheld, where the reviewer says it is, and others of its kind."""
    kind = judged.corrected_class or PEST_OF[judged.rule]
    if kind not in NAMED:
        return "unclear what it was instead"
    mine = judged.corrected or judged.box
    others = [one for one in seen or () if one.kind in PESTS and not _subject(one, judged)]
    if any(one.kind != kind for one in others):
        return "other pests unjudged"
    return ((kind, mine), *((one.kind, one.box) for one in others))


def _wrong_pest(judged: Judged, seen: Sequence[Seen] | None) -> Labelled | Skipped:
    """A hard negative, or what the reviewer says that it was."""
    if any(one.kind in PESTS and not _subject(one, judged) for one in seen or ()):
        return "other pests unjudged"
    if judged.corrected_class in NAMED:
        return ((judged.corrected_class or "", judged.corrected or judged.box),)
    return ()


def _heads(judged: Judged, seen: Sequence[Seen] | None, wrong: bool) -> Labelled | Skipped:
    """Every head that the model found; the judged one with the state that was upheld."""
    if seen is None:
        return "no boxes of heads"
    found = [one for one in seen if one.kind == "head"]
    others = tuple(("head", one.box) for one in found if not _subject(one, judged))
    if wrong and judged.corrected_class is None:
        return "unclear what it was instead"
    if judged.corrected_class not in (None, "head"):
        return others
    subject = next((one for one in found if _subject(one, judged)), None)
    name = "head" if wrong else _state_name(judged.rule, subject)
    return ((name, judged.corrected or judged.box), *others)


def _state_name(rule: str, subject: Seen | None) -> str:
    """The upheld state; beside a mask the hat's state is the model's own, where it had one."""
    if rule == "missing_hat":
        return "No Safety Helmet"
    hat = HAT_NAME.get(subject.hat if subject and subject.hat else "")
    return f"{hat}_{MASK_NAME[rule]}" if hat else "head"


def _subject(one: Seen, judged: Judged) -> bool:
    """Whether it is what the alert is about."""
    return one.subject or overlap(one.box, judged.box) >= SAME_THING


def overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    if across <= 0 or down <= 0:
        return 0.0
    both = across * down
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)
