"""The door to Blender: meshes, hair, lights and pictures; Cycles on the processor."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Vector

from models.synthesis.looks import LOOKS, Look
from models.synthesis.meshes import Mesh
from models.synthesis.parts import Part
from models.synthesis.projection import Camera
from models.synthesis.skinning import FloatArray

Region = tuple[int, int, int, int]
STRAND_RADIUS_M = {"fur": 0.0004, "night-fur": 0.0004}
HAIR_RADIUS_M = 0.0007


def start(threads: int, bounces: int) -> None:
    """An empty scene with the renderer set; everything that stood in Blender is gone."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.use_persistent_data = True
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.compression = 5
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"
    cycles = scene.cycles
    cycles.device, cycles.use_denoising, cycles.denoiser = "CPU", True, "OPENIMAGEDENOISE"
    cycles.denoising_input_passes, cycles.denoising_prefilter = "RGB_ALBEDO_NORMAL", "FAST"
    cycles.max_bounces, cycles.diffuse_bounces = bounces, min(bounces, 2)
    cycles.glossy_bounces, cycles.transparent_max_bounces = 2, 3
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 4.0
    cycles.adaptive_threshold = 0.05
    scene.cycles_curves.shape = "RIBBONS"


def set_camera(camera: Camera) -> None:
    data = bpy.data.cameras.new("camera")
    data.sensor_fit, data.angle = "HORIZONTAL", np.radians(camera.horizontal_fov)
    right, down, forward = camera.axes()
    turn = np.stack([right, -down, -forward], axis=1)
    item = bpy.data.objects.new("camera", data)
    item.matrix_world = Matrix(
        [[*row, place] for row, place in zip(turn.tolist(), camera.position, strict=True)]
        + [[0, 0, 0, 1]]
    )
    scene = bpy.context.scene
    scene.collection.objects.link(item)
    scene.camera = item
    scene.render.resolution_x, scene.render.resolution_y = camera.width, camera.height


def set_scale(share: float) -> None:
    """Render pictures of a share of the camera's width and height."""
    bpy.context.scene.render.resolution_percentage = round(100 * share)


def set_surroundings(colour: tuple[float, float, float], strength: float, exposure: float) -> None:
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs[0].default_value = (*colour, 1)
    background.inputs[1].default_value = strength
    bpy.context.scene.world = world
    bpy.context.scene.view_settings.exposure = exposure


def add_panel_light(
    position: FloatArray,
    size: tuple[float, float],
    watts: float,
    towards: FloatArray | None = None,
    colour: tuple[float, float, float] = (1, 0.96, 0.9),
) -> None:
    """A rectangle of light that shines down, or at a point."""
    data = bpy.data.lights.new("panel", "AREA")
    data.shape, data.energy, data.color = "RECTANGLE", watts, colour
    data.size, data.size_y = size
    item = bpy.data.objects.new("panel", data)
    item.location = position.tolist()
    if towards is not None:
        way = Vector((towards - position).tolist())
        item.rotation_euler = way.to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(item)


def add_mesh(name: str, look: str, mesh: Mesh, tint: FloatArray, bevel_m: float = 0.0) -> Any:
    """A smooth object with sharp edges kept; returned to be moved by `move`."""
    data = bpy.data.meshes.new(name)
    data.from_pydata(mesh.vertices.tolist(), [], [_corners(face) for face in mesh.faces.tolist()])
    data.polygons.foreach_set("use_smooth", np.ones(len(mesh.faces), bool))
    data.set_sharp_from_angle(angle=np.radians(40))
    _remember_rest(data, mesh.vertices)
    if len(tint):
        colours = data.color_attributes.new("tint", "FLOAT_COLOR", "POINT")
        colours.data.foreach_set("color", np.c_[tint, np.ones(len(tint))].ravel())
    data.materials.append(material(look, tinted=len(tint) > 0))
    item = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(item)
    if bevel_m:
        bevel = item.modifiers.new("bevel", "BEVEL")
        bevel.width, bevel.segments, bevel.limit_method = bevel_m, 2, "ANGLE"
    return item


