"""The model of docs/model.md in NumPy, written with care: what a good Python program can do.

The exponentials factor, so that a sweep is a handful of products of matrices; wages, prices and spending are iterated
together, wages with a preconditioned step, with Anderson acceleration. Legend: w wage, P price, X spending, e = ĉ^(−θ),
B = π κ̂^(−θ), F = B/(1 + τ′), Y output.
"""

import dataclasses

import numpy as np

from dataset import Array, Economy

TOLERANCE = 4e-11
DEPTH = 8
MOST_SWEEPS = 1000


@dataclasses.dataclass(frozen=True)
class Solution:
    unknowns: Array  # ln ŵ, ln P̂ by (country, sector), X̂ by (country, sector)
    share: Array  # π′
    wage: Array
    price: Array
    expenditure: Array
    income: Array
    sweeps: int


class World:
    """An economy under new tariffs and some elasticities."""

    def __init__(self, economy: Economy, factor: Array, theta: Array) -> None:
        self.economy, self.theta = economy, theta
        self.gross = economy.share * (factor / economy.factor) ** -theta[:, None, None]
        self.net = self.gross / factor
        self.net_transposed = np.ascontiguousarray(self.net.transpose(0, 2, 1))
        self.value_added_share = economy.value_added_share
        self.scale = np.where(economy.expenditure > 0.0, economy.expenditure, 1.0)
        home = np.einsum("jnn->nj", economy.share)
        output = np.einsum("jni,nj->ij", economy.share / economy.factor, economy.expenditure)
        labour = self.value_added_share * output / economy.value_added[:, None]
        self.wage_step = 1.0 / (1.0 + (labour * theta * (1.0 - home)).sum(axis=1))

    def sweep(self, unknowns: Array) -> tuple[Array, float, tuple[Array, ...]]:
        """The step of every unknown, the largest relative residual, and what the solution is made of."""
        economy = self.economy
        n, j = economy.expenditure.shape
        log_wage, log_price, spent = self.split(unknowns)
        wages = np.exp(log_wage) * economy.value_added
        log_cost = self.value_added_share * log_wage[:, None] + (log_price[:, None, :] @ economy.inputs)[:, 0]
        costs = np.exp(-self.theta * log_cost).T[:, :, None]
        sums = self.gross @ costs
        expenditure = economy.expenditure * spent
        scaled = expenditure.T[:, :, None] / sums
        output = (costs * (self.net_transposed @ scaled))[:, :, 0].T
        revenue = expenditure.sum(axis=1) - ((self.net @ costs) * scaled)[:, :, 0].sum(axis=0)
        income = wages + revenue + economy.deficit
        demand = (economy.inputs @ output[:, :, None])[:, :, 0] + economy.final_share * income[:, None]
        of_labour = (self.value_added_share * output).sum(axis=1) / wages - 1.0
        of_prices = -np.log(sums)[:, :, 0].T / self.theta - log_price
        of_spending = (demand - expenditure) / self.scale
        relative = of_spending * self.scale / np.where(expenditure > 0.0, expenditure, 1.0)
        residual = max(np.abs(of_labour).max(), np.abs(of_prices).max(), np.abs(relative).max())
        step = np.concatenate([self.wage_step * of_labour, of_prices.ravel(), of_spending.ravel()])
        # World value added is the numeraire.
        step[:n] -= np.log((np.exp(step[:n]) * wages).sum() / economy.value_added.sum())
        return step, residual, (costs, sums, expenditure, income)

    def split(self, unknowns: Array) -> tuple[Array, Array, Array]:
        n, j = self.economy.expenditure.shape
        return unknowns[:n], unknowns[n : n + n * j].reshape(n, j), unknowns[n + n * j :].reshape(n, j)

    def start(self) -> Array:
        n, j = self.economy.expenditure.shape
        return np.concatenate([np.zeros(n + n * j), np.ones(n * j)])

    def solve(self, start: Array) -> Solution:
        """Anderson acceleration (Walker and Ni 2011, type II)."""
        z, last = start.copy(), None
        reach, steps = np.zeros((DEPTH, z.size)), np.zeros((DEPTH, z.size))
        for sweep in range(1, MOST_SWEEPS + 1):
            step, residual, parts = self.sweep(z)
            if residual < TOLERANCE:
                return self.solution(z, parts, sweep)
            move = step
            if last is not None:
                slot, used = (sweep - 2) % DEPTH, min(sweep - 1, DEPTH)
                reach[slot], steps[slot] = z + step - last[0], step - last[1]
                columns = steps[:used]
                gram = columns @ columns.T
                gram.flat[:: used + 1] *= 1.0 + 1e-12
                move = step - np.linalg.solve(gram, columns @ step) @ reach[:used]
            last = z + step, step
            z = z + move
        raise RuntimeError(f"not solved in {MOST_SWEEPS} sweeps")

    def solution(self, z: Array, parts: tuple[Array, ...], sweeps: int) -> Solution:
        log_wage, log_price, _ = self.split(z)
        costs, sums, expenditure, income = parts
        share = self.gross * costs.transpose(0, 2, 1) / sums
        return Solution(z, share, np.exp(log_wage), np.exp(log_price), expenditure, income, sweeps)


def at_rest(economy: Economy) -> Economy:
    """The economy moved to its equilibrium at observed policy: data are one up to rounding only."""
    world = World(economy, economy.factor, economy.theta)
    found = world.solve(world.start())
    return dataclasses.replace(
        economy,
        share=found.share,
        value_added=economy.value_added * found.wage,
        expenditure=found.expenditure,
    )


def income(economy: Economy) -> Array:
    paid = economy.share * economy.expenditure.T[:, :, None]
    revenue = (paid * (1.0 - 1.0 / economy.factor)).sum(axis=(0, 2))
    return economy.value_added + revenue + economy.deficit


def welfare(economy: Economy, found: Solution) -> Array:
    """Î/P̂ − 1 in per cent, relative to an economy at rest."""
    prices = np.prod(found.price**economy.final_share, axis=1)
    return 100.0 * (found.income / income(economy) / prices - 1.0)
