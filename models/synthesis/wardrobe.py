"""What a cook wears, cut from the helper meshes around a body, and what stays bare."""

from dataclasses import dataclass

import numpy as np

from models.synthesis.headwear import HatStyle, Head, hair, hat, mask, measure
from models.synthesis.humans import Body
from models.synthesis.meshes import Mesh, joined, lathe, normals, smoothed
from models.synthesis.parts import Part, part_of, rigid_part
from models.synthesis.skinning import FloatArray, IntArray, Skeleton, Skin

TORSO = ("spine", "clavicle", "shoulder", "upperarm", "lowerarm", "breast", "neck", "root")
HANDS = ("wrist", "finger", "metacarpal")
FEET = ("foot", "toe")


@dataclass(frozen=True)
class Outfit:
    """`hat` and `mask` None: not worn. Looks are names from `looks.py`."""

    skin: str
    jacket: str
    apron: str
    hat: tuple[HatStyle, str] | None
    mask: str | None


@dataclass(frozen=True)
class Cook:
    """A dressed person: the truth box of the head goes around the points of `head_outline`."""

    skeleton: Skeleton
    parts: tuple[Part, ...]
    head_outline: Skin
    hat_worn: bool
    mask_worn: bool


def dressed(body: Body, outfit: Outfit, rng: np.random.Generator) -> Cook:
    head = measure(body)
    worn = [hat(head, *outfit.hat)] if outfit.hat else []
    worn += mask(head, outfit.mask) if outfit.mask else []
    on_head = [*hair(head, rng, under_hat=outfit.hat is not None), *worn]
    parts = [*_bare(body, head, outfit.skin), *_eyes(body), *_clothes(body, outfit), *on_head]
    return Cook(
        body.skeleton,
        tuple(parts),
        _outline(body, head, on_head),
        outfit.hat is not None,
        outfit.mask is not None,
    )


def _outline(body: Body, head: Head, on_head: list[Part]) -> Skin:
    face = np.unique(head.mesh.faces)
    face = face[body.skin.rest[face, 2] >= head.chin]
    points = np.concatenate([body.skin.rest[face], *(part.skin.rest for part in on_head)])
    return Skin(points, np.full((len(points), 1), head.bone), np.ones((len(points), 1)))


def _leads(body: Body, prefixes: tuple[str, ...]) -> np.ndarray:
    return np.array([name.startswith(prefixes) for name in body.leading])


def _bare(body: Body, head: Head, look: str) -> list[Part]:
    """Head, neck and hands; what clothes cover is left out, so that it cannot show through."""
    faces, rest = body.faces("body"), body.skin.rest
    neck = body.skeleton.head("neck01")[2] - 0.03
    shown = ((rest[:, 2] > neck) & (np.abs(rest[:, 0]) < 0.12)) | _leads(
        body, (*HANDS, "lowerarm02")
    )
    part = part_of("skin", look, body.skin, faces[shown[faces].all(axis=1)])
    return [Part("skin", look, part.skin, part.faces, _complexion(part.skin.rest, body, head))]


def _complexion(points: FloatArray, body: Body, head: Head) -> FloatArray:
    """Brows, lips and shaded sockets as a tint (n, 3) of the skin."""
    tint = np.ones_like(points)
    x, z = np.abs(points[:, 0]), points[:, 2]
    front = points[:, 1] < head.axis_y - 0.06
    face = front & (z > head.chin - 0.02)
    eye_x = body.skeleton.head("eye.L")[0]
    arch = head.brow + 0.004 - 0.15 * np.abs(x - eye_x)
    tint[face & (np.abs(z - arch) < 0.0055) & (x > 0.011) & (x < 0.052)] = (0.12, 0.1, 0.09)
    socket = np.exp(-(((x - eye_x) / 0.02) ** 2 + ((z - head.eyes) / 0.011) ** 2))
    tint[face] *= 1 - 0.35 * socket[face, None]
    mouth = (body.skeleton.head("oris05")[2] + body.skeleton.head("oris01")[2]) / 2
    lips = np.exp(-(((x / 0.024) ** 2 + ((z - mouth) / 0.008) ** 2) ** 2))
    tint[face] *= 1 - lips[face, None] * np.array([0.18, 0.42, 0.4])
    return tint


