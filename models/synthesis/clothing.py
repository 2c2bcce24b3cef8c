"""What a cook wears below the neck, cut from helper meshes around a body, and what stays bare."""

import numpy as np
import numpy.typing as npt

from models.synthesis.heads import Head
from models.synthesis.humans import Body
from models.synthesis.meshes import Mesh, joined, lathe, normals, smoothed
from models.synthesis.parts import Part, part_of, rigid_part
from models.synthesis.people import Clothes
from models.synthesis.skinning import FloatArray, IntArray, Skin

BoolArray = npt.NDArray[np.bool_]
TORSO = ("spine", "clavicle", "shoulder", "upperarm", "lowerarm", "breast", "neck", "root")
HANDS = ("wrist", "finger", "metacarpal")
FEET = ("foot", "toe")
NONE: FloatArray = np.zeros((0, 3))


def clothes_parts(body: Body, clothes: Clothes) -> list[Part]:
    rest, tights = body.skin.rest, body.faces("helper-tights")
    hips = body.skeleton.head("upperleg01.L")[2]
    feet = _leads(body, FEET)
    # Above that the jacket covers them, and would be pierced.
    below = ((rest[:, 2] < hips - 0.06) & (np.abs(rest[:, 0]) < 0.32))[tights].all(axis=1)
    leg, shoe = below & ~feet[tights].any(axis=1), below & feet[tights].any(axis=1)
    parts = [
        *_top(body, clothes),
        part_of("trousers", clothes.trousers, _baggy(body, tights), tights[leg]),
        part_of("shoes", clothes.shoes, loosened(body.skin, tights, 0.008), tights[shoe]),
    ]
    parts += [] if clothes.apron is None else _apron(body, clothes.apron, clothes.apron_cut)
    parts += [] if clothes.gloves is None else _gloves(body, clothes.gloves)
    parts += [] if clothes.scarf is None else [_scarf(body, clothes.scarf)]
    return parts


def bare_parts(body: Body, head: Head, look: str, clothes: Clothes) -> list[Part]:
    """Head, neck and hands; what clothes cover is left out, so that it cannot show through."""
    faces, rest = body.faces("body"), body.skin.rest
    neck = body.skeleton.head("neck01")[2] - 0.03
    arms = (
        (*HANDS, "lowerarm", "upperarm02") if clothes.top == "t-shirt" else (*HANDS, "lowerarm02")
    )
    bare = _leads(body, arms)
    if clothes.gloves is not None:
        bare &= ~_leads(body, HANDS)
    shown = ((rest[:, 2] > neck) & (np.abs(rest[:, 0]) < 0.12)) | bare
    part = part_of("skin", look, body.skin, faces[shown[faces].all(axis=1)])
    return [Part("skin", look, part.skin, part.faces, _complexion(part.skin.rest, body, head))]


def eye_parts(body: Body) -> list[Part]:
    parts = []
    for group in ("helper-l-eye", "helper-r-eye"):
        part = part_of(group, "eye", body.skin, body.faces(group))
        points = part.skin.rest
        from_middle = np.linalg.norm((points - points.mean(axis=0))[:, [0, 2]], axis=1)
        iris = (from_middle < 0.0072) & (points[:, 1] < points[:, 1].mean())
        tint = np.where(iris[:, None], (0.03, 0.018, 0.01), (0.8, 0.76, 0.72))
        parts.append(Part(group, "eye", part.skin, part.faces, tint))
    return parts


def _leads(body: Body, prefixes: tuple[str, ...]) -> BoolArray:
    return np.array([name.startswith(prefixes) for name in body.leading])


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
    lips = np.exp(-(((x / 0.024) ** 2 + ((z - head.mouth) / 0.008) ** 2) ** 2))
    tint[face] *= 1 - lips[face, None] * np.array([0.18, 0.42, 0.4])
    return tint


