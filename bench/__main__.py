"""python -m bench NAME [options]: judge, cycle, intake, check, pages; without a name all of them, in short form."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = ("judge", "cycle", "intake", "check", "pages")


def main(arguments: list[str]) -> int:
    if arguments and arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0
    if not arguments:
        return max(import_module(f"bench.{name}").main([]) for name in NAMES)
    if arguments[0] not in NAMES:
        print(f"There is no benchmark '{arguments[0]}'; choose one of {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    return import_module(f"bench.{arguments[0]}").main(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
