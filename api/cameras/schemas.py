"""Cameras as people see them."""

from __future__ import annotations

from pydantic import BaseModel


class CameraOut(BaseModel):
    """A camera and the restaurant it hangs in."""

    id: str
    name: str
    restaurant_id: str
    restaurant_name: str


class CamerasOut(BaseModel):
    """The cameras in somebody's scope."""

    items: list[CameraOut]
