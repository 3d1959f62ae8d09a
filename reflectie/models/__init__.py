"""What is kept: fields, constraints, named querysets. What it means stands in `domain/`."""

from .checklist import Checklist, Dimension, FrozenError, Guidance, Item
from .session import Answer, MadePdf, Response, Session

__all__ = ["Answer", "Checklist", "Dimension", "FrozenError", "Guidance", "Item", "MadePdf", "Response", "Session"]
