#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samenwerking.settings")
    from samenwerking.command_line import main

    main(sys.argv)
