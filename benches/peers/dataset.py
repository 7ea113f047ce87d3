"""A dataset folder of tariffsim as arrays, calibrated as docs/model.md says, and the program itself."""

import csv
import dataclasses
import statistics
import subprocess
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

Array = np.ndarray


@dataclasses.dataclass(frozen=True)
class Economy:
    """N countries, J sectors; flows by (sector, importer, exporter)."""

    countries: list[str]
    sectors: list[str]
    is_goods: Array  # (J)
    share: Array  # π, (J, N, N)
    factor: Array  # 1 + τ, (J, N, N)
    inputs: Array  # γ_nkj, (N, input, output)
    final_share: Array  # α, (N, J)
    expenditure: Array  # X, (N, J)
    value_added: Array  # w L, (N)
    deficit: Array  # D, (N)
    theta: Array  # θ, (J)

    @property
    def value_added_share(self) -> Array:
        return 1.0 - self.inputs.sum(axis=1)


def rows(path: Path) -> Iterator[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def flows(folder: Path, table: str, column: str, countries: list[str], sectors: list[str]) -> Array:
    at = {code: position for position, code in enumerate(countries)}
    sector_at = {code: position for position, code in enumerate(sectors)}
    values = np.zeros((len(sectors), len(countries), len(countries)))
    for row in rows(folder / table):
        values[sector_at[row["sector"]], at[row["importer"]], at[row["exporter"]]] = float(row[column])
    return values


def read(folder: Path) -> Economy:
    manifest = tomllib.loads((folder / "dataset.toml").read_text(encoding="utf-8"))
    countries = [row["code"] for row in rows(folder / "countries.csv")]
    kinds = {row["code"]: row["kind"] for row in rows(folder / "sectors.csv")}
    sectors = list(kinds)
    value = flows(folder, "trade.csv", "value", countries, sectors)
    factor = 1.0 + flows(folder, "tariffs.csv", "rate", countries, sectors)
    inputs = np.zeros((len(countries), len(sectors), len(sectors)))
    if (folder / "inputs.csv").exists():
        at = {code: position for position, code in enumerate(countries)}
        sector_at = {code: position for position, code in enumerate(sectors)}
        for row in rows(folder / "inputs.csv"):
            cell = at[row["country"]], sector_at[row["input"]], sector_at[row["output"]]
            inputs[cell] = float(row["coefficient"])
    listed = {
        row["sector"]: float(row["theta"])
        for row in rows(folder / "elasticities.csv")
        if row["source"] == manifest["default_elasticities"] and row["theta"]
    }
    paid = value * factor
    expenditure, output = paid.sum(axis=2).T, value.sum(axis=1).T
    # Where nothing is bought the country is its own supplier of nothing.
    nothing = expenditure.T == 0.0
    paid[nothing] = np.eye(len(countries))[np.nonzero(nothing)[1]]
    final = np.maximum(expenditure - np.einsum("nkj,nj->nk", inputs, output), 0.0)
    return Economy(
        countries=countries,
        sectors=sectors,
        is_goods=np.array([kinds[sector] == "goods" for sector in sectors]),
        share=paid / paid.sum(axis=2, keepdims=True),
        factor=factor,
        inputs=inputs,
        final_share=final / final.sum(axis=1, keepdims=True),
        expenditure=expenditure,
        value_added=((1.0 - inputs.sum(axis=1)) * output).sum(axis=1),
        deficit=value.sum(axis=(0, 2)) - value.sum(axis=(0, 1)),
        theta=np.array([listed.get(sector, 5.0) for sector in sectors]),
    )


def write(path: Path, header: list[str], body: list[tuple]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *body])


def median(work: Callable[[], object], runs: int) -> float:
    """The median of the seconds that a work takes."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def shown(seconds: float) -> str:
    value, unit = (seconds, "s") if seconds >= 1.0 else (1e3 * seconds, "ms")
    return f"{value:.3g} {unit}"


@dataclasses.dataclass(frozen=True)
class Program:
    """tariffsim with a scenario in a folder, on one thread."""

    path: str
    folder: Path
    scenario: str

    def run(self, *options: str) -> None:
        command = [self.path, "run", self.scenario, "--threads", "1", *options]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)

    def times(self, draws: int) -> tuple[float, float]:
        """Seconds of the whole process without draws, and of one draw more: the page on the terminal, no files."""
        whole = median(lambda: self.run("--draws", "0"), 7)
        return whole, (median(lambda: self.run("--draws", str(draws)), 3) - whole) / draws

    def central(self, variable: str) -> dict[str, float]:
        """A variable of every country in the central case."""
        self.run("--draws", "0", "--out", "out", "--quiet")
        return {
            row["country"]: float(row["value"])
            for row in rows(self.folder / "out" / "countries.csv")
            if row["stat"] == "central" and row["variable"] == variable
        }
