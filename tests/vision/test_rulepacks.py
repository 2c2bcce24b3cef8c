"""Rule packs say where a rule holds; a bad one is refused by the line that is wrong."""

from pathlib import Path

import pytest

from vision.errors import ConfigError
from vision.names import ZoneType
from vision.rulepacks import PACKS, load_pack, pack_names

GOOD = (PACKS / "strict.toml").read_text()


def rules_in(pack: str, zone_type: ZoneType) -> set[str]:
    return {rule.id for rule in load_pack(pack).pack.rules_in(zone_type)}


def test_the_three_packs_ship() -> None:
    assert pack_names() == ["gb31654", "hats-only", "strict"]


@pytest.mark.parametrize("name", pack_names())
def test_each_pack_is_called_as_its_file_and_cites_its_ground(name: str) -> None:
    pack = load_pack(name).pack
    assert pack.name == name
    assert all(rule.citations and rule.text.zh and rule.text.en for rule in pack.rules)


def test_the_national_standard_asks_for_masks_only_in_specialised_zones() -> None:
    assert "missing_mask" not in rules_in("gb31654", "cooking")
    assert "missing_mask" in rules_in("gb31654", "specialised_room")
    assert "missing_hat" in rules_in("gb31654", "cooking")


def test_strict_asks_for_masks_at_the_stove_too() -> None:
    assert {"missing_hat", "missing_mask"} <= rules_in("strict", "cooking")


def test_hats_only_asks_for_nothing_else() -> None:
    assert rules_in("hats-only", "specialised_room") == {"missing_hat"}


@pytest.mark.parametrize("name", pack_names())
def test_nothing_is_asked_in_a_zone_to_ignore(name: str) -> None:
    assert rules_in(name, "ignore") == set()


def test_the_hash_is_of_the_very_file(tmp_path: Path) -> None:
    same, other = tmp_path / "same.toml", tmp_path / "other.toml"
    same.write_text(GOOD)
    other.write_text(GOOD.replace("on_delay_s = 3.0", "on_delay_s = 4.0"))
    assert load_pack(str(same)).sha256 == load_pack("strict").sha256
    assert load_pack(str(other)).sha256 != load_pack("strict").sha256


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("on_delay_s = 3.0", "on_delay = 3.0", "on_delay"),
        ("on_delay_s = 3.0", "on_delay_s = -1", "rules.0.on_delay_s"),
        ('id = "missing_hat"', 'id = "missing_shoes"', "rules.0.id"),
        ('id = "missing_hat"', 'id = "pest_fly"', "pest_fly is not supported"),
        ('"cooking", ', '"kitchen", ', "rules.0.zone_types"),
        ('id = "missing_mask"', 'id = "missing_hat"', "twice"),
        ("schema", "schema =", "line"),
    ],
)
def test_a_bad_pack_is_named_by_what_is_wrong(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError, match=complaint):
        load_pack(str(path))


def test_an_unknown_pack_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"gb31654, hats-only, strict"):
        load_pack("no-such-pack")
