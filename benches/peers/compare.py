"""The same work by tariffsim and by peers on PyPI, in one session: do the answers agree, and who takes how long?

    python3 -m venv peers && peers/bin/pip install -r benches/peers/requirements.txt
    cargo build --release
    peers/bin/python benches/peers/compare.py target/release/tariffsim

gegravity (P. Herman) solves one-sector structural gravity in general equilibrium (Larch & Yotov 2016), which is our
model with one sector, no inputs and balanced trade. A world of random places is made; gegravity constructs its trade;
a trade agreement between two countries is simulated by both; then each is timed on the same solution, and on draws.

Its last step holds the output and expenditure shares of the baseline in the multilateral resistances, so its answer is
near the equilibrium but not on it. A plain iteration in NumPy of the model's own equations tells which is which.
"""

import contextlib
import csv
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import gegravity
import numpy as np
import pandas as pd

SIGMA = 5.0
DISTANCE, ABROAD, AGREEMENT = -0.8, -2.0, 0.6
RUNS = 7


def world(countries, seed):
    """Countries at random places with random sizes; every country spends what it makes."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(0.0, 10.0, (countries, 2))
    size = np.exp(rng.normal(0.0, 1.0, countries)) * 1000.0
    names = [f"C{i:02}" for i in range(countries)]
    rows = []
    for i, exporter in enumerate(names):
        for n, importer in enumerate(names):
            distance = np.log(0.5 + np.hypot(*(places[i] - places[n])))
            rows.append((exporter, importer, "2000", 1.0, size[i], size[n], distance, int(i != n), 0))
    columns = ["exporter", "importer", "year", "trade", "Y", "E", "distance", "abroad", "agreement"]
    return names, pd.DataFrame(rows, columns=columns)


def with_agreement(data, members):
    """The same world with an agreement between some countries."""
    data = data.copy()
    inside = data["exporter"].isin(members) & data["importer"].isin(members)
    data.loc[inside & (data["exporter"] != data["importer"]), "agreement"] = 1
    return data


def gegravity_model(data, reference):
    """The peer's model with its baseline built, quietly."""
    coefficients = pd.DataFrame(
        {
            "var": ["distance", "abroad", "agreement"],
            "coeff": [DISTANCE, ABROAD, AGREEMENT],
            "ste": [0.05, 0.1, 0.1],
        }
    )
    parameters = gegravity.CostCoeffs(
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
    model = gegravity.OneSectorGE(
        baseline,
        year="2000",
        expend_var_name="E",
        output_var_name="Y",
        reference_importer=reference,
        cost_variables=["distance", "abroad", "agreement"],
        cost_coeff_values=parameters,
        sigma=SIGMA,
        quiet=True,
    )
    model.build_baseline(omr_rescale=10)
    return model


def simulate(model, data):
    model.define_experiment(data)
    model.simulate(ge_tolerance=1e-10)


@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def write_dataset(folder, names, trade):
    """The peer's baseline as a dataset folder."""
    folder.mkdir()
    manifest = {
        "name": "peers",
        "title": "random places",
        "year": 2000,
        "unit": "units",
        "default_elasticities": "ONE",
        "final_demand": "residual",
    }
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in manifest.items()]
    (folder / "dataset.toml").write_text("".join(lines), encoding="utf-8")
    write(folder / "countries.csv", ["code", "name"], [(name, name) for name in names])
    write(folder / "sectors.csv", ["code", "name", "kind"], [("GDS", "Goods", "goods")])
    write(folder / "elasticities.csv", ["sector", "source", "theta", "se"], [("GDS", "ONE", SIGMA - 1.0, 1.0)])
    write(folder / "tariffs.csv", ["importer", "exporter", "sector", "rate"], [])
    rows = [(exporter, importer, "GDS", repr(float(value))) for exporter, importer, value in trade]
    write(folder / "trade.csv", ["exporter", "importer", "sector", "value"], rows)


