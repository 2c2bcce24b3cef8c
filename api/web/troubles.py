"""What a form did wrong, told in the language of who filled it in."""

from __future__ import annotations

from typing import Final

from fastapi import Request

from api.web.rendering import translate
from api.web.words import N_
from vision.errors import KitchenError

# How the sentences of api.accounts, api.restaurants and api.cameras begin, and what a page says.
TOLD: Final[tuple[tuple[str, str], ...]] = (
    ("a password has", N_("The password needs 10 to 256 characters.")),
    ("this password is among", N_("This password is among the first to be guessed.")),
    ("a password must not be the name", N_("The password must not be the name with a few signs.")),
    ("the present password", N_("The present password is not right.")),
    ("both passwords", N_("The two passwords are not the same.")),
    ("somebody is called", N_("Somebody has this name already: choose another.")),
    ("a station is called", N_("A station has this name already: choose another.")),
    ("a restaurant's account", N_("A restaurant's account, and no other, names its restaurants.")),
    ("an inspector's account", N_("An inspector needs a district or a station.")),
    ("the role", N_("This role is for the whole city: choose no district and no station.")),
    ("name must", N_("The name needs 1 to 100 characters.")),
    ("no restaurant is called", N_("A restaurant in the list is not known: check its name.")),
    ("several restaurants", N_("Several restaurants have this name: write the number instead.")),
    ("ask another administrator", N_("Ask another administrator to switch your account off.")),
    ("the account is switched off", N_("The account is switched off: switch it on first.")),
    ("name the station", N_("Name the station that cares for the restaurant.")),
    ("a key must be", N_("Tick what the key may do.")),
    ("this key works no more", N_("This key works no more: make a new one.")),
    ("this link was used", N_("This link was used, is too old, or was replaced by a newer one.")),
)
LAST_ADMIN: Final = N_("This is the only administrator: make another one first.")


def notice(request: Request, error: KitchenError) -> dict[str, str]:
    """The error as a note at the head of a form."""
    told = str(error)
    if "the only administrator" in told:
        msgid = LAST_ADMIN
    else:
        msgid = next((text for start, text in TOLD if told.startswith(start)), told)
    return {"kind": "bad", "title": translate(request, msgid), "detail": ""}
