"""A person as described, dressed and ready to act: the parts, where they are, what they show."""

from functools import cache

import numpy as np

from models.synthesis.acting import transforms
from models.synthesis.actors import Actor
from models.synthesis.clothing import bare_parts, clothes_parts, eye_parts
from models.synthesis.hairdo import hair_parts
from models.synthesis.hats import hat_mesh
from models.synthesis.heads import Head, measure
from models.synthesis.humans import Body, rest_body
from models.synthesis.masks import mask_meshes, shield_meshes
from models.synthesis.meshes import Mesh
from models.synthesis.parts import Part, rigid_part
from models.synthesis.people import Person, Shape
from models.synthesis.skinning import IntArray, Skin

# Parts of one person that are not all there at all times carry what they belong to before this.
MARK = ":"


def person_actor(person: Person, identity: int = 0) -> Actor:
    body = _body(person.shape)
    head = measure(body)
    variable = _variable(body, head, person)
    steady = [
        *bare_parts(body, head, person.skin, person.clothes),
        *eye_parts(body),
        *clothes_parts(body, person.clothes),
        *_shield(head, person),
    ]
    return Actor(
        parts=(*steady, *variable),
        pose=lambda time_s: transforms(body.skeleton, person.act, time_s),
        outline=_face(body, head),
        kind="head",
        identity=identity,
        hat_at=person.hat_state,
        mask_at=person.mask_state,
        hidden=lambda time_s: _hidden(person, variable, time_s),
        on_outline=tuple(
            p for p in variable if not p.name.startswith(("hat:in-hand", "mask:on-ear"))
        ),
        feet=person.feet,
    )


@cache
def _body(shape: Shape) -> Body:
    return rest_body(shape)


def _face(body: Body, head: Head) -> Skin:
    face: IntArray = np.unique(head.mesh.faces)
    return body.skin[face[body.skin.rest[face, 2] >= head.chin]]


def _variable(body: Body, head: Head, person: Person) -> list[Part]:
    """Hair, hat and mask in every way in which they are worn at some time."""
    hats = {person.hat_place(since) for since, _ in person.hats}
    masks = {person.mask_place(since) for since, _ in person.masks} - {"off"}
    parts: list[Part] = []
    if "worn" in hats:
        parts += _marked("hair:hat", hair_parts(head, person.hair, _rng(person), under_hat=True))
    if hats != {"worn"}:
        parts += _marked("hair:bare", hair_parts(head, person.hair, _rng(person), under_hat=False))
    if person.hat is not None:
        mesh = hat_mesh(head, person.hat.kind, _rng(person))
        for place in sorted(hats - {"off"}):
            carried = mesh if place == "worn" else _in_hand(body, mesh)
            bone = head.bone if place == "worn" else body.skeleton.index("wrist.L")
            parts.append(rigid_part(f"hat:{place}", person.hat.look, carried, bone))
    for worn in sorted(masks):
        cloth, loops = mask_meshes(head, worn)
        parts.append(rigid_part(f"mask:{worn}", person.mask or "", cloth, head.bone))
        parts.append(rigid_part(f"mask:{worn}{MARK}loops", "loop", loops, head.bone))
    return parts


def _rng(person: Person) -> np.random.Generator:
    return np.random.default_rng(person.seed)


def _marked(mark: str, parts: list[Part]) -> list[Part]:
    return [p.named(f"{mark}{MARK}{p.name}") for p in parts]


def _in_hand(body: Body, mesh: Mesh) -> Mesh:
    """Held by the rim, hanging beside the leg."""
    fingers = body.skeleton.head("finger3-2.L")
    middle = mesh.vertices.mean(axis=0)
    return Mesh(mesh.vertices - middle + fingers + (0.02, -0.02, -0.07), mesh.faces)


def _shield(head: Head, person: Person) -> list[Part]:
    if not person.shield:
        return []
    clear, band = shield_meshes(head)
    return [
        rigid_part("shield", "clear", clear, head.bone),
        rigid_part("shield-band", "blue-plastic", band, head.bone),
    ]


def _hidden(person: Person, variable: list[Part], time_s: float) -> frozenset[str]:
    hat, mask = person.hat_place(time_s), person.mask_place(time_s)
    hair = "hat" if hat == "worn" else "bare"
    shown = (f"hair:{hair}:", f"hat:{hat}", f"mask:{mask}")
    return frozenset(p.name for p in variable if not p.name.startswith(shown))
