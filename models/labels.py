"""What a label means, and a labelled picture; pure, no picture is opened here.

Labels are partial: a set says what it knows and nothing else. ``None`` as hat or mask state means
"not labelled", which is never the same as "missing".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from vision.errors import ConfigError

CLASSES: Final = ("head", "rodent", "cockroach")
HAT_STATES: Final = ("worn", "missing")
MASK_STATES: Final = ("worn", "incorrect", "missing", "unseen")
HOLD_OUT_SHARE: Final = 0.18
SPLIT_SEED: Final = 170
VALIDATION: Final = Path(__file__).parent / "validation.tsv"

Xywh: TypeAlias = tuple[float, float, float, float]

_MASK_OF_SUFFIX: Final = {
    "mask": "worn",
    "nomask": "missing",
    "maskwrong": "incorrect",
    "faceunseen": "unseen",
}


@dataclass(frozen=True)
class Meaning:
    """What one class name of one set says; kind is a detector class or ``face``."""

    kind: str
    hat: str | None = None
    mask: str | None = None


@dataclass(frozen=True)
class Label:
    """One labelled box, centre x, centre y, width, height as shares of the picture."""

    meaning: Meaning
    xywh: Xywh


@dataclass(frozen=True)
class Picture:
    """One photograph with its labels; only the classes in ``complete`` are boxed exhaustively."""

    set_name: str
    path: Path
    group: str
    labels: tuple[Label, ...] = ()
    complete: frozenset[str] = field(default_factory=frozenset)
    validation: bool | None = None  # the side a data.yaml puts it on; None: the split decides

    @property
    def held_out(self) -> bool:
        """Whether the picture belongs to the validation side of the split."""
        if self.validation is not None:
            return self.validation
        return is_held_out(self.set_name, self.group)

    def with_labels(self, labels: Iterable[Label]) -> Picture:
        """The same picture with other labels."""
        return replace(self, labels=tuple(labels))


def _states() -> dict[str, Meaning]:
    return {
        f"{prefix}_{suffix}": Meaning("head", hat, mask)
        for prefix, hat in (("hat", "worn"), ("nohat", "missing"))
        for suffix, mask in _MASK_OF_SUFFIX.items()
    }


MEANINGS: Final[Mapping[str, Meaning]] = {
    **_states(),
    "head": Meaning("head"),
    "Safety Helmet": Meaning("head", hat="worn"),
    "No Safety Helmet": Meaning("head", hat="missing"),
    "with_mask": Meaning("face", mask="worn"),
    "without_mask": Meaning("face", mask="missing"),
    "with_incorrect_mask": Meaning("face", mask="incorrect"),
    "mask_weared_incorrect": Meaning("face", mask="incorrect"),
    "rat": Meaning("rodent"),
    "mouse": Meaning("rodent"),
    "rodent": Meaning("rodent"),
    "cockroach": Meaning("cockroach"),
    "Cockroach": Meaning("cockroach"),
    "cat": Meaning("cat"),  # no class of the detector: a picture of one is a negative
    "dog": Meaning("dog"),
}


def meaning_of(name: str) -> Meaning:
    """What a class name says, its case aside; ConfigError naming the known ones."""
    lower = name.strip().lower()
    for known, meaning in MEANINGS.items():
        if lower == known.lower():
            return meaning
    raise ConfigError(f"no class is called {name!r}; known are {', '.join(MEANINGS)}.")


@cache
def validation_groups() -> Mapping[str, frozenset[str]]:
    """The groups of each listed set that are kept for validation, fixed once and committed."""
    groups: dict[str, set[str]] = {}
    for line in VALIDATION.read_text(encoding="utf-8").splitlines()[1:]:
        set_name, group, _ = line.split("\t")
        groups.setdefault(set_name, set()).add(group)
    return {name: frozenset(some) for name, some in groups.items()}


def is_held_out(set_name: str, group: str) -> bool:
    """Whether a whole group is kept for validation: the committed list, a hash for other sets."""
    listed = validation_groups().get(set_name)
    return group in listed if listed is not None else falls_to_validation(set_name, group)


def falls_to_validation(set_name: str, group: str, *, seed: int = SPLIT_SEED) -> bool:
    """The rule the list was made by: a hash decides, so more data moves nothing."""
    digest = hashlib.sha256(f"{seed}/{set_name}/{group}".encode()).digest()
    return int.from_bytes(digest[:8]) < HOLD_OUT_SHARE * 2**64
