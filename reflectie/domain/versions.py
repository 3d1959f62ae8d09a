"""What a page showed of a thing that two people may change at once, and whether that still stands."""

from typing import Protocol

from .questionnaire.answers import digest


class Versioned(Protocol):
    """A thing with parts that tell one version of it from another."""

    @property
    def parts(self) -> tuple[str, ...]: ...


def parts_of(thing: Versioned | None) -> tuple[str, ...]:
    """The parts of a thing; none when there is no thing."""
    return thing.parts if thing else ()


def etag(thing: Versioned | None) -> str:
    """With which a page says what it showed of a thing; "0" when there was none."""
    return digest(parts_of(thing))