def _eyes(body: Body) -> list[Part]:
    parts = []
    for group in ("helper-l-eye", "helper-r-eye"):
        part = part_of(group, "eye", body.skin, body.faces(group))
        points = part.skin.rest
        from_middle = np.linalg.norm((points - points.mean(axis=0))[:, [0, 2]], axis=1)
        iris = (from_middle < 0.0072) & (points[:, 1] < points[:, 1].mean())
        tint = np.where(iris[:, None], (0.03, 0.018, 0.01), (0.8, 0.76, 0.72))
        parts.append(Part(group, "eye", part.skin, part.faces, tint))
    return parts


def _clothes(body: Body, outfit: Outfit) -> list[Part]:
    rest, tights = body.skin.rest, body.faces("helper-tights")
    hips = body.skeleton.head("upperleg01.L")[2]
    trunk = (np.abs(rest[:, 0]) < 0.26) & (rest[:, 2] > hips - 0.16)
    feet = _leads(body, FEET)
    upper = (_leads(body, TORSO) | trunk)[tights].all(axis=1)
    below = ((rest[:, 2] < hips + 0.1) & (np.abs(rest[:, 0]) < 0.32))[tights].all(axis=1)
    leg, shoe = below & ~feet[tights].any(axis=1), below & feet[tights].any(axis=1)
    loose = _loosened(body.skin, tights, 0.015)
    return [
        part_of("jacket", outfit.jacket, loose, tights[upper]),
        part_of("trousers", "trousers", _loosened(body.skin, tights, 0.008), tights[leg]),
        part_of("shoes", "shoe", _loosened(body.skin, tights, 0.006), tights[shoe]),
        _apron(body, outfit.apron),
        _collar(body, outfit.jacket),
        _buttons(loose, body, tights[upper]),
    ]


def _loosened(skin: Skin, faces: IntArray, gap_m: float) -> Skin:
    """Cloth that bridges the hollows of a body, `gap_m` away from it, with shallow folds."""
    cloth = smoothed(skin.rest, faces, rounds=5)
    x, y, z = cloth.T
    fold = np.sin(47 * z + 9 * np.sin(11 * x) + 5 * y) + np.sin(
        31 * x + 23 * z + 3 * np.sin(19 * y)
    )
    cloth = cloth + normals(cloth, faces) * (gap_m + 0.0032 * fold)[:, None]
    return skin.moved(cloth)


def _apron(body: Body, look: str) -> Part:
    rest, faces = body.skin.rest, body.faces("helper-skirt")
    hips = body.skeleton.head("upperleg01.L")[2]
    ahead = (rest[:, 1] < rest[faces, 1].mean() + 0.03) & (rest[:, 2] > hips - 0.55)
    cloth = _loosened(body.skin, faces, 0.03)
    return part_of("apron", look, cloth, faces[ahead[faces].all(axis=1)])


def _collar(body: Body, look: str) -> Part:
    neck, upper = body.skeleton.head("neck01"), body.skeleton.head("neck03")
    band = [(0.082, -0.03), (0.078, -0.005), (0.074, 0.02), (0.071, 0.021), (0.072, -0.03)]
    mesh = lathe((0, 0, 0), band, 40)
    leaned = mesh.vertices * (1, 1.05, 1) + neck - (0, 0.012, 0.0)
    leaned[:, 1] += (leaned[:, 2] - neck[2]) * (upper[1] - neck[1]) / (upper[2] - neck[2])
    return rigid_part("collar", look, Mesh(leaned, mesh.faces), body.skeleton.index("spine01"))


def _buttons(cloth: Skin, body: Body, faces: IntArray) -> Part:
    """Two rows down the chest, each on the nearest point of the cloth."""
    own = np.unique(faces)
    chest, hips = body.skeleton.head("neck01")[2] - 0.12, body.skeleton.head("root")[2]
    knobs, carriers = [], []
    for x in (-0.055, 0.055):
        for z in np.linspace(hips + 0.12, chest, 5):
            front = cloth.rest[own]
            miss = np.hypot(front[:, 0] - x, front[:, 2] - z) + np.where(front[:, 1] > 0, 9, 0)
            carrier = own[miss.argmin()]
            knob = lathe((0, 0, 0), [(0.009, -0.004), (0.009, 0.004), (0.001, 0.005)], 10)
            spot = (x, cloth.rest[carrier, 1], z)
            facing = knob.vertices[:, [0, 2, 1]] * (1, -1, 1) + spot
            knobs.append(Mesh(facing, knob.faces))
            carriers += [carrier] * len(knobs[-1].vertices)
    mesh = joined(knobs)
    skin = cloth[np.array(carriers)].moved(mesh.vertices)
    return Part("buttons", "button", skin, mesh.faces, np.zeros((0, 3)))
