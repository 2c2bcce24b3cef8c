"""A rat on MuJoCo's joints: the rodent of dm_control (Apache-2.0; Merel et al. 2020) with fur."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import mujoco  # type: ignore[import-not-found, unused-ignore]  # untyped, of the extra
import numpy as np

from models.synthesis.meshes import Mesh, lathe, scattered
from models.synthesis.parts import Part, part_of, strands_part
from models.synthesis.skinning import FloatArray, IntArray, Skin, placed, rigid

ASSET = "locomotion/walkers/assets/rodent.xml"
SIZE = 1.15  # a grown brown rat against the laboratory rat of the model
STRIDE_M = 0.15
FEET = ("foot", "toe", "hand", "finger")
MOUTH_SHUT = -0.27
NAKED = ("vertebra_C", *FEET)
PINK = (3.2, 2.5, 2.3)
FUR_STRANDS, FUR_POINTS = 14000, 4
# joint stem: (middle, swing, phase against the leg's own step), radians
GAIT = {
    "hip_{}_extend": (0.1, 0.5, 0.0),
    "knee_{}": (0.1, 0.45, 0.25),
    "ankle_{}": (0.3, 0.35, 0.4),
    "shoulder_{}": (-0.1, 0.45, 0.0),
    "elbow_{}": (0.0, 0.4, 0.3),
    "wrist_{}": (0.4, 0.4, 0.5),
}
FRONT = ("shoulder", "elbow", "wrist")


@dataclass(frozen=True)
class Gait:
    """`travelled_m` drives the legs, `bend` (rad) the back, `lifted` (rad) the head."""

    travelled_m: float
    bend: float
    lifted: float
    moving: float
    time_s: float


@dataclass(frozen=True)
class Rat:
    """`pose` gives (b, 4, 4) transforms at the origin, feet on z = 0, nose towards +x."""

    parts: tuple[Part, ...]
    outline: Skin
    pose: Callable[[Gait], FloatArray]


def rat(rng: np.random.Generator, infrared: bool) -> Rat:
    """`infrared` gives the fur as bright as a night camera sees it."""
    model = mujoco.MjModel.from_xml_path(str(_model_file()))
    skin, faces, names = _skin(model)
    naked = np.array([name.startswith(NAKED) for name in _leading(skin, names)])
    light = "night-" if infrared else ""
    body = part_of("rat", "rat-skin", skin, faces)
    tint = np.where(naked[:, None], PINK, (1.0, 1.0, 1.0))
    furry = faces[~naked[faces].any(axis=1)]
    parts = (
        Part("rat", f"{light}rat-skin", body.skin, body.faces, tint[np.unique(faces)]),
        _fur(skin, furry, f"{light}fur", rng),
        *_eyes(skin, names),
    )
    inverse = np.linalg.inv(_binding(model)).astype(np.float64)
    data = mujoco.MjData(model)
    feet = skin[np.flatnonzero([name.startswith(FEET) for name in _leading(skin, names)])]
    return Rat(parts, skin, lambda gait: _posed(model, data, inverse, feet, gait))


def _model_file() -> Path:
    # Looked up, not imported: dm_control's import asks for a display.
    found = find_spec("dm_control")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("dm_control is missing: install the extra `synthesis`")
    return Path(found.origin).parent / ASSET


def _skin(model: Any) -> tuple[Skin, IntArray, tuple[str, ...]]:
    count = model.nskinvert
    carried: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for bone, (start, length) in enumerate(
        zip(model.skin_bonevertadr, model.skin_bonevertnum, strict=True)
    ):
        span = slice(start, start + length)
        for vertex, weight in zip(
            model.skin_bonevertid[span], model.skin_bonevertweight[span], strict=True
        ):
            carried[vertex].append((bone, float(weight)))
    most = max(map(len, carried))
    bones, weights = np.zeros((count, most), np.int64), np.zeros((count, most))
    for vertex, pairs in enumerate(carried):
        for k, (bone, weight) in enumerate(pairs):
            bones[vertex, k], weights[vertex, k] = bone, weight
    weights /= weights.sum(axis=1, keepdims=True)
    triangles = model.skin_face.astype(np.int64)
    faces = np.c_[triangles, triangles[:, 2]]
    names = tuple(model.body(int(body)).name for body in model.skin_bonebodyid)
    return Skin(model.skin_vert.astype(np.float64), bones, weights), faces, names


def _leading(skin: Skin, names: tuple[str, ...]) -> list[str]:
    first = skin.bones[np.arange(len(skin.bones)), skin.weights.argmax(axis=1)]
    return [names[bone] for bone in first]


def _binding(model: Any) -> FloatArray:
    frames = np.empty((model.nskinbone, 4, 4))
    for bone in range(model.nskinbone):
        turn = np.empty(9)
        mujoco.mju_quat2Mat(turn, model.skin_bonebindquat[bone].astype(np.float64))
        frames[bone] = placed(turn.reshape(3, 3), model.skin_bonebindpos[bone])
    return frames


def _posed(
    model: Any,
    data: Any,
    inverse: FloatArray,
    feet: Skin,
    gait: Gait,
) -> FloatArray:
    data.qpos[:] = 0
    for name, angle in _angles(gait).items():
        low, high = model.joint(name).range
        data.qpos[model.joint(name).qposadr[0]] = np.clip(angle, low, high)
    mujoco.mj_kinematics(model, data)
    bodies = model.skin_bonebodyid
    frames = np.tile(np.eye(4), (len(bodies), 1, 1))
    frames[:, :3, :3] = data.xmat[bodies].reshape(-1, 3, 3)
    frames[:, :3, 3] = data.xpos[bodies]
    transforms = frames @ inverse
    lowest = feet.posed(transforms)[:, 2].min()
    grounded: FloatArray = placed(np.eye(3), np.array([0, 0, -lowest])) @ transforms
    return grounded


def _angles(gait: Gait) -> dict[str, float]:
    step = gait.travelled_m / STRIDE_M
    angles: dict[str, float] = {"mandible": MOUTH_SHUT}
    for side, offset in (("L", 0.0), ("R", 0.5)):
        for stem, (middle, swing, phase) in GAIT.items():
            # A trot: a fore leg steps with the hind leg of the other side.
            own = step + offset + phase + (0.5 if stem.startswith(FRONT) else 0.0)
            angles[stem.format(side)] = middle + gait.moving * swing * np.sin(2 * np.pi * own)
    sway = 0.14 * gait.moving * np.sin(2 * np.pi * step)
    for joint in ("vertebra_2_bend", "vertebra_5_bend"):
        angles[joint] = gait.bend * 0.5 + sway
    angles["vertebra_cervical_4_bend"] = angles["vertebra_cervical_1_bend"] = gait.bend * 0.7
    angles["vertebra_cervical_5_extend"] = angles["vertebra_cervical_2_extend"] = gait.lifted
    return angles | _tail(gait)


def _tail(gait: Gait) -> dict[str, float]:
    """Along the floor, where it lies at rest, snaking."""
    angles: dict[str, float] = {}
    bends = [1, 2, 3, 4, 5, 6, 9, 13, 17, 21, 25, 29]
    for place, k in enumerate(bends):
        wave = np.sin(2 * np.pi * (0.35 * gait.time_s - 0.11 * place))
        angles[f"vertebra_C{k}_bend"] = 0.075 * wave - 0.05 * gait.bend
    return angles


def _fur(skin: Skin, faces: IntArray, look: str, rng: np.random.Generator) -> Part:
    roots, outward, carrier = scattered(Mesh(skin.rest, faces), FUR_STRANDS, rng)
    # Shorter on the face and the legs than on the back.
    head = np.clip((roots[:, :1] - 0.09) / 0.06, 0, 1)
    low = np.clip((0.035 - roots[:, 2:]) / 0.03, 0, 1)
    length = 0.011 * (1 - 0.7 * head) * (1 - 0.6 * low) * rng.uniform(0.6, 1.2, (len(roots), 1))
    combed = np.array([-0.85, 0, -0.12]) + rng.normal(0, 0.16, roots.shape)
    step = np.linspace(0, 1, FUR_POINTS)[None, :, None]
    bent = outward[:, None] * step * (0.75 - 0.35 * step) + combed[:, None] * step
    return strands_part("fur", look, roots[:, None] + bent * length[:, None], skin[carrier])


def _eyes(skin: Skin, names: tuple[str, ...]) -> list[Part]:
    """Two beads on the sides of the skull, where the rodent's mesh has none."""
    bone = names.index("skull")
    head = skin.rest[np.array([name == "skull" for name in _leading(skin, names)])]
    at = head[:, 0].max() - 0.03
    ring = head[np.abs(head[:, 0] - at) < 0.004]
    bead = lathe(
        (0, 0, 0),
        [(0.0005, -0.0032), (0.0028, -0.0016), (0.0033, 0), (0.0028, 0.0016), (0.0005, 0.0032)],
        12,
    )
    parts = []
    for side in (-1, 1):
        towards = ring[:, 1] * side * 0.75 + ring[:, 2] * 0.65
        spot = ring[towards.argmax()] + (0, side * 0.0008, 0)
        parts.append(
            Part("eye", "bead", rigid(bead.vertices + spot, bone), bead.faces, np.zeros((0, 3)))
        )
    return parts
