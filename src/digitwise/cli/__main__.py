"""``python -m digitwise.cli`` is ``digitwise``."""

import sys

from digitwise.cli import main

if __name__ == "__main__":
    sys.exit(main())
