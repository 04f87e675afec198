"""The benchmark: bench.py [ROW...], or ROWS="c e h". Each row is rows/<name>.py. Prints one table, each figure a ratio to a yardstick of the same minutes."""

import importlib
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from frame import Bench, Failed, Line, print_table  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent / "rows"


def main():
    every = sorted(p.stem for p in FOLDER.glob("*.py") if "def run(bench)" in p.read_text())
    wanted = sys.argv[1:] or os.environ.get("ROWS", "").split() or every
    unknown = [r for r in wanted if r not in every]
    if unknown:
        raise SystemExit(f"no row {' '.join(unknown)}; there are {' '.join(every)}")
    rows = [(r, importlib.import_module(f"rows.{r}")) for r in wanted]
    bench = Bench()
    bench.say_box()
    lines, bad = [], 0
    try:
        for name, row in rows:
            print(f"-- {name}: {row.ABOUT}", flush=True)
            try:
                lines += row.run(bench)
            except Failed as why:
                lines.append(Line(name, [], "no figure", goal=str(why)[:80]))
                bad = 1
                print(f"   {name}: NO FIGURE: {why}", flush=True)
    finally:
        bench.close()
    print()
    print_table(lines)
    return bad


if __name__ == "__main__":
    sys.exit(main())
