"""``python -m pandas_mi``: the command line."""

import sys

from pandas_mi.cli import main

if __name__ == "__main__":
    sys.exit(main())