def add_part(part: Part, points: FloatArray) -> Any:
    if not part.strand:
        item = add_mesh(part.name, part.look, Mesh(points, part.faces), part.tint)
        _remember_rest(item.data, part.skin.rest)
        return item
    data = bpy.data.hair_curves.new(part.name)
    data.add_curves([part.strand] * (len(points) // part.strand))
    taper = np.linspace(1, 0.35, part.strand) * STRAND_RADIUS_M.get(part.look, HAIR_RADIUS_M)
    radius = data.attributes.get("radius") or data.attributes.new("radius", "FLOAT", "POINT")
    radius.data.foreach_set("value", np.tile(taper, len(points) // part.strand).astype(np.float32))
    _remember_rest(data, part.skin.rest)
    data.materials.append(material(part.look, tinted=False))
    item = bpy.data.objects.new(part.name, data)
    bpy.context.scene.collection.objects.link(item)
    move(item, points)
    return item


def move(item: Any, points: FloatArray) -> None:
    """Put an object's points (n, 3) at new places."""
    flat = points.astype(np.float32).ravel()
    if isinstance(item.data, bpy.types.Mesh):
        item.data.vertices.foreach_set("co", flat)
        item.data.update()
    else:
        item.data.attributes["position"].data.foreach_set("vector", flat)
    item.data.update_tag()


def show(items: list[Any], visible: bool) -> None:
    for item in items:
        item.hide_render = not visible


def render(path: Path, samples: int, region: Region | None = None) -> None:
    """Write the picture as PNG, or the region (x1, y1, x2, y2 px of the pinhole picture) alone."""
    scene = bpy.context.scene
    scene.cycles.samples, scene.cycles.seed = samples, 1
    frame = scene.render
    frame.use_border = frame.use_crop_to_border = region is not None
    if region is not None:
        # Blender cuts borders off to whole pixels in single precision: aim inside the pixel.
        x1, y1, x2, y2 = (side + 0.25 for side in region)
        width, height = frame.resolution_x, frame.resolution_y
        frame.border_min_x, frame.border_max_x = x1 / width, x2 / width
        frame.border_min_y, frame.border_max_y = 1 - (y2 - 0.5) / height, 1 - (y1 - 0.5) / height
    frame.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def _corners(face: list[int]) -> list[int]:
    return face[:3] if face[2] == face[3] else face


def _remember_rest(data: Any, rest: FloatArray) -> None:
    """Textures stick to the place a point has at rest, not to where it is now."""
    name = "rest"
    kept = data.attributes.get(name) or data.attributes.new(name, "FLOAT_VECTOR", "POINT")
    kept.data.foreach_set("vector", rest.astype(np.float32).ravel())


def material(name: str, tinted: bool) -> Any:
    known: Mapping[str, Any] = bpy.data.materials
    key = f"{name}-tinted" if tinted else name
    return known.get(key) or _new_material(key, LOOKS[name], tinted)


def _new_material(key: str, look: Look, tinted: bool) -> Any:
    made = bpy.data.materials.new(key)
    made.use_nodes = True
    made.cycles.emission_sampling = "NONE"  # the area lights do the lighting; lamps only glow
    tree = made.node_tree
    surface = tree.nodes["Principled BSDF"].inputs
    surface["Base Color"].default_value = (*look.colour, 1)
    surface["Roughness"].default_value, surface["Metallic"].default_value = look.rough, look.metal
    surface["Transmission Weight"].default_value = look.see_through
    surface["Alpha"].default_value = look.cover
    if look.under_skin:
        surface["Subsurface Weight"].default_value = look.under_skin
        surface["Subsurface Scale"].default_value = 0.01
    if look.glow:
        surface["Emission Color"].default_value = (*look.colour, 1)
        surface["Emission Strength"].default_value = look.glow
    place = tree.nodes.new("ShaderNodeAttribute")
    place.attribute_name = "rest"
    _colour(tree, look, tinted, place.outputs["Vector"])
    if look.bump:
        _relief(tree, look, place.outputs["Vector"])
    return made


def _colour(tree: Any, look: Look, tinted: bool, place: Any) -> None:
    socket = _tiles(tree, look, place) if look.tiles else None
    if look.uneven:
        noise = _noise(tree, look.uneven_per_m, place)
        spread = tree.nodes.new("ShaderNodeMapRange")
        spread.inputs["To Min"].default_value = 1 - look.uneven
        spread.inputs["To Max"].default_value = 1 + look.uneven * 0.5
        spread.inputs["From Min"].default_value, spread.inputs["From Max"].default_value = 0.3, 0.7
        tree.links.new(noise, spread.inputs["Value"])
        socket = _times(tree, look, socket, spread.outputs["Result"])
    if tinted:
        tint = tree.nodes.new("ShaderNodeAttribute")
        tint.attribute_name = "tint"
        socket = _times(tree, look, socket, tint.outputs["Color"])
    if socket is not None:
        tree.links.new(socket, tree.nodes["Principled BSDF"].inputs["Base Color"])


def _times(tree: Any, look: Look, first: Any, second: Any) -> Any:
    mix = tree.nodes.new("ShaderNodeMix")
    mix.data_type, mix.blend_type = "RGBA", "MULTIPLY"
    mix.inputs[0].default_value = 1.0
    mix.inputs[6].default_value = (*look.colour, 1)
    if first is not None:
        tree.links.new(first, mix.inputs[6])
    tree.links.new(second, mix.inputs[7])
    return mix.outputs[2]


def _noise(tree: Any, per_m: float, place: Any) -> Any:
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = per_m, 2
    tree.links.new(place, noise.inputs["Vector"])
    return noise.outputs["Fac"]


def _relief(tree: Any, look: Look, place: Any) -> None:
    bump = tree.nodes.new("ShaderNodeBump")
    bump.inputs["Strength"].default_value, bump.inputs["Distance"].default_value = look.bump, 0.01
    tree.links.new(_noise(tree, look.bump_per_m, place), bump.inputs["Height"])
    tree.links.new(bump.outputs["Normal"], tree.nodes["Principled BSDF"].inputs["Normal"])


def _tiles(tree: Any, look: Look, place: Any) -> Any:
    assert look.tiles
    apart = tree.nodes.new("ShaderNodeSeparateXYZ")
    flat = tree.nodes.new("ShaderNodeCombineXYZ")
    tree.links.new(place, apart.inputs[0])
    for k, axis in enumerate(look.tiles.plane):
        tree.links.new(apart.outputs["xyz".index(axis)], flat.inputs[k])
    brick = tree.nodes.new("ShaderNodeTexBrick")
    brick.offset = 0.0
    values = {
        "Scale": 1.0,
        "Mortar Size": 0.003,
        "Mortar Smooth": 0.1,
        "Brick Width": look.tiles.width,
        "Row Height": look.tiles.height,
    }
    for name, value in values.items():
        brick.inputs[name].default_value = value
    brick.inputs["Color1"].default_value = (*look.colour, 1)
    brick.inputs["Color2"].default_value = (*look.tiles.other, 1)
    brick.inputs["Mortar"].default_value = (*look.tiles.grout, 1)
    tree.links.new(flat.outputs[0], brick.inputs["Vector"])
    return brick.outputs["Color"]
