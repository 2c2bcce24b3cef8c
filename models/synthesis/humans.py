"""A person's body at rest, from Anny (MakeHuman's CC0 shapes; arXiv:2511.03589)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import anny
import numpy as np
import torch
from anny.models.model_data import TopologyConfig
from anny.utils.obj_utils import load_obj_file

from models.synthesis.people import Shape as Shape
from models.synthesis.skinning import IntArray, Skeleton, Skin

BASE_MESH = Path(anny.__file__).parent / "data/mpfb2/3dobjs/base.obj"


@dataclass(frozen=True)
class Body:
    """Standing on z = 0, facing -y; `groups` are MakeHuman's face groups, helpers included."""

    skeleton: Skeleton
    skin: Skin
    groups: dict[str, IntArray]
    leading: tuple[str, ...]

    def faces(self, group: str) -> IntArray:
        return self.groups[group]


def rest_body(shape: Shape) -> Body:
    model = _model()
    phenotype = dict.fromkeys(model.phenotype_labels, 0.5) | vars(shape)
    output = model(pose_parameters=None, phenotype_kwargs=phenotype, return_bone_ends=True)
    vertices = output["rest_vertices"][0].numpy().astype(np.float64)
    heads = output["rest_bone_heads"][0].numpy().astype(np.float64)
    groups = _groups()
    floor = np.array([0, 0, vertices[groups["body"], 2].min()])
    bones = model.vertex_bone_indices.numpy().astype(np.int64)
    weights = model.vertex_bone_weights.numpy().astype(np.float64)
    names = tuple(model.bone_labels)
    first = bones[np.arange(len(bones)), weights.argmax(axis=1)]
    skeleton = Skeleton(names, tuple(model.bone_parents), heads - floor)
    skin = Skin(vertices - floor, bones, weights)
    return Body(skeleton, skin, groups, tuple(names[i] for i in first))


@cache
def _model() -> Any:
    torch.set_num_threads(1)
    # The helpers (tights, skirt, hair) stay: clothes are cut from them.
    topology = TopologyConfig(
        "makehuman",
        nudity_edits=False,
        remove_unattached_vertices=False,
        triangulate_faces=False,
        tongue=False,
    )
    return anny.Anny(rig="makehuman", topology=topology, phenotypes="all")


@cache
def _groups() -> dict[str, IntArray]:
    _, _, groups = load_obj_file(str(BASE_MESH))
    faces = {name: group["face_vertex_indices"].numpy() for name, group in groups.items()}
    return {name: quads.astype(np.int64) for name, quads in faces.items()}