def _top(body: Body, clothes: Clothes) -> list[Part]:
    rest, tights = body.skin.rest, body.faces("helper-tights")
    hips = body.skeleton.head("upperleg01.L")[2]
    trunk = (np.abs(rest[:, 0]) < 0.26) & (rest[:, 2] > hips + 0.03)
    low = (np.abs(rest[:, 0]) < 0.26) & (rest[:, 2] < hips + 0.03)
    upper = ((_leads(body, TORSO) | trunk) & ~low)[tights].all(axis=1)
    if clothes.top == "t-shirt":
        upper &= ~_leads(body, ("lowerarm",))[tights].any(axis=1)
        upper &= ~_below_sleeve(body)[tights].any(axis=1)
    loose = _draped(body, tights)
    top = part_of("top", clothes.top_look, loose, tights[upper])
    tails = _tails(body, clothes.top_look)
    if clothes.top == "t-shirt":
        return [top, tails]
    collar = _neck_band(body, "collar", clothes.top_look, 0.0)
    return [top, tails, collar, _buttons(loose, body, tights[upper])]


def _tails(body: Body, look: str) -> Part:
    """What hangs below the waist, all around: it follows neither buttocks nor legs."""
    faces = body.faces("helper-skirt")
    hips = body.skeleton.head("upperleg01.L")[2]
    cloth = loosened(body.skin, faces, 0.026)
    return part_of("tails", look, *_hemmed(cloth, faces, hips - 0.13))


def _hemmed(cloth: Skin, faces: IntArray, hem: float) -> tuple[Skin, IntArray]:
    """The cloth above a height, its last row drawn up to an even hem."""
    above = faces[(cloth.rest[faces, 2] > hem).any(axis=1)]
    return cloth.moved(np.maximum(cloth.rest, (-np.inf, -np.inf, hem))), above


def _below_sleeve(body: Body) -> BoolArray:
    """Where a short sleeve has ended: beyond two thirds of the upper arm."""
    elbow = np.abs(body.skeleton.head("lowerarm01.L")[0])
    shoulder = np.abs(body.skeleton.head("upperarm01.L")[0])
    bare: BoolArray = np.abs(body.skin.rest[:, 0]) > shoulder + 0.7 * (elbow - shoulder)
    return bare


def loosened(skin: Skin, faces: IntArray, gap_m: float, rounds: int = 5) -> Skin:
    """Cloth that bridges the hollows of a body, `gap_m` away from it, with shallow folds."""
    cloth = smoothed(skin.rest, faces, rounds=rounds)
    x, y, z = cloth.T
    fold = np.sin(47 * z + 9 * np.sin(11 * x) + 5 * y) + np.sin(
        31 * x + 23 * z + 3 * np.sin(19 * y)
    )
    cloth = cloth + normals(cloth, faces) * (gap_m + 0.0032 * fold)[:, None]
    return skin.moved(cloth)


def _draped(body: Body, faces: IntArray) -> Skin:
    """A jacket's cloth: it hangs from chest and shoulder blades and is wide at arms and hem."""
    cloth = loosened(body.skin, faces, 0.014, rounds=9)
    points = cloth.rest.copy()
    hips, chest = body.skeleton.head("upperleg01.L")[2], body.skeleton.head("spine01")[2]
    trunk = np.abs(body.skin.rest[:, 0]) < 0.2
    low = np.clip((chest - points[:, 2]) / (chest - hips + 0.1), 0, 1) * trunk
    outward = points[:, :2] - (0, body.skeleton.head("spine03")[1])
    far = np.linalg.norm(outward, axis=1, keepdims=True)
    swing = 0.024 + 0.008 * np.sin(14 * np.arctan2(points[:, 0], points[:, 1]))
    points[:, :2] += outward / np.maximum(far, 1e-6) * (low * swing)[:, None]
    arm = np.clip((np.abs(points[:, 0]) - 0.2) / 0.12, 0, 1)
    crease = 0.007 * np.sin(70 * np.abs(points[:, 0]) + 6 * np.sin(40 * points[:, 1]))
    points += normals(points, faces) * (arm * (0.011 + crease))[:, None]
    return cloth.moved(points)


