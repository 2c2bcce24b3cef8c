import pytest

from tests.factories import make_detections
from vision.detections import HatState, MaskState
from vision.rules import RULES, sightings
from vision.suspects import Verdict

HEAD = (10, 10, 50, 60)


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (HatState.MISSING, "violates"),
        (HatState.WORN, "complies"),
        (HatState.UNCLEAR, "unclear"),
    ],
)
def test_a_bare_head_violates_and_an_unclear_one_says_nothing(
    state: HatState, verdict: Verdict
) -> None:
    (sighting,) = sightings(RULES["missing_hat"], make_detections(HEAD, hat=state))
    assert sighting.verdict == verdict


@pytest.mark.parametrize(
    ("state", "missing", "worn_wrong"),
    [
        (MaskState.MISSING, "violates", "unclear"),
        (MaskState.INCORRECT, "unclear", "violates"),
        (MaskState.WORN, "complies", "complies"),
        (MaskState.UNCLEAR, "unclear", "unclear"),
    ],
)
def test_a_mask_is_missing_or_worn_wrong_but_never_both(
    state: MaskState, missing: Verdict, worn_wrong: Verdict
) -> None:
    heads = make_detections(HEAD, mask=state)
    assert [s.verdict for s in sightings(RULES["missing_mask"], heads)] == [missing]
    assert [s.verdict for s in sightings(RULES["mask_worn_wrong"], heads)] == [worn_wrong]


def test_a_rat_is_no_head_and_a_head_is_no_rat() -> None:
    rat = make_detections(HEAD, kind="rodent")
    assert [s.verdict for s in sightings(RULES["pest_rodent"], rat)] == ["violates"]
    assert sightings(RULES["missing_hat"], rat) == []
    assert sightings(RULES["pest_rodent"], make_detections(HEAD)) == []


def test_a_pet_is_an_animal_and_never_a_pest() -> None:
    cat = make_detections(HEAD, kind="cat")
    assert sightings(RULES["pest_rodent"], cat) == []
    assert len(sightings(RULES["animal"], cat)) == 1


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_an_empty_frame_holds_no_sightings(rule: object) -> None:
    assert [sightings(r, make_detections()) for r in RULES.values() if r is rule] == [[]]
