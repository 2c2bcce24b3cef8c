"""How much of a head or an animal the camera sees past what stands before it: by casting rays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mathutils.bvhtree import BVHTree

from models.synthesis.actors import Actor
from models.synthesis.meshes import Mesh, joined
from models.synthesis.people import HatState, MaskState
from models.synthesis.projection import Camera, box_around, project, share_in_picture
from models.synthesis.scene import Scene
from models.synthesis.skinning import FloatArray
from vision.names import ZoneType

Box = tuple[float, float, float, float]
LEAST_SHARE_IN_PICTURE = 0.5
# Rays are cast at points this far apart, and belong to what they hit within this of its points.
SPACING_M, SLACK_M = 0.02, 0.02
MOST_RAYS = 240


@dataclass(frozen=True)
class Sighting:
    """One actor at one time: `xyxy` px (None while less than half is in the picture).

    `visible` is the share (0-1) of what faces the camera that is in the picture with nothing in
    front; `zone` is that of the feet.
    """

    identity: int
    kind: str
    xyxy: Box | None
    visible: float
    hat: HatState | None
    mask: MaskState | None
    zone: ZoneType | None
    feet: tuple[float, float] | None


class Sight:
    """What the camera sees of the actors in a room that does not change."""

    def __init__(self, camera: Camera, room: Mesh, scene: Scene | None = None) -> None:
        self._camera, self._scene = camera, scene
        self._room = _tree(room)

    def sightings(self, actors: Sequence[Actor], time_s: float) -> tuple[Sighting, ...]:
        solid = [_tree(_mesh_at(actor, time_s)) for actor in actors]
        both = zip(actors, solid, strict=True)
        return tuple(self._sighting(actor, own, solid, time_s) for actor, own in both)

    def _sighting(
        self, actor: Actor, own: BVHTree, solid: list[BVHTree], time_s: float
    ) -> Sighting:
        points = actor.outline_at(time_s)
        inside = share_in_picture(self._camera, points) >= LEAST_SHARE_IN_PICTURE
        feet = actor.feet(time_s) if actor.feet else None
        zone = self._scene.zone_at(*feet) if self._scene and feet else None
        return Sighting(
            identity=actor.identity,
            kind=actor.kind,
            xyxy=_rounded(box_around(self._camera, points)) if inside else None,
            visible=round(self._visible(points, own, solid), 3) if inside else 0.0,
            hat=actor.hat_state(time_s),
            mask=actor.mask_state(time_s),
            zone=zone.type if zone else None,
            feet=feet,
        )

    def _visible(self, points: FloatArray, own: BVHTree, solid: list[BVHTree]) -> float:
        aims = _thinned(points)
        low, high = points.min(axis=0) - SLACK_M, points.max(axis=0) + SLACK_M
        pixels = project(self._camera, aims)
        size = (self._camera.width, self._camera.height)
        shown = ((pixels >= 0) & (pixels <= size)).all(axis=1)
        others = [self._room, *(tree for tree in solid if tree is not own)]
        seen = np.array([self._is_seen(aim, (low, high), own, others) for aim in aims])
        return float((seen & shown).mean())

    def _is_seen(
        self,
        aim: FloatArray,
        box: tuple[FloatArray, FloatArray],
        own: BVHTree,
        others: list[BVHTree],
    ) -> bool:
        """Whether nothing stands between the camera and the head or animal around `aim`."""
        start = np.array(self._camera.position)
        way = aim - start
        far = float(np.linalg.norm(way))
        place, _, _, distance = own.ray_cast(start.tolist(), way.tolist())
        hit = None if place is None else np.array(place)
        if hit is not None and ((hit >= box[0]) & (hit <= box[1])).all():
            far = min(far, distance)
        elif hit is not None and distance < far - SLACK_M:
            return False
        past = [tree.ray_cast(start.tolist(), way.tolist(), far - SLACK_M / 2) for tree in others]
        return all(found[0] is None for found in past)


def _tree(mesh: Mesh) -> BVHTree:
    quads = mesh.faces.tolist()
    corners = [face[:3] if face[2] == face[3] else face for face in quads]
    return BVHTree.FromPolygons(mesh.vertices.tolist(), corners)


def _mesh_at(actor: Actor, time_s: float) -> Mesh:
    bones = actor.pose(time_s)
    solid = [part for part in actor.parts_at(time_s) if not part.strand]
    return joined([Mesh(part.skin.posed(bones), part.faces) for part in solid])


def _thinned(points: FloatArray) -> FloatArray:
    """At most one point in each cell of space, so that fine meshes do not weigh more."""
    _, first = np.unique(np.floor(points / SPACING_M).astype(int), axis=0, return_index=True)
    return points[np.sort(first)[:: max(1, len(first) // MOST_RAYS)]]


def _rounded(box: FloatArray) -> Box:
    x1, y1, x2, y2 = (round(float(side), 1) for side in box)
    return x1, y1, x2, y2
