"""``python -m speechrag`` is the command line, for machines where the script is not on the path."""

from __future__ import annotations

import sys

from speechrag.interfaces.cli import main

if __name__ == "__main__":
    sys.exit(main())
