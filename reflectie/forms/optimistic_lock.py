"""What two people may change at once: the page says what it showed, so that nobody is overwritten unseen."""

from typing import Any, Generic, TypeVar

from django import forms
from django.utils.functional import Promise

from reflectie.domain.versions import Versioned, etag

Thing = TypeVar("Thing", bound=Versioned)


class OptimisticLock(Generic[Thing]):
    """Carries the etag of what the page showed of a thing, in a hidden field. `data` is what was posted, `kept` what
    the page is made from (None: it isn't there)."""

    data: Any
    kept: Thing | None
    # Once `set_conflict` was told: what somebody else made of it meanwhile; None when they took it out.
    has_conflict = False
    theirs: Thing | None = None
    # The hidden field's name.
    etag_name = "seen"

    @property
    def shown_etag(self) -> str:
        """Goes along in the page: of what it showed when it was opened, however often it comes back."""
        return str(self.data.get(self.etag_name) or "0") if self.data else etag(self.kept)

    def set_conflict(self, theirs: Thing | None) -> None:
        """Somebody else changed this since, or took it out: it stands on the page as it is now, and the person
        chooses."""
        self.has_conflict, self.theirs = True, theirs

    @property
    def current_etag(self) -> str:
        """Of what the person is shown of the other's, once there is a conflict."""
        return etag(self.theirs)


class OptimisticLockForm(OptimisticLock[Thing], forms.Form):
    """A form over one thing. In a conflict both versions stand on the page (`templates/reflectie/conflict/`), and the
    person keeps the other's or chooses their own."""

    # What the page says in a conflict: that the other took it out, that this person wanted to, and the two buttons.
    removed_by_other: str | Promise = ""
    removing: str | Promise = ""
    remove_anyway: str | Promise = ""
    leave_removed: str | Promise = ""

    def __init__(self, *args: Any, kept: Thing | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept

    @property
    def seen(self) -> str:
        """What the person decided over: what the page showed, or the other's where they chose their own."""
        return str(self.data["current"]) if self.chose_own and "current" in self.data else self.shown_etag

    @property
    def chose_own(self) -> bool:
        return "mine" in self.data

    @property
    def chose_theirs(self) -> bool:
        return "theirs" in self.data

    @property
    def removes(self) -> bool:
        return "remove" in self.data
