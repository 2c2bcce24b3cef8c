"""Who reads a camera's settings: its own computer with its key, or a person with a session."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.accounts.schemas import Person, SignedIn
from api.cameras.keys import Camera
from api.deps import BearerDep, MaybeSignedInDep, camera_of_request, require
from api.errors import NotSignedInError


def camera_or_person(
    request: Request, found: MaybeSignedInDep, given: BearerDep
) -> Camera | Person:
    """A key wins over a session; NotSignedInError without either."""
    if given is not None:
        return camera_of_request(request, "settings:read", given)
    if found is None:
        raise NotSignedInError("sign in first, or send the camera's key")
    return found.person


CameraOrPersonDep = Annotated[Camera | Person, Depends(camera_or_person)]
# Who sets cameras up.
OfficeDep = Annotated[SignedIn, Depends(require("supervisor", "admin"))]
