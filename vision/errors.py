"""Every error this project raises on purpose; each message tells the operator what to do.

KitchenError
├── ConfigError         a setting, argument, rule pack or model is not usable (exit 2)
│   └── ModelError      a model bundle is missing, incomplete or altered
├── SourceError         a video or picture cannot be read (exit 3)
├── EvidenceError       evidence cannot be written, or does not match its chain
├── DeliveryError       an alert could not be delivered
│   └── RefusedError    the API said no; sending it again will not help
└── RecordError         something about a stored record
    ├── NotFoundError   no such record, or none that this person may see
    ├── ConflictError   the record is no longer in the state this needs
    ├── InvalidError    the values given cannot be accepted; names the field
    └── ForbiddenError  this person may not do that
"""


class KitchenError(Exception):
    """Root of every deliberate error; its message is written for an operator."""


class ConfigError(KitchenError):
    """The configuration is not usable."""


class ModelError(ConfigError):
    """A model bundle is missing, incomplete or not what its manifest pins."""


class SourceError(KitchenError):
    """A video source or picture cannot be read at all."""


class EvidenceError(KitchenError):
    """Evidence cannot be written, or is not what its chain says."""


class DeliveryError(KitchenError):
    """The API did not take an alert this time; it stays in the outbox."""


class RefusedError(DeliveryError):
    """The API refused an alert for good; a person must look."""


class RecordError(KitchenError):
    """Something about a stored record."""


class NotFoundError(RecordError):
    """No record has that id, or none that this person may see."""


class ConflictError(RecordError):
    """The record is not in the state this step needs."""


class InvalidError(RecordError):
    """A value cannot be accepted; ``field`` names it."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ForbiddenError(RecordError):
    """This person may not do that."""
