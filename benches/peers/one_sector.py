"""One sector, no inputs: the 2004 enlargement of the European Union on the data of ge_gravity (44 economies, 2000), by
tariffsim and by gegravity. `one_sector.py PROGRAM DATASET`.

gegravity (P. Herman) solves structural gravity in general equilibrium (Larch & Yotov 2016). It builds its own trade
from trade costs, so the costs are chosen such that it builds the observed trade, and trade is made balanced first:
away from balance the two close the world differently. It gives relative prices only, so exports are compared relative
to those of the first country. Its last step holds the output shares of the baseline in the multilateral resistances, so
its answer is near the equilibrium and not on it; a plain iteration of the model's equations says which program is off.
"""

import contextlib
import io
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

from dataset import Array, Program, flows, median, rows, shown, write

try:
    import gegravity
    import pandas as pd
except ImportError as error:
    sys.exit(f"gegravity is not installed: {error}")

THETA = 4.0
RUNS = 5
# Relative differences of exports: of tariffsim and of gegravity from the exact equilibrium.
AGREE, NEAR = 1e-8, 1e-2
SCENARIO = """baseline = "data"
[[measure]]
name = "enlargement"
by = "all"
on = "all"
trade_costs = "costs.csv"
[model]
deficits = "balanced"
"""


def equilibrium(trade: Array, weight: Array) -> Array:
    """Balanced trade by (importer, exporter) when the share of every flow is weighted anew: plain damped iteration."""
    output, shares = trade.sum(axis=0), weight * trade / trade.sum(axis=1, keepdims=True)
    wage = np.ones(len(trade))
    for _ in range(100_000):
        new = shares * wage**-THETA
        new *= (wage * output / new.sum(axis=1))[:, None]
        ratio = new.sum(axis=0) / (wage * output)
        if np.abs(ratio - 1.0).max() < 1e-13:
            return new
        wage *= ratio ** (0.5 / (1.0 + THETA))
        wage *= output.sum() / (wage * output).sum()
    raise RuntimeError("the plain iteration did not come to rest")


def exports(trade: Array) -> Array:
    return trade.sum(axis=0) - np.diag(trade)


def table(countries: list[str], trade: Array, resistance: Array) -> "pd.DataFrame":
    """Flows as gegravity takes them."""
    output = trade.sum(axis=0)
    body = [
        (exporter, importer, "2000", trade[n, i], output[i], output[n], resistance[n, i])
        for i, exporter in enumerate(countries)
        for n, importer in enumerate(countries)
    ]
    return pd.DataFrame(body, columns=["exporter", "importer", "year", "trade", "Y", "E", "resistance"])


def model(data: "pd.DataFrame", reference: str) -> "gegravity.OneSectorGE":
    """gegravity's model with its baseline built."""
    coefficients = pd.DataFrame({"var": ["resistance"], "coeff": [1.0], "ste": [0.1]})
    costs = gegravity.CostCoeffs(
        estimates=coefficients, identifier_col="var", coeff_col="coeff", stderr_col="ste"
    )
    baseline = gegravity.BaselineData(
        data.copy(),
        imp_var_name="importer",
        exp_var_name="exporter",
        year_var_name="year",
        trade_var_name="trade",
        expend_var_name="E",
        output_var_name="Y",
    )
    built = gegravity.OneSectorGE(
        baseline,
        year="2000",
        expend_var_name="E",
        output_var_name="Y",
        reference_importer=reference,
        cost_variables=["resistance"],
        cost_coeff_values=costs,
        sigma=THETA + 1.0,
        quiet=True,
    )
    built.build_baseline(omr_rescale=1)
    return built


def simulate(built: "gegravity.OneSectorGE", data: "pd.DataFrame") -> None:
    built.define_experiment(data)
    built.simulate(ge_tolerance=1e-10)


