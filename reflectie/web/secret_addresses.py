"""The first part of each address whose next part is a secret: whoever has it can open a sheet, report, role or wall.

The routes begin with these (`samenwerking/urls.py`), logs leave out what follows (`web/logs.py`), and search engines
are told to stay away (`web/middleware.py`). A script needs none: what it keeps is named by the page's own address.
"""

FILL = "invullen"
JOIN = "meedoen"
REPORT = "rapport"
INVITATION = "uitnodiging"
TALK = "gesprek"

SECRET = (FILL, JOIN, REPORT, INVITATION, TALK)
