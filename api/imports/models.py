"""Tables of imports: what was sent, what came of it, and the numbers that offices use."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base, UtcDateTime


class ImportRow(Base):
    """A table that was sent; ``status``: wrong, checked (nothing is done yet), done.

    ``content`` is dropped once it is done. ``told`` is JSON: problems, or what became of each line;
    never a key. ``made_by`` is a user's id, or ``system`` for the command line.
    """

    __tablename__ = "imports"
    __table_args__ = (Index("ix_imports_made", "made_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(32))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(10))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    told: Mapped[str] = mapped_column(Text)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportNumberRow(Base):
    """The number by which the office's own lists know a restaurant or a camera."""

    __tablename__ = "import_numbers"
    __table_args__ = (Index("uq_import_numbers_subject", "kind", "subject_id", unique=True),)

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(64))
