"""What a checked table would change: nothing here touches the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from api.imports.columns import OF_CAMERA, OF_RESTAURANT, Column
from api.imports.problems import Problem
from api.imports.rows import Entry
from api.web import import_words as why

Outcome = Literal["created", "changed", "linked", "unchanged"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
PlaceKey = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class KnownThing:
    """A restaurant at its station (``within``), or a camera in its restaurant, that is there."""

    id: str
    number: str | None
    within: str | None
    fields: Mapping[Column, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What the database holds; ``stations`` gives each one's district."""

    restaurants: tuple[KnownThing, ...] = ()
    cameras: tuple[KnownThing, ...] = ()
    stations: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(eq=False)
class Thing:
    """A restaurant or a camera that the table names, with what it says about it."""

    line: str
    number: str | None
    known: KnownThing | None = None
    parent: Thing | None = None
    fields: dict[Column, str] = field(default_factory=dict)
    said_in: dict[Column, str] = field(default_factory=dict)
    defined_in: str | None = None

    @property
    def changes(self) -> dict[Column, str]:
        """The fields that are not as they are there already."""
        before = self.known.fields if self.known else {}
        return {name: value for name, value in self.fields.items() if before.get(name) != value}

    @property
    def outcome(self) -> Outcome:
        """What becomes of it."""
        if self.known is None:
            return "created"
        if self.number is not None and self.known.number is None:
            return "linked"
        return "changed" if self.changes else "unchanged"


