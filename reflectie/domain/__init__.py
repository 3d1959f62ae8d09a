"""What the checklist means: frozen dataclasses and pure functions, without Django and without a database.

No text for the screen lives here, except what the checklist's content brings along.
"""