@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def by_gegravity(countries: list[str], trade: Array, weight: Array) -> tuple[float, float, Array]:
    """Seconds for a solution, seconds for a draw, and exports after the enlargement relative to before, in per cent."""
    # Relative to trade without any resistance, so that the multilateral ones are 1: gegravity finds them from there.
    output = trade.sum(axis=0)
    resistance = np.log(trade * output.sum() / np.outer(output, output))
    before = table(countries, trade, resistance)
    after = table(countries, trade, resistance + np.log(weight))
    with quiet():
        # A model simulates once, and a draw of gegravity's own Monte Carlo builds a model anew.
        models = [model(before, countries[-1]) for _ in range(RUNS)]
        first = models[0]
        solution = median(lambda: simulate(models.pop(), after), RUNS)
        draw = median(lambda: simulate(model(before, countries[-1]), after), RUNS)
        changes = first.country_results["foreign exports change (percent)"]
    return solution, draw, np.array([changes[country] for country in countries])


def by_tariffsim(program: str, countries: list[str], trade: Array, costs: Path) -> tuple[float, float, Array]:
    """The same by the program, the first being the whole process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data"
        data.mkdir()
        manifest = {"name": "balanced", "title": "balanced", "unit": "USD mn", "default_elasticities": "ONE"}
        lines = [f'{key} = "{value}"\n' for key, value in manifest.items()]
        (data / "dataset.toml").write_text("".join([*lines, "year = 2000\n", 'final_demand = "residual"\n']))
        write(data / "countries.csv", ["code", "name"], [(country, country) for country in countries])
        write(data / "sectors.csv", ["code", "name", "kind"], [("ALL", "All goods and services", "goods")])
        write(data / "elasticities.csv", ["sector", "source", "theta", "se"], [("ALL", "ONE", THETA, 1.0)])
        write(data / "tariffs.csv", ["importer", "exporter", "sector", "rate"], [])
        body = [
            (exporter, importer, "ALL", repr(float(trade[n, i])))
            for i, exporter in enumerate(countries)
            for n, importer in enumerate(countries)
        ]
        write(data / "trade.csv", ["exporter", "importer", "sector", "value"], body)
        (folder / "costs.csv").write_text(costs.read_text(encoding="utf-8"), encoding="utf-8")
        (folder / "policy.toml").write_text(SCENARIO, encoding="utf-8")
        here = Program(program, folder, "policy.toml")
        changes, (whole, draw) = here.central("exports"), here.times(draws=5000)
    return whole, draw, np.array([changes[country] for country in countries])


def main() -> None:
    program, golden = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    countries = [row["code"] for row in rows(golden / "countries.csv")]
    costs = golden / "trade-costs-eu-enlargement.csv"
    weight = np.ones((len(countries), len(countries)))
    for row in rows(costs):
        cell = countries.index(row["importer"]), countries.index(row["exporter"])
        weight[cell] = float(row["cost_factor"]) ** -THETA
    trade = equilibrium(
        flows(golden, "trade.csv", "value", countries, ["ALL"])[0], np.ones_like(weight)
    )
    exact = exports(equilibrium(trade, weight)) / exports(trade)
    exact /= exact[0]

    def off(changes: Array, most: float, name: str) -> str:
        relative = 1.0 + changes / 100.0
        largest = np.abs(relative / relative[0] / exact - 1.0).max()
        if not largest < most:
            raise SystemExit(f"{name} differs from the exact equilibrium by {largest:.1e}")
        return f"{largest:.0e}"

    whole, draw, ours = by_tariffsim(program, countries, trade, costs)
    solution, peer_draw, theirs = by_gegravity(countries, trade, weight)
    print("| program | one solution | one draw | ratio of draws | exports differ from the exact ones by at most |")
    print("|---|---:|---:|---:|---:|")
    print(f"| tariffsim | {shown(whole)}, whole process | {shown(draw)} | 1 | {off(ours, AGREE, 'tariffsim')} |")
    ratio = f"{peer_draw / draw:,.0f}"
    print(f"| gegravity | {shown(solution)} | {shown(peer_draw)} | {ratio} | {off(theirs, NEAR, 'gegravity')} |")


if __name__ == "__main__":
    main()