@dataclass(frozen=True, slots=True)
class Placed:
    """Which things one line of the table is about."""

    line: str
    restaurant: Thing
    camera: Thing | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything to be done, or what hinders it."""

    restaurants: tuple[Thing, ...]
    cameras: tuple[Thing, ...]
    stations: Mapping[str, str | None]
    placed: tuple[Placed, ...]
    problems: tuple[Problem, ...]


def plan(entries: Iterable[Entry], known: Known) -> Plan:
    """What these lines mean for what is there; lines with numbers first, since they name best."""
    planner = _Planner(known)
    told = sorted(enumerate(entries), key=_clearest)
    placed = [(place, planner.place(entry)) for place, entry in told]
    lines = [line for _, line in sorted(placed, key=lambda one: one[0]) if line]
    return Plan(
        tuple(planner.restaurants),
        tuple(planner.cameras),
        planner.new_stations,
        tuple(lines),
        tuple(planner.problems),
    )


def _clearest(one: tuple[int, Entry]) -> tuple[bool, bool, int]:
    place, entry = one
    return entry.get("number") is None, entry.get("name") is None, place


class _Planner:
    """Finds for each line the restaurant and the camera it means."""

    def __init__(self, known: Known) -> None:
        self.restaurants: list[Thing] = []
        self.cameras: list[Thing] = []
        self.new_stations: dict[str, str | None] = {}
        self.problems: list[Problem] = []
        self._known = known
        self._numbers: dict[str, Thing] = {}
        self._camera_numbers: dict[str, Thing] = {}
        self._named: defaultdict[str, list[Thing]] = defaultdict(list)
        self._camera_named: dict[tuple[int, str], Thing] = {}
        self._said_stations: dict[str, str] = {}
        self._by_number = {one.number: one for one in known.restaurants if one.number}
        self._by_name: defaultdict[str, list[KnownThing]] = defaultdict(list)
        for one in known.restaurants:
            self._by_name[one.fields["name"]].append(one)
        self._camera_by_number = {one.number: one for one in known.cameras if one.number}
        self._cameras_at: defaultdict[PlaceKey, list[KnownThing]] = defaultdict(list)
        for one in known.cameras:
            self._cameras_at[one.fields["camera"], one.within].append(one)

    def place(self, entry: Entry) -> Placed | None:
        """The line's things; what is wrong is noted."""
        self._note_station(entry)
        restaurant = self._restaurant(entry)
        if restaurant is None:
            return None
        self._merge(restaurant, entry, (*OF_RESTAURANT, "station"))
        if not entry.has_camera:
            if restaurant.defined_in is not None:
                self._wrong(entry, "name", why.TWICE, line=restaurant.defined_in)
            restaurant.defined_in = entry.line
            return Placed(entry.line, restaurant, None)
        camera = self._camera(entry, restaurant)
        if camera is not None:
            self._merge(camera, entry, OF_CAMERA)
        return Placed(entry.line, restaurant, camera)

    def _wrong(self, entry: Entry, column: Column, text: str, **given: str) -> None:
        self.problems.append(Problem(entry.line, column, text, given))

    def _note_station(self, entry: Entry) -> None:
        station, district = entry.get("station"), entry.get("district")
        if station is None:
            return
        lies_in = self._known.stations.get(station, self.new_stations.get(station))
        if district and lies_in and lies_in != district:
            self._wrong(entry, "station", why.OTHER_DISTRICT, value=station, other=lies_in)
        elif station not in self._known.stations or (district and lies_in is None):
            self.new_stations[station] = district or lies_in

    def _restaurant(self, entry: Entry) -> Thing | None:
        number = entry.get("number")
        if number is None:
            return self._by_its_name(entry)
        known = self._by_number.get(number)
        thing = self._numbers.get(number)
        if thing is None:
            if known is None and entry.get("name") is None:
                self._wrong(entry, "number", why.UNKNOWN_NUMBER, value=number)
                return None
            known = known or self._unnumbered(entry)
            thing = self._keep(Thing(entry.line, number, known))
            self._numbers[number] = thing
            self._refuse_double(entry, thing)
        return thing

    def _keep(self, thing: Thing) -> Thing:
        self.restaurants.append(thing)
        return thing

    def _same_place(self, entry: Entry) -> list[KnownThing]:
        """Those of the database with this name, at this station when one is named."""
        station = entry.get("station")
        return [
            one
            for one in self._by_name[entry.get("name") or ""]
            if station is None or one.within in (station, None)
        ]

    def _unnumbered(self, entry: Entry) -> KnownThing | None:
        """The one that this number can be given to: called so, there, and without a number."""
        found = [one for one in self._same_place(entry) if one.number is None]
        return found[0] if len(found) == 1 and not _elsewhere(entry, found[0]) else None

    def _refuse_double(self, entry: Entry, thing: Thing) -> None:
        """The same restaurant under two numbers, in the file or here."""
        name = entry.get("name")
        if name is None:
            return
        for one in self._same_place(entry):
            if thing.known is None and one.number and not _elsewhere(entry, one):
                self._wrong(entry, "name", why.OTHER_NUMBER, value=name, number=one.number)
        for other in self._named[name]:
            apart = entry.get("station") != other.fields.get("station")
            there = other.fields.get("address")
            here = entry.get("address")
            if not apart and (here is None or there is None or here == there):
                self._wrong(entry, "name", why.OTHER_LINE, value=name, line=other.line)
        self._named[name].append(thing)

    def _by_its_name(self, entry: Entry) -> Thing | None:
        name, station = entry.get("name"), entry.get("station")
        if name is None:
            return None
        in_file = [one for one in self._named[name] if station in (None, one.fields.get("station"))]
        taken = {id(one.known) for one in in_file}
        here = [one for one in self._same_place(entry) if id(one) not in taken]
        if len(in_file) + len(here) > 1:
            self._wrong(entry, "name", why.SEVERAL, value=name)
            return None
        if in_file:
            return in_file[0]
        thing = self._keep(Thing(entry.line, None, here[0] if here else None))
        self._named[name].append(thing)
        return thing

    def _camera(self, entry: Entry, restaurant: Thing) -> Thing | None:
        number, name = entry.get("camera_number"), entry.get("camera")
        known = self._known_camera(entry, restaurant)
        if known is False:
            return None
        before = self._camera_numbers.get(number or "")
        before = before or self._camera_named.get((id(restaurant), name or ""))
        if before is not None:
            self._wrong(entry, "camera", why.CAMERA_TWICE, line=before.line)
            return None
        if known is None and name is None:
            self._wrong(entry, "camera", why.CAMERA_NAMELESS)
            return None
        thing = Thing(entry.line, number, known, restaurant)
        self.cameras.append(thing)
        if number:
            self._camera_numbers[number] = thing
        if name:
            self._camera_named[id(restaurant), name] = thing
        return thing

    def _known_camera(self, entry: Entry, restaurant: Thing) -> KnownThing | Literal[False] | None:
        """The database's camera, None when it is new, False when it cannot be this one."""
        number, name = entry.get("camera_number"), entry.get("camera")
        at = restaurant.known.id if restaurant.known else None
        known = self._camera_by_number.get(number or "")
        if known is not None:
            if known.within == at:
                return known
            self._wrong(entry, "camera_number", why.CAMERA_ELSEWHERE, value=number or "")
            return False
        called = self._cameras_at[name or "", at] if at else []
        for one in called:
            if number and one.number:
                given = {"value": name or "", "number": one.number}
                self._wrong(entry, "camera", why.CAMERA_OTHER_NUMBER, **given)
                return False
        return called[0] if called else None

    def _merge(self, thing: Thing, entry: Entry, columns: Iterable[Column]) -> None:
        """What the line says of the thing; two lines must not say two things."""
        for column in columns:
            value = entry.get(column)
            if value is None:
                continue
            before = thing.fields.setdefault(column, value)
            said_in = thing.said_in.setdefault(column, entry.line)
            if before != value:
                given = {"value": value, "line": said_in, "other": before}
                self._wrong(entry, column, why.DIFFERS, **given)


def _elsewhere(entry: Entry, known: KnownThing) -> bool:
    """Whether both addresses are known and differ: two branches of one name."""
    here, there = entry.get("address"), known.fields.get("address")
    return bool(here and there and here != there)
