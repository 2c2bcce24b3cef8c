"""Every table, gathered so that migrations and relations know them all."""

from api.accounts.models import SessionRow, UserRow
from api.alerts.models import AlertRow
from api.audit import AuditHead, AuditRow
from api.cameras.models import CameraKeyRow, CameraRow
from api.database import Base
from api.evidence.models import EvidenceRow
from api.restaurants.models import DistrictRow, RestaurantRow, StationRow, UserRestaurantRow
from api.reviews.models import ReviewRow

__all__ = [
    "AlertRow",
    "AuditHead",
    "AuditRow",
    "Base",
    "CameraKeyRow",
    "CameraRow",
    "DistrictRow",
    "EvidenceRow",
    "RestaurantRow",
    "ReviewRow",
    "SessionRow",
    "StationRow",
    "UserRestaurantRow",
    "UserRow",
]
