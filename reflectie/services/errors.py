"""What can go wrong in any service."""


class NotFoundError(Exception):
    """What was there when a page was asked for is gone by the time it is written: erased, used up or withdrawn. Nothing
    was written. Unless a view knows better, the answer is that the page isn't there (`web/errors.py`)."""
