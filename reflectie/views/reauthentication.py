"""Until 0.8: what somebody was about to send while 0.6 asked for their password again is kept under this name."""

from reflectie.accounts.reauthentication import go_on

__all__ = ["go_on"]
