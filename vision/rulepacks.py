"""Rule packs: TOML files that say which rule holds in which zone, and on what ground."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from vision.alert import RulesRef, Unit
from vision.errors import ConfigError
from vision.names import RuleId, Severity, ZoneType
from vision.rules import RULES
from vision.strict import Strict
from vision.suspects import Timing

PACKS = Path(__file__).parent / "packs"
Seconds = Annotated[float, Field(gt=0, le=3600)]


class Words(Strict):
    """The same sentence in both languages."""

    zh: str
    en: str


class Citation(Strict):
    """The text a rule rests on; ``checked`` is whether the official text was compared."""

    source: str
    clause: str
    checked: bool


class RuleSetting(Strict):
    """One rule: where it holds, how long it must last, how severe it is."""

    id: RuleId
    zone_types: Annotated[tuple[ZoneType, ...], Field(min_length=1)]
    severity: Severity
    on_delay_s: Seconds
    off_delay_s: Seconds
    min_confidence: Unit = 0.0
    min_travel: Annotated[float, Field(ge=0, le=20)] = 0.0
    min_arrived_s: Annotated[float, Field(gt=0, le=60)] = 1.0
    text: Words
    citations: Annotated[tuple[Citation, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _supported(self) -> Self:
        if self.id not in RULES:
            raise ValueError(f"rule {self.id} is not supported yet, remove it from the pack")
        return self

    @property
    def timing(self) -> Timing:
        """When its episodes begin and end."""
        return Timing(
            on_delay_s=self.on_delay_s,
            off_delay_s=self.off_delay_s,
            drains_unseen=RULES[self.id].drains_unseen,
            min_travel=self.min_travel,
            min_arrived_s=self.min_arrived_s,
        )


class RulePack(Strict):
    """A versioned set of rules."""

    schema_: Annotated[Literal["brightkitchen.rules/1"], Field(alias="schema")]
    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+$")]
    title: Words
    rules: Annotated[tuple[RuleSetting, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_answer_a_zone(self) -> Self:
        seen = [(rule.id, zone_type) for rule in self.rules for zone_type in rule.zone_types]
        if len(set(seen)) != len(seen):
            raise ValueError("a rule is set twice for the same zone type")
        return self

    def rules_in(self, zone_type: ZoneType) -> Iterator[RuleSetting]:
        """The rules that hold in a zone of this type."""
        return (rule for rule in self.rules if zone_type in rule.zone_types)


class LoadedPack(Strict):
    """A pack and the hash of the very file it came from."""

    pack: RulePack
    sha256: str

    @property
    def ref(self) -> RulesRef:
        """How alerts name it."""
        return RulesRef(name=self.pack.name, version=self.pack.version, sha256=self.sha256)


def pack_names() -> list[str]:
    """The packs that ship with the project."""
    return sorted(path.stem for path in PACKS.glob("*.toml"))


def load_pack(name_or_path: str) -> LoadedPack:
    """Read a shipped pack by name, or a file by path; ConfigError says what is wrong in it."""
    path = PACKS / f"{name_or_path}.toml" if name_or_path in pack_names() else Path(name_or_path)
    try:
        content = path.read_bytes()
        pack = RulePack.model_validate(tomllib.loads(content.decode()))
    except (OSError, UnicodeDecodeError) as error:
        names = ", ".join(pack_names())
        message = f"no rule pack {name_or_path!r}: give one of {names}, or the path of a .toml file"
        raise ConfigError(message) from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigError(f"rule pack {path.name}: {first_complaint(error)}") from error
    return LoadedPack(pack=pack, sha256=hashlib.sha256(content).hexdigest())


def first_complaint(error: Exception) -> str:
    """One line out of a validation error: where, and what is wrong there."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]
