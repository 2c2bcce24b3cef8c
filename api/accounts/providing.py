"""The OpenID provider that the settings name, if they name one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.accounts.claims import ClaimTable
from api.settings import Settings
from vision.errors import ConfigError

if TYPE_CHECKING:
    from api.accounts.oidc import Provider


def open_provider(settings: Settings) -> Provider | None:
    """The provider, not asked yet; ConfigError when the extra or a setting is missing."""
    if not settings.oidc_issuer:
        return None
    try:
        from api.accounts.oidc import Client, Provider
    except ImportError as error:
        raise ConfigError("BRIGHTKITCHEN_OIDC_ISSUER needs the extra oidc: install it") from error
    if not settings.oidc_client_id or not settings.oidc_roles:
        raise ConfigError(
            "BRIGHTKITCHEN_OIDC_ISSUER needs BRIGHTKITCHEN_OIDC_CLIENT_ID and "
            "BRIGHTKITCHEN_OIDC_ROLES beside it"
        )
    secret = settings.oidc_client_secret
    return Provider(
        Client(
            settings.oidc_issuer,
            settings.oidc_client_id,
            secret.get_secret_value() if secret else "",
            settings.oidc_scopes,
        )
    )


def claim_table(settings: Settings) -> ClaimTable:
    """How the operator wants claims to be read."""
    return ClaimTable(
        role=settings.oidc_role_claim,
        roles=settings.oidc_roles,
        name=settings.oidc_name_claim,
        station=settings.oidc_station_claim,
        district=settings.oidc_district_claim,
        restaurant=settings.oidc_restaurant_claim,
    )
