"""Checklists: versioned TOML files in both languages; a result names the version it is about."""

from __future__ import annotations

import hashlib
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vision.errors import ConfigError, NotFoundError
from vision.names import RuleId, ZoneType

FOLDER: Final = Path(__file__).parent / "checklists"
DEFAULT: Final = "catering"
RE_INSPECTION: Final = "spot_check"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]


class Both(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def say(self, code: str) -> str:
        """In that language."""
        return self.zh if code == "zh" else self.en


class Item(BaseModel):
    """One thing to check; a ``key`` item that is not met makes the whole result "not met".

    ``rules`` are those whose alerts speak of the same thing; ``action`` is what is usually ordered.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    section: Name
    key: bool = False
    rules: tuple[RuleId, ...] = ()
    zone_types: tuple[ZoneType, ...] = ()
    text: Both
    action: Both
    law: Both


class Base(BaseModel):
    """Another list that this one begins with, or some of its items."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    version: int
    items: tuple[Name, ...] | None = None


class Checklist(BaseModel):
    """A list as it is used; ``checked`` says whether its sources were compared with the gazette."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    version: Annotated[int, Field(ge=1)]
    name: Both
    checked: bool
    base: Base | None = None
    sections: dict[Name, Both]
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    @property
    def sha256(self) -> str:
        """Of the whole list, its base included."""
        told = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()

    def item(self, item_id: str) -> Item | None:
        """The item of that name."""
        return next((item for item in self.items if item.id == item_id), None)


@cache
def read_checklist(checklist_id: str, version: int | None = None) -> Checklist:
    """That version, or the newest; NotFoundError when there is none."""
    versions = _versions().get(checklist_id, ())
    wanted = version if version is not None else max(versions, default=None)
    if wanted not in versions:
        raise NotFoundError(f"there is no checklist {checklist_id}; take one of the list")
    return _whole(_read(FOLDER / f"{checklist_id}-{wanted}.toml"))


@cache
def newest_checklists() -> tuple[Checklist, ...]:
    """The newest version of each, the usual one first."""
    names = sorted(_versions(), key=lambda name: (name != DEFAULT, name))
    return tuple(read_checklist(name) for name in names)


@cache
def _versions() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        name, _, version = path.stem.rpartition("-")
        found[name] = (*found.get(name, ()), int(version))
    return found


def _read(path: Path) -> Checklist:
    try:
        read = Checklist.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigError(f"the checklist {path.name} cannot be used: {error}") from error
    if path.stem != f"{read.id}-{read.version}":
        raise ConfigError(f"the checklist {path.name} calls itself {read.id}-{read.version}")
    return read


def _whole(read: Checklist) -> Checklist:
    """With the items of its base before its own."""
    if read.base is None:
        return _checked(read)
    base = read_checklist(read.base.id, read.base.version)
    wanted = read.base.items
    taken = tuple(item for item in base.items if wanted is None or item.id in wanted)
    sections = {item.section: base.sections[item.section] for item in taken}
    return _checked(
        read.model_copy(
            update={"sections": sections | read.sections, "items": (*taken, *read.items)}
        )
    )


def _checked(whole: Checklist) -> Checklist:
    names = [item.id for item in whole.items]
    unknown = {item.section for item in whole.items} - set(whole.sections)
    if len(names) != len(set(names)) or unknown:
        raise ConfigError(f"the checklist {whole.id} names an item twice or an unknown section")
    return whole
