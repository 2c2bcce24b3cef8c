"""What the operator decides: BRIGHTKITCHEN_* variables, or files in a secrets folder."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.accounts.schemas import Role
from api.outbound import allowed
from vision.errors import ConfigError

PREFIX: Final = "BRIGHTKITCHEN_"
SECRETS_FOLDER: Final = PREFIX + "SECRETS_FOLDER"


class Settings(BaseSettings):
    """Every setting of the server, with its unit in its name and its bounds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data: Path = Field(default=Path("data"), description="folder of the database and the evidence")
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL or SQLite address; unset: a SQLite file in the data folder",
    )
    evidence_url: str | None = Field(
        default=None, description="s3://BUCKET/PREFIX; unset: a folder in data"
    )
    s3_endpoint: str | None = Field(
        default=None, description="address of a storage that speaks S3; unset: Amazon's own"
    )
    s3_region: str = Field(default="us-east-1", description="region of the bucket")
    s3_access_key_id: str | None = Field(default=None, description="unset: the machine's own role")
    s3_secret_access_key: SecretStr | None = Field(default=None, description="secret")
    signing_key_file: Path | None = Field(
        default=None, description="Ed25519 key (PEM); unset: made in the data folder"
    )
    retention_dismissed_days: int = Field(
        default=30, ge=1, le=36_500, description="evidence of dismissed alerts"
    )
    retention_upheld_days: int = Field(
        default=730, ge=1, le=36_500, description="evidence of upheld alerts, once released"
    )
    retention_samples_days: int = Field(
        default=14, ge=1, le=36_500, description="pictures that belong to no alert"
    )
    unblur_minutes: int = Field(
        default=30, ge=1, le=1_440, description="how long an inspector sees originals"
    )
    https: bool = Field(default=False, description="reached over https: cookies are marked Secure")
    trusted_hosts: tuple[str, ...] = Field(
        default=(), description="host names answered; empty: any"
    )
    session_idle_s: int = Field(default=7_200, ge=60, le=86_400)
    session_lifetime_s: int = Field(default=43_200, ge=60, le=604_800)
    sign_in_attempts: int = Field(default=10, ge=1, le=1_000, description="per name and address")
    sign_in_window_s: int = Field(default=300, ge=1, le=86_400)
    password_link_lifetime_s: int = Field(
        default=172_800, ge=300, le=2_592_000, description="how long a link to set a password works"
    )
    oidc_issuer: str = Field(default="", description="address of an OpenID provider; empty: none")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = Field(default=None, description="secret")
    oidc_scopes: str = "openid profile"
    oidc_label: str = Field(default="", description="the provider's name on the sign-in page")
    oidc_name_claim: str = "name"
    oidc_role_claim: str = "roles"
    oidc_roles: dict[str, Role] = Field(default={}, description="value of that claim: role here")
    oidc_station_claim: str = ""
    oidc_district_claim: str = ""
    oidc_restaurant_claim: str = ""
    argon2_memory_kib: int = Field(default=65_536, ge=8, le=1_048_576)
    argon2_rounds: int = Field(default=3, ge=1, le=20)
    body_limit_bytes: int = Field(default=262_144, ge=1_024, le=16_777_216)
    time_zone: str = Field(default="Asia/Shanghai", description="in which the pages show times")
    picture_stale_s: int = Field(
        default=60, ge=2, le=86_400, description="an older last picture is not shown"
    )
    picture_ring: int = Field(default=8, ge=1, le=200, description="last pictures kept a camera")
    look_picture_days: int = Field(
        default=30, ge=1, le=3_650, description="how long a picture that was looked at is kept"
    )
    camera_late_s: int = Field(default=180, ge=10, le=86_400)
    camera_offline_s: int = Field(default=900, ge=10, le=604_800)
    patrol_lease_s: int = Field(
        default=600, ge=30, le=7_200, description="how long a camera is given to one patroller"
    )
    watch_lease_s: int = Field(
        default=45, ge=3, le=600, description="how long a camera stays with a watch not heard of"
    )
    busy_timeout_s: float = Field(
        default=15.0, gt=0, le=120, description="how long a write waits its turn"
    )

    samples_per_day: int = Field(
        default=20, ge=0, le=500, description="alert-free minutes drawn a day and district"
    )
    stats_public: bool = Field(
        default=False, description="/api/v1/stats answers without a sign-in, restaurants left out"
    )
    public_url: str | None = Field(default=None, description="where people reach this server")
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str | None = Field(default=None, description="the sender of every mail")
    outbound_allow: tuple[str, ...] = Field(
        default=(), description="private networks and host names that may be called"
    )
    outbound_ports: tuple[Annotated[int, Field(ge=1, le=65_535)], ...] = (443,)
    outbound_http: bool = Field(default=False, description="webhooks without TLS too")

    review_sla_critical_s: int = Field(default=900, ge=60, le=604_800)
    review_sla_major_s: int = Field(default=3_600, ge=60, le=604_800)
    review_sla_minor_s: int = Field(default=14_400, ge=60, le=2_592_000)
    review_lease_s: int = Field(
        default=120, ge=10, le=3_600, description="how long a claim holds without a sign of life"
    )
    review_double_share: float = Field(
        default=0.05, ge=0, le=1, description="alerts that a second person judges blindly"
    )
    review_known_share: float = Field(
        default=0.02, ge=0, le=1, description="known items among what is given to review"
    )
    clock_skew_s: int = Field(
        default=300, ge=0, le=86_400, description="how far ahead a camera's clock may be"
    )
    evidence_wait_h: int = Field(
        default=24, ge=1, le=8_760, description="after which missing evidence is given up"
    )

    footage_folder: Path | None = Field(
        default=None, description="folder of recordings that may be analysed; unset: uploads only"
    )
    footage_upload_bytes: int = Field(
        default=2 * 1024**3, ge=1_024, le=1024**4, description="largest uploaded video"
    )

    @field_validator("outbound_allow")
    @classmethod
    def _known_networks(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        allowed(entries)
        return entries

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch(r"https?://[^\s?#@]+", url):
            raise ValueError("must be an address like https://kitchens.example.org")
        return url and url.rstrip("/")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (OSError, ValueError, ZoneInfoNotFoundError) as error:
            raise ValueError(f"{name} is not a time zone like Asia/Shanghai") from error

    @property
    def url(self) -> str:
        """The database's address, with its password: never log it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data.absolute() / 'brightkitchen.db'}"

    @property
    def evidence_folder(self) -> Path:
        """Where evidence files lie."""
        return self.data / "evidence"


def read_settings(**overrides: Any) -> Settings:
    """Settings from the environment, ``overrides`` first; ConfigError names what is wrong."""
    given = {name: value for name, value in overrides.items() if value is not None}
    _refuse_unknown()
    try:
        return Settings(**given, _secrets_dir=os.environ.get(SECRETS_FOLDER))  # type: ignore[call-arg]  # pydantic-settings' own
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from error


def _refuse_unknown() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {SECRETS_FOLDER}
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            nearest = get_close_matches(name.upper(), known, n=1)
            hint = f"; did you mean {nearest[0]}?" if nearest else "; remove it"
            raise ConfigError(f"the setting {name} is not known{hint}")


def _sentence(error: ValidationError) -> str:
    """Name the setting and the bound, and never repeat the value: it may be a secret."""
    parts = (
        f"{PREFIX}{'_'.join(str(place) for place in item['loc']).upper()}: {item['msg']}"
        for item in error.errors(include_input=False)
    )
    return "settings cannot be used: " + "; ".join(parts)
