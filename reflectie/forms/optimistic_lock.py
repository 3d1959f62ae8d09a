"""What two people may change at once: the page says what it showed, so that nobody is overwritten unseen."""

from typing import Any, Generic, TypeVar

from django import forms

Kept = TypeVar("Kept")


class SeenForm(forms.Form, Generic[Kept]):
    """A form over a thing that is kept. It carries the mark of what the page showed: whoever changed the thing in the
    meantime isn't overwritten."""

    def __init__(self, *args: Any, kept: Kept | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept
        # What somebody else made of it meanwhile, once `meet` was told.
        self.has_met = False
        self.theirs: Kept | None = None
        self.current = ""

    def mark_of(self, thing: Kept | None) -> str:
        """With which a page says what it showed of a thing."""
        raise NotImplementedError

    @property
    def shown_mark(self) -> str:
        """Goes along in the page: what it showed when it was opened, however often it comes back."""
        return str(self.data.get("seen", "0")) if self.is_bound else self.mark_of(self.kept)

    @property
    def seen(self) -> str:
        """What the person decided over: what the page showed, or the other's where they chose their own."""
        return str(self.data["current"]) if self.chose_own and "current" in self.data else self.shown_mark

    @property
    def chose_own(self) -> bool:
        return "mine" in self.data

    def meet(self, theirs: Kept | None) -> None:
        """Somebody else changed this since, or took it out: both stand on the page, and the person chooses."""
        self.has_met, self.theirs, self.current = True, theirs, self.mark_of(theirs)