def _baggy(body: Body, faces: IntArray) -> Skin:
    """Trousers that hang from the hips: wide around the calf, creased over knee and shoe."""
    cloth = loosened(body.skin, faces, 0.01, rounds=7)
    points = cloth.rest.copy()
    joints = [body.skeleton.head(f"{name}.L") for name in ("foot", "lowerleg01", "upperleg01")]
    heights = [joint[2] for joint in joints]
    axis = [np.interp(points[:, 2], heights, [joint[k] for joint in joints]) for k in (0, 1)]
    outward = np.stack([np.abs(points[:, 0]) - axis[0], points[:, 1] - axis[1]], axis=1)
    far = np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    low = np.clip((heights[2] - 0.1 - points[:, 2]) / (heights[2] - heights[0]), 0, 1)
    angle = np.arctan2(outward[:, 1], outward[:, 0])
    crease = 0.006 * np.sin(46 * points[:, 2] + 2 * np.sin(2 * angle)) * low
    out = outward / far * (0.034 * low**0.6 + crease + 0.005 * np.sin(3 * angle) * low)[:, None]
    points[:, 0] += np.sign(points[:, 0]) * out[:, 0]
    points[:, 1] += out[:, 1]
    return cloth.moved(points)


def _apron(body: Body, look: str, cut: str) -> list[Part]:
    rest, faces = body.skin.rest, body.faces("helper-skirt")
    hips = body.skeleton.head("upperleg01.L")[2]
    ahead = rest[:, 1] < rest[faces, 1].mean() + 0.03
    cloth, above = _hemmed(loosened(body.skin, faces, 0.045), faces, hips - 0.5)
    parts = [part_of("apron", look, cloth, above[ahead[above].all(axis=1)])]
    if cut == "bib":
        tights = body.faces("helper-tights")
        chest = body.skeleton.head("spine01")[2] + 0.04
        bib = (np.abs(rest[:, 0]) < 0.15) & (rest[:, 1] < body.skeleton.head("spine03")[1])
        bib &= (rest[:, 2] > hips - 0.02) & (rest[:, 2] < chest)
        outer = _draped(body, tights)
        outer = outer.moved(outer.rest + normals(outer.rest, tights) * 0.009)
        parts.append(part_of("bib", look, outer, tights[bib[tights].all(axis=1)]))
    return parts


def _gloves(body: Body, look: str) -> list[Part]:
    faces = body.faces("body")
    hands = _leads(body, HANDS)[faces].any(axis=1)
    cloth = body.skin.moved(body.skin.rest + normals(body.skin.rest, faces) * 0.0025)
    return [part_of("gloves", look, cloth, faces[hands])]


def _neck_band(body: Body, name: str, look: str, wider: float) -> Part:
    neck, upper = body.skeleton.head("neck01"), body.skeleton.head("neck03")
    band = [(0.084, -0.035), (0.079, -0.005), (0.075, 0.02), (0.072, 0.021), (0.073, -0.03)]
    mesh = lathe((0, 0, 0), [(r + wider, z * (1 + 12 * wider)) for r, z in band], 40)
    leaned = mesh.vertices * (1, 1.05, 1) + neck - (0, 0.012, 0.0)
    leaned[:, 1] += (leaned[:, 2] - neck[2]) * (upper[1] - neck[1]) / (upper[2] - neck[2])
    return rigid_part(name, look, Mesh(leaned, mesh.faces), body.skeleton.index("spine01"))


def _scarf(body: Body, look: str) -> Part:
    """A neckerchief over the collar, knotted in front."""
    ring = _neck_band(body, "scarf", look, 0.008)
    front = ring.skin.rest[ring.skin.rest[:, 1].argmin()]
    x, y, z = front.tolist()
    knot = lathe(
        (x, y - 0.004, z - 0.03), [(0.001, 0), (0.016, 0.008), (0.018, 0.026), (0.001, 0.034)], 12
    )
    tail = lathe(
        (x, y - 0.012, z - 0.1), [(0.001, 0), (0.026, 0.004), (0.012, 0.07), (0.001, 0.075)], 12
    )
    flat = Mesh(tail.vertices * (1, 0.4, 1) + (0, 0.6 * (y - 0.012), 0), tail.faces)
    mesh = joined([Mesh(ring.skin.rest, ring.faces), knot, flat])
    return rigid_part("scarf", look, mesh, body.skeleton.index("spine01"))


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
    return Part(
        "buttons", "button", cloth[np.array(carriers)].moved(mesh.vertices), mesh.faces, NONE
    )
