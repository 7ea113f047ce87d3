"""Measures the program: against its peers, against its own growth, and against the limits of the machine.

    python3 benches/peers/run.py peers           # the tables, on standard output
    python3 benches/peers/run.py sizes growth    # other parts
    python3 benches/peers/run.py --all           # everything, written into docs/performance.md

Peers come from PyPI into a virtual environment in a temporary folder; the comparison with gegravity needs a dataset that
is not in the repository (the folder that TARIFFSIM_SHARED names, else ../shared). What is absent is said and left out.
Answers that differ are a failure. Python 3.11 or newer, standard library only.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "performance.md"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
CRITERION = TARGET / "criterion"
# One thread for every program that is compared.
ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
SIZES = ["world-2024-12x29", "random-31x40", "world-2024-45x29", "world-2024-81x29"]
COLUMNS = {
    "baseline/new": "baseline made ready, all cores",
    "sweep/one": "a sweep",
    "sweep/batch": "a sweep of 8 draws",
    "solve/central": "a solution",
    "solve/batch": "8 draws",
    "draws/1000": "1,000 draws, all cores",
}
START = {
    "--version": "`--version`",
    "list": "`list`",
    "check us-25-mexico-canada": "`check us-25-mexico-canada`",
    "run us-25-mexico-canada --draws 0": "`run us-25-mexico-canada --draws 0`: 81 economies",
    "run us-25-mexico-canada --draws 0 --set aggregate=economies-45": "the same with 45",
    "run us-25-mexico-canada --draws 0 --set aggregate=economies-12": "the same with 12",
}


def cargo(*arguments: str) -> str:
    run = subprocess.run(["cargo", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return run.stdout


def said(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def shown(nanoseconds: float) -> str:
    for size, unit in ((1e9, "s"), (1e6, "ms")):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds / 1e3:.3g} µs"


def estimate(folder: Path) -> str:
    """The median that criterion left, and the median distance from it."""
    found = json.loads((folder / "new" / "estimates.json").read_text(encoding="utf-8"))
    middle, off = (found[name]["point_estimate"] for name in ("median", "median_abs_dev"))
    return f"{shown(middle)} ±{100 * off / middle:.0f} %"


def machine() -> str:
    """Processor, cores, compiler, commit."""
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        text = information.read_text(encoding="utf-8")
        names = dict(re.findall(r"^(model name|cpu family|model)\s*: (.*)$", text, re.MULTILINE))
        processor = f"{names.get('model name')}, family {names.get('cpu family')}, model {names.get('model')}"
    compiler = subprocess.run(["rustc", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    rows = {
        "processor": processor,
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "compiler": f"{compiler}, release profile",
        "Python": platform.python_version(),
    }
    return "| | |\n|---|---|\n" + "".join(f"| {name} | {value} |\n" for name, value in rows.items())


def sizes() -> str:
    """Criterion's benches of the four economies and of the whole program."""
    wanted = "|".join(SIZES)
    for bench in ("solve", "draws"):
        cargo("bench", "--bench", bench, "--", f"({wanted})$")
    cargo("bench", "--bench", "start")
    table = "| economy | " + " | ".join(COLUMNS.values()) + " |\n|---|" + "---:|" * len(COLUMNS) + "\n"
    for size in SIZES:
        table += f"| {size} | " + " | ".join(estimate(CRITERION / name / size) for name in COLUMNS) + " |\n"
    table += "\n| the whole program | |\n|---|---:|\n"
    for line, name in START.items():
        table += f"| {name} | {estimate(CRITERION / 'start' / line)} |\n"
    return table


def environment(folder: Path) -> Path:
    """A virtual environment with every peer that can be installed; gives its Python."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    lines = (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    for requirement in (line for line in lines if line and not line.startswith("#")):
        said(f"installing {requirement}")
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement]
        if subprocess.run(pip, stdout=subprocess.DEVNULL).returncode != 0:
            said(f"SKIPPED: {requirement} cannot be installed here")
    return python


def compared(python: Path, script: str, *arguments: Path) -> str:
    command = [python, HERE / script, TARGET / "release" / "tariffsim", *arguments]
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | ALONE
    ).stdout


def peers() -> str:
    """The same work by the program and by others."""
    cargo("build", "--release")
    cargo("bench", "--bench", "solve", "--", "central/world")
    shared = Path(os.environ.get("TARIFFSIM_SHARED", ROOT.parent / "shared"))
    gravity = shared / "golden" / "gravity-2000"
    with tempfile.TemporaryDirectory() as folder:
        python = environment(Path(folder))
        table = compared(python, "many_sectors.py", CRITERION) + "\n"
        if gravity.exists():
            return table + compared(python, "one_sector.py", gravity)
    said(f"SKIPPED: {gravity} is absent; set TARIFFSIM_SHARED to compare with gegravity")
    return table + "The comparison with gegravity was left out: its dataset is absent.\n"


PARTS: dict[str, Callable[[], str]] = {
    "machine": machine,
    "sizes": sizes,
    "peers": peers,
    "growth": lambda: cargo("bench", "--bench", "growth"),
    "floor": lambda: cargo("bench", "--bench", "floor"),
}


def written(part: str, text: str) -> None:
    """Puts a table into its block of the page."""
    begin, end = f"<!-- {part}:begin -->\n", f"<!-- {part}:end -->"
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(begin)
    after = rest.split(end)[1]
    PAGE.write_text(f"{before}{begin}{text.strip()}\n{end}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"what to measure: {', '.join(PARTS)}")
    parser.add_argument("--all", action="store_true", help="all parts, written into docs/performance.md")
    parser.add_argument("--write", action="store_true", help="write the parts into docs/performance.md")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown or not (options.parts or options.all):
        parser.error(f"name some of {', '.join(PARTS)}, or --all")
    for part in PARTS if options.all else options.parts:
        said(f"measuring {part}")
        text = PARTS[part]()
        if options.all or options.write:
            written(part, text)
        print(text.strip(), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
