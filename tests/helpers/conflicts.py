"""What somebody is told who was second to change a thing."""

from collections.abc import Callable, Iterable

import pytest

from reflectie.services.optimistic_lock import ConflictError


def met_by(step: Callable[..., object], *args: object) -> object:
    """What stands now, by the conflict that this step must come upon."""
    with pytest.raises(ConflictError) as raised:
        step(*args)
    return raised.value.current


def all_met(results: Iterable[object]) -> list[object]:
    """Of what came of steps taken at once, what each of those was told that came upon a conflict."""
    return [result.current for result in results if isinstance(result, ConflictError)]
