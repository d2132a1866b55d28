"""Print what an extra of setup.cfg asks for: python3 requirements.py EXTRA."""

import sys
from configparser import ConfigParser
from pathlib import Path


def requirements(extra: str) -> str:
    """Return the packages of ``extra``, one a line."""
    found = ConfigParser()
    with Path("setup.cfg").open(encoding="utf-8") as file:
        found.read_file(file)
    return found["options.extras_require"][extra].strip()


if __name__ == "__main__":
    sys.stdout.write(requirements(sys.argv[1]) + "\n")
