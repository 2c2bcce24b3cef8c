"""Several watches share cameras: each camera with one of them, evenly, and seldom moved."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from api.cameras.sharing import Share, Watch, share_of, units_of

CAMERAS = [f"c{number:02}" for number in range(24)]
WATCHES = ["a", "b", "c", "d"]
some_cameras = st.lists(st.sampled_from(CAMERAS), min_size=1, unique=True)
some_groups = st.lists(
    st.lists(st.sampled_from(CAMERAS), min_size=2, max_size=4, unique=True), max_size=4
)


@dataclass
class Table:
    """What the database knows, and how each watch that asks changes it."""

    groups: list[list[str]] = field(default_factory=list)
    wants: dict[str, frozenset[str]] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)

    def join(self, name: str, cameras: list[str] = CAMERAS, weight: int = 1) -> None:
        self.wants[name], self.weights[name] = frozenset(cameras), weight

    def die(self, name: str) -> None:
        del self.wants[name]
        self.holders = {c: holder for c, holder in self.holders.items() if holder != name}

    def ask(self, name: str) -> Share:
        loads = {one: sum(h == one for h in self.holders.values()) for one in self.wants}
        watches = [Watch(n, w, self.weights[n], loads[n]) for n, w in self.wants.items()]
        units = units_of(sorted(self.wants[name]), self.groups)
        share = share_of(name, watches, units, self.holders)
        self.holders = {c: h for c, h in self.holders.items() if h != name}
        assert not set(self.holders) & share.holds, "taken from another that is alive"
        self.holders |= dict.fromkeys(share.holds, name)
        return share

    def round(self) -> int:
        """Each asks once; how many cameras were given away."""
        return sum(len(self.ask(name).gives) for name in sorted(self.wants))

    def counts(self) -> list[int]:
        return sorted(sum(h == name for h in self.holders.values()) for name in self.wants)


def test_one_alone_has_all() -> None:
    table = Table()
    table.join("a")
    table.round()
    assert table.counts() == [24]


def test_a_second_one_gets_half_and_no_camera_moves_twice() -> None:
    table = Table()
    table.join("a")
    table.round()
    table.join("b")
    assert table.round() + table.round() == 12
    assert table.counts() == [12, 12] and table.round() == 0


def test_what_a_lost_one_had_is_with_the_others_after_each_has_asked_once() -> None:
    table = Table()
    for name in ("a", "b", "c"):
        table.join(name)
    for _ in range(3):
        table.round()
    kept = {c: h for c, h in table.holders.items() if h != "a"}
    table.die("a")
    table.round()
    assert table.counts() == [12, 12] and kept.items() <= table.holders.items()


def test_who_carries_twice_as_much_gets_twice_as_much() -> None:
    table = Table()
    table.join("a", weight=2)
    table.join("b", weight=1)
    for _ in range(3):
        table.round()
    assert table.counts() == [8, 16]


def test_only_who_can_reach_a_camera_gets_it() -> None:
    table = Table()
    table.join("a", CAMERAS[:6])
    table.join("b", CAMERAS[6:])
    table.round()
    assert {table.holders[camera] for camera in CAMERAS[:6]} == {"a"}
    assert table.counts() == [6, 18] and table.round() == 0


def test_cameras_that_belong_together_are_one_unit() -> None:
    groups = [["c01", "c02"], ["c02", "c03"], ["x", "c05"]]
    units = units_of(CAMERAS[:6], groups)
    assert units == [{"c00"}, {"c01", "c02", "c03"}, {"c04"}, {"c05"}]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Some watches with some cameras each, some of which belong together."""
    table = Table(groups=draw(some_groups))
    for name in draw(st.lists(st.sampled_from(WATCHES), min_size=1, unique=True)):
        table.join(name, draw(some_cameras), draw(st.integers(1, 3)))
    return table


@given(tables(), st.lists(st.sampled_from(WATCHES), max_size=8))
def test_after_each_has_asked_once_no_camera_that_one_of_them_can_take_is_without_one(
    table: Table, before: list[str]
) -> None:
    for name in before:
        if name in table.wants:
            table.ask(name)
    for name in list(table.wants)[1:]:
        table.die(name)
    table.round()
    (last,) = table.wants
    assert table.holders == dict.fromkeys(table.wants[last], last)


@given(tables())
def test_it_comes_to_rest(table: Table) -> None:
    moved = [table.round() for _ in range(60)]
    assert moved[-1] == 0
    before = dict(table.holders)
    table.round()
    assert table.holders == before


@given(st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_at_rest_nobody_has_more_than_one_too_many(weights: list[int]) -> None:
    table = Table()
    for name, weight in zip(WATCHES, weights, strict=False):
        table.join(name, weight=weight)
    for _ in range(20):
        table.round()
    loads = {n: sum(h == n for h in table.holders.values()) / table.weights[n] for n in table.wants}
    for name, weight in table.weights.items():
        assert loads[name] - min(loads.values()) <= 1 / min(weights) + 1e-9, (name, weight)


@given(some_groups, st.integers(1, 4))
def test_a_group_is_never_divided(groups: list[list[str]], count: int) -> None:
    table = Table(groups=groups)
    for name in WATCHES[:count]:
        table.join(name)
        table.round()
        for unit in units_of(CAMERAS, groups):
            assert len({table.holders.get(camera) for camera in unit}) == 1
