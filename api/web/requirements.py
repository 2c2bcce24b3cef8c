"""What a rule asks for in a zone, in words, and the text it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from api.web.words import N_
from vision.alert import RulesRef
from vision.names import RULE_IDS, ZONE_TYPES, RuleId, ZoneType
from vision.rulepacks import Citation, RulePack, load_pack, pack_names

_HAT: Final[dict[ZoneType, str]] = {
    "specialised_room": N_("Work in the specialised room needs a hat that covers the hair."),
    "specialised_area": N_("Work in the specialised area needs a hat that covers the hair."),
    "cooking": N_("Cooking needs a hat that covers the hair."),
    "rough_processing": N_("Washing and cutting food needs a hat that covers the hair."),
    "dishwashing": N_("This pack asks for a hat in dishwashing; most texts do not."),
    "storage": N_("This pack asks for a hat when food is taken from storage."),
    "service": N_("Portioning and serving food needs a hat that covers the hair."),
    "passage": N_("This pack asks for a hat in the passage; most texts do not."),
    "ignore": N_("This zone is not judged; no hat is asked for here."),
}
_MASK: Final[dict[ZoneType, str]] = {
    "specialised_room": N_("In the specialised room a mask covers mouth and nose all the time."),
    "specialised_area": N_("In the specialised area a mask covers mouth and nose all the time."),
    "cooking": N_("This pack is strict: a mask at the stove too; the national text asks none."),
    "rough_processing": N_("This pack is strict: a mask in rough processing too."),
    "dishwashing": N_("This pack asks for a mask in dishwashing; most texts do not."),
    "storage": N_("This pack asks for a mask in storage; most texts do not."),
    "service": N_("Whoever touches food that is ready to eat wears a mask over mouth and nose."),
    "passage": N_("This pack asks for a mask in the passage; most texts do not."),
    "ignore": N_("This zone is not judged; no mask is asked for here."),
}
_PEST_PLACE: Final[dict[ZoneType, str]] = {
    "specialised_room": N_("No pests in the specialised room, at any hour."),
    "specialised_area": N_("No pests in the specialised area, at any hour."),
    "cooking": N_("No pests where food is cooked, at any hour."),
    "rough_processing": N_("No pests where food is washed and cut, at any hour."),
    "dishwashing": N_("No pests where dishes are washed and kept, at any hour."),
    "storage": N_("No pests in storage; at night nobody is there, so look twice."),
    "service": N_("No pests where food is portioned and served, at any hour."),
    "passage": N_("No pests in the passage; they enter the kitchen this way."),
    "ignore": N_("This zone is not judged."),
}
_ANYWHERE: Final[dict[RuleId, str]] = {
    "mask_worn_wrong": N_("A mask covers the nose as well as the mouth."),
    "animal": N_("No pets or other animals where food is kept or handled."),
    "person_out_of_hours": N_("Nobody is expected here outside the hours set for this zone."),
    "camera_offline": N_("No picture arrives. The time counts as unseen, not as a violation."),
    "camera_frozen": N_("The picture stands still. The time counts as unseen."),
    "camera_dark": N_("Too dark to judge. The time counts as unseen."),
    "camera_blurred": N_("Too blurred to judge. The time counts as unseen."),
    "camera_covered": N_("Something covers the camera. The time counts as unseen."),
    "camera_moved": N_("The camera was turned; its zones no longer fit."),
    "camera_overloaded": N_("The computer cannot keep up. The time counts as unseen."),
}
_SOURCE: Final[dict[str, str]] = {
    "福建 2021": N_("Fujian 2021"),
    "河南 2022": N_("Henan 2022"),
    "河北 2022": N_("Hebei 2022"),
}
_CLAUSE: Final[dict[str, str]] = {
    "从业人员个人卫生": N_("personal hygiene of staff"),
    "有害生物防制": N_("pest control"),
    "接触直接入口食品的人员": N_("staff who touch ready-to-eat food"),
}


def _text(rule: RuleId, zone_type: ZoneType) -> str:
    if rule == "missing_hat":
        return _HAT[zone_type]
    if rule == "missing_mask":
        return _MASK[zone_type]
    if rule in ("pest_rodent", "pest_cockroach", "pest_fly"):
        return _PEST_PLACE[zone_type]
    return _ANYWHERE[rule]


TEXT: Final[dict[tuple[RuleId, ZoneType], str]] = {
    (rule, zone_type): _text(rule, zone_type) for rule in RULE_IDS for zone_type in ZONE_TYPES
}


@dataclass(frozen=True)
class Requirement:
    """All msgids; ``citations`` is empty when the pack is not one that is installed here."""

    text: str
    note: str
    citations: tuple[tuple[str, str], ...]
    checked: bool
    on_delay_s: float | None


@cache
def _installed() -> dict[str, RulePack]:
    loaded = [load_pack(name) for name in pack_names()]
    return {item.sha256: item.pack for item in loaded}


def requirement(rule: RuleId, zone_type: ZoneType, rules: RulesRef) -> Requirement:
    """What ``rule`` asks in such a zone; the pack is known by its hash, never by its name."""
    pack = _installed().get(rules.sha256)
    found = [item for item in pack.rules_in(zone_type) if item.id == rule] if pack else []
    cited = found[0].citations if found else ()
    return Requirement(
        text=TEXT[rule, zone_type],
        note=_mask_note(rule, zone_type, pack),
        citations=tuple(_cite(item) for item in cited),
        checked=bool(cited) and all(item.checked for item in cited),
        on_delay_s=found[0].on_delay_s if found else None,
    )


def _cite(citation: Citation) -> tuple[str, str]:
    return (
        _SOURCE.get(citation.source, citation.source),
        _CLAUSE.get(citation.clause, citation.clause),
    )


def _mask_note(rule: RuleId, zone_type: ZoneType, pack: RulePack | None) -> str:
    """On a hat alert reviewers look at masks as well: say whether they matter here."""
    if rule != "missing_hat" or pack is None:
        return ""
    masks = [item for item in pack.rules if item.id == "missing_mask"]
    if not masks:
        return N_("This pack does not judge masks.")
    asked = any(zone_type in item.zone_types for item in masks)
    return "" if asked else N_("Masks: not required in this zone.")
