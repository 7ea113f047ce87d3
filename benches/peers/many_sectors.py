"""Many sectors with input-output links: 25 percentage points on US imports of all goods from Mexico and Canada, with
the embedded data, by tariffsim, by NumPy (plain.py) and by puremacro. `many_sectors.py PROGRAM CRITERION`, the second
being the folder where criterion left its estimates.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import plain
from dataset import Array, Economy, Program, median, read, shown

DATA = Path(__file__).resolve().parents[2] / "data" / "world-2024"
SCENARIO = """baseline = "data"
[[measure]]
name = "north-america"
by = "USA"
on = ["MEX", "CAN"]
add = "25pp"
"""
# Percentage points of welfare. puremacro stops at a residual of 1e-8, the others at 4e-11.
AGREE = {"NumPy": 1e-7, "puremacro": 1e-4}
# puremacro fills a dense system of NJ × NJ cell by cell, in every iteration; with 81 economies that is minutes.
MOST_FOR_PUREMACRO = 45


def policy(economy: Economy) -> Array:
    factor = economy.factor.copy()
    importer = economy.countries.index("USA")
    for partner in ("MEX", "CAN"):
        factor[economy.is_goods, importer, economy.countries.index(partner)] += 0.25
    return factor


def by_numpy(economy: Economy) -> tuple[float, float, Array]:
    """Seconds for the central solution and for a draw, and welfare."""
    factor = policy(economy)
    world = plain.World(economy, factor, economy.theta)
    found = world.solve(world.start())
    # The weights are made anew for every solution: they depend on the elasticities.
    solution = median(lambda: plain.World(economy, factor, economy.theta).solve(world.start()), 9)
    draws = np.random.default_rng(1)
    thetas = iter(economy.theta * np.exp(0.3 * draws.standard_normal((41, len(economy.theta)))))

    def draw() -> Array:
        drawn = plain.World(economy, factor, np.maximum(next(thetas), 0.3))
        return plain.welfare(economy, drawn.solve(found.unknowns))

    draw()
    return solution, median(draw, 40), plain.welfare(economy, found)


def by_puremacro(economy: Economy) -> tuple[float, Array] | str:
    """Seconds for the central solution, and welfare; or why there is none."""
    try:
        from puremacro.trade.caliendo_parro import CaliendoParroModel
    except ImportError as error:
        return f"not installed: {error}"
    if len(economy.countries) > MOST_FOR_PUREMACRO:
        return "not run: minutes"
    world = economy.value_added.sum()
    try:
        model = CaliendoParroModel(
            trade_shares=economy.share,
            gamma_va=economy.value_added_share,
            gamma_io=economy.inputs.transpose(0, 2, 1),
            alpha=economy.final_share,
            theta=economy.theta,
            labor_income=economy.value_added / world,
            deficits=economy.deficit / world,
            tariffs=economy.factor,
        )
    except ValueError as error:
        return f"cannot express it: {error}"
    results = []
    taken = median(lambda: results.append(model.solve_counterfactual(tariffs_new=policy(economy))), 1)
    if not results[0].converged:
        return "did not converge"
    return taken, results[0].welfare_pct


def compare(program: str, criterion: Path, economies: int) -> list[str]:
    """Rows of the table; raises where answers differ."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if economies == 81:
            (folder / "data").symlink_to(DATA)
        else:
            aggregate = ["data", "aggregate", DATA, "--by", f"economies-{economies}", "--out", "data"]
            subprocess.run([program, *aggregate], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (folder / "policy.toml").write_text(SCENARIO, encoding="utf-8")
        here = Program(program, folder, "policy.toml")
        ours, (_, our_draw) = here.central("welfare"), here.times(draws=1000)
        economy = plain.at_rest(read(folder / "data"))
    wanted = np.array([ours[country] for country in economy.countries])
    estimates = criterion / "solve" / "central" / f"world-2024-{economies}x{len(economy.sectors)}"
    measured = json.loads((estimates / "new" / "estimates.json").read_text(encoding="utf-8"))
    solution = 1e-9 * measured["median"]["point_estimate"]
    size = f"{economies} × {len(economy.sectors)}"
    table = [f"| {size} | tariffsim | {shown(solution)} | 1 | {shown(our_draw)} | 1 | |"]

    def difference(program: str, welfare: Array) -> str:
        largest = np.abs(welfare - wanted).max()
        if not largest < AGREE[program]:
            raise SystemExit(f"{size}: welfare of {program} differs by {largest:.1e} percentage points")
        return f"{largest:.0e}"

    seconds, a_draw_of_numpy, welfare = by_numpy(economy)
    table.append(
        f"| {size} | NumPy | {shown(seconds)} | {seconds / solution:,.0f} | {shown(a_draw_of_numpy)} "
        f"| {a_draw_of_numpy / our_draw:,.0f} | {difference('NumPy', welfare)} |"
    )
    found = by_puremacro(economy)
    if isinstance(found, str):
        return [*table, f"| {size} | puremacro | {found} | | | | |"]
    seconds, welfare = found
    ratio, largest = f"{seconds / solution:,.0f}", difference("puremacro", welfare)
    return [*table, f"| {size} | puremacro | {shown(seconds)} | {ratio} | the same | {seconds / our_draw:,.0f} | {largest} |"]


def main() -> None:
    program, criterion = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    print("| economies × sectors | program | one solution | ratio | one draw | ratio | welfare differs by at most, points |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for economies in (12, 45, 81):
        print("\n".join(compare(program, criterion, economies)), flush=True)


if __name__ == "__main__":
    main()