def write_scenario(folder, members):
    """The agreement as a cut of trade costs."""
    factor = np.exp(AGREEMENT / (1.0 - SIGMA))
    pairs = [(importer, exporter) for importer in members for exporter in members if importer != exporter]
    rows = [(importer, exporter, "GDS", repr(float(factor))) for importer, exporter in pairs]
    write(folder / "costs.csv", ["importer", "exporter", "sector", "cost_factor"], rows)
    scenario = """baseline = "data"
[[measure]]
name = "agreement"
by = "all"
on = "all"
trade_costs = "costs.csv"
[model]
deficits = "balanced"
"""
    (folder / "agreement.toml").write_text(scenario, encoding="utf-8")


def tariffsim(program, folder, draws):
    """Runs the program and gives the seconds it took."""
    command = [program, "run", "agreement.toml", "--draws", str(draws), "--threads", "1", "--out", "out", "--quiet"]
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True)
    return time.perf_counter() - start


def exports_of(folder):
    with open(folder / "out" / "countries.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["stat"] == "central" and row["variable"] == "exports"]
    return {row["country"]: float(row["value"]) for row in rows}


def plainly(names, trade):
    """Changes of exports in the exact equilibrium, by plain damped iteration."""
    table = trade.pivot(index="exporter", columns="importer", values="baseline modeled trade")
    flows = table.loc[names, names].to_numpy()
    output, shares = flows.sum(axis=1), flows / flows.sum(axis=0)
    cost = np.ones_like(shares)
    cost[0, 1] = cost[1, 0] = np.exp(AGREEMENT)
    wage = np.ones(len(names))
    for _ in range(100_000):
        weights = shares * cost * wage[:, None] ** (1.0 - SIGMA)
        weights /= weights.sum(axis=0)
        ratio = weights @ (wage * output) / (wage * output)
        wage *= ratio**0.2
        if np.abs(ratio - 1.0).max() < 1e-13:
            break
    new = weights * (wage * output)
    abroad = lambda x: x.sum(axis=1) - np.diag(x)
    return dict(zip(names, 100.0 * (abroad(new) / abroad(flows) - 1.0)))


def median(work):
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def compare(program, countries):
    names, data = world(countries, seed=countries)
    members = names[:2]
    experiment = with_agreement(data, members)
    with quiet():
        # A model of the peer simulates once, and a draw of its Monte Carlo builds a model anew.
        models = [gegravity_model(data, names[-1]) for _ in range(RUNS)]
        model = models[0]
        peer_solution = median(lambda: simulate(models.pop(), experiment))
        peer_draw = median(lambda: simulate(gegravity_model(data, names[-1]), experiment))
        bilateral = model.bilateral_trade_results.reset_index()
        peer = model.country_results["foreign exports change (percent)"]
    trade = bilateral[["exporter", "importer", "baseline modeled trade"]]
    exact = plainly(names, trade)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_dataset(folder / "data", names, trade.itertuples(index=False))
        write_scenario(folder, members)
        whole = statistics.median(tariffsim(program, folder, 0) for _ in range(RUNS))
        ours = exports_of(folder)
        many = statistics.median(tariffsim(program, folder, 2000) for _ in range(3))
    # The peer gives relative prices only, so exports are compared relative to those of the first country.
    relative = lambda of: {c: (1 + of[c] / 100) / (1 + of[names[0]] / 100) for c in names}
    distance = lambda a, b: max(abs(a[c] / b[c] - 1.0) for c in names)
    exact = relative(exact)
    return {
        "countries": countries,
        "ours": distance(relative(ours), exact),
        "peer": distance(relative(peer), exact),
        "peer_solution": peer_solution,
        "peer_draw": peer_draw,
        "whole": whole,
        "draw": (many - whole) / 2000,
    }


def main():
    program = str(Path(sys.argv[1]).resolve())
    print("| countries | from the exact answer: gegravity | tariffsim | one solution: gegravity | tariffsim, whole process | one draw: gegravity | tariffsim | ratio |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    agree = True
    for countries in (10, 20, 30):
        found = compare(program, countries)
        agree &= found["ours"] < 1e-8 and found["peer"] < 1e-2
        print(
            f"| {countries} | {found['peer']:.0e} | {found['ours']:.0e} | {found['peer_solution']:.2f} s "
            f"| {found['whole']:.3f} s | {found['peer_draw']:.2f} s | {found['draw'] * 1e3:.2f} ms "
            f"| {found['peer_draw'] / found['draw']:,.0f} |"
        )
    if not agree:
        sys.exit("the answers differ")


if __name__ == "__main__":
    main()
