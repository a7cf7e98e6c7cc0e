"""Which runs a sweep consists of, in which order, and what they say together.

Every configuration is run once on validation. For every ball the best one is chosen, and run anew
on test with seeds 0, 1, …; there, the last epoch inside the ball counts among those up to the one
that was kept on validation. Balls that chose the same configuration share its test runs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from editing.evaluation.last_first import is_settled
from editing.settings import Setting
from editing.sweeps.choosing import BallResult, best_configuration, kept_epoch
from editing.sweeps.runs import SEARCH, TEST, FinishedRun, Run
from editing.sweeps.search import RANDOM, Scored, draw

ROUND = 5
"""Configurations that TPE draws before it looks at results: so many may run side by side."""

Finished = Mapping[str, FinishedRun]
"""The runs that are done, by their names."""
Execute = Callable[[Sequence[Run]], Iterable[FinishedRun]]
"""Carries out runs and yields what came of each, in whatever order."""


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """What a sweep is to do, whatever model and method it is about."""

    space: tuple[Setting, ...]
    budgets: tuple[float, ...]
    configurations: int
    test_seeds: int
    sampler: str = RANDOM
    seed: int = 0


def carry_out(
    plan: SweepPlan,
    done: Finished,
    execute: Execute,
    *,
    on_finished: Callable[[FinishedRun], None],
) -> dict[str, FinishedRun]:
    """Carry out the runs that are not done yet, the search's first; return all runs.

    Args:
        on_finished: Told of every run as soon as it is done, to keep it.
    """
    finished = dict(done)
    while due := missing_runs(plan, finished):
        for run in execute(due):
            finished[run.run.name] = run
            on_finished(run)
    return finished


def missing_runs(plan: SweepPlan, finished: Finished) -> list[Run]:
    """Return the runs that can be carried out now; none where the sweep is complete."""
    for round_ in _rounds(plan):
        if any(_search_name(number) not in finished for number in round_):
            return _search_runs(plan, round_, finished)
    return _missing_tests(plan, finished)


def conclusion(plan: SweepPlan, finished: Finished) -> tuple[BallResult, ...]:
    """Return what the runs done so far say about each budget; nothing without any search run."""
    searched = _searched(plan, finished)
    if not searched:
        return ()
    return tuple(_ball(plan, finished, searched, budget) for budget in plan.budgets)


def _ball(
    plan: SweepPlan, finished: Finished, searched: Sequence[FinishedRun], budget: float
) -> BallResult:
    best = best_configuration(searched, budget)
    kept = kept_epoch(best.epochs, budget)
    runs = (finished.get(run.name) for run in _test_runs(plan, best, {budget: kept}))
    return BallResult(
        budget=budget,
        best=best,
        kept=kept,
        tests=tuple(
            (run, kept_epoch(run.epochs, budget, up_to=kept))
            for run in runs
            if run is not None and is_settled(run.epochs, budget, kept)
        ),
    )


def _rounds(plan: SweepPlan) -> list[range]:
    """The numbers of the configurations, in portions that are drawn at once."""
    size = plan.configurations if plan.sampler == RANDOM else ROUND
    count = plan.configurations
    return [range(begin, min(begin + size, count)) for begin in range(0, count, size)]


def _search_runs(plan: SweepPlan, round_: range, finished: Finished) -> list[Run]:
    before = [finished[_search_name(number)] for number in range(round_.start)]
    scored = [_scored(plan, run) for run in before]
    runs = [
        Run(
            stage=SEARCH,
            configuration=number,
            drawn=draw(plan.space, plan.sampler, seed=plan.seed, number=number, done=scored),
            seed=plan.seed,
        )
        for number in round_
    ]
    return [run for run in runs if run.name not in finished]


def _scored(plan: SweepPlan, run: FinishedRun) -> Scored:
    """Mean success over the balls: one run serves them all."""
    kept = [run.epochs[kept_epoch(run.epochs, budget)] for budget in plan.budgets]
    return run.run.drawn, sum(epoch.success_rate or 0.0 for epoch in kept) / len(kept)


def _missing_tests(plan: SweepPlan, finished: Finished) -> list[Run]:
    ends: dict[int, dict[float, int]] = {}
    best: dict[int, FinishedRun] = {}
    for ball in conclusion(plan, finished):
        number = ball.best.run.configuration
        best[number] = ball.best
        ends.setdefault(number, {})[ball.budget] = ball.kept
    due = [run for number in best for run in _test_runs(plan, best[number], ends[number])]
    return [run for run in due if not _is_done(run, finished)]


def _test_runs(plan: SweepPlan, best: FinishedRun, ends: Mapping[float, int]) -> list[Run]:
    return [
        Run(
            TEST,
            best.run.configuration,
            best.run.drawn,
            seed,
            last_epoch=max(ends.values()),
            ends=tuple(ends.items()),
        )
        for seed in range(plan.test_seeds)
    ]


def _is_done(run: Run, finished: Finished) -> bool:
    """Whether a test run, perhaps of an earlier choice, says what this one is to say."""
    done = finished.get(run.name)
    return done is not None and all(is_settled(done.epochs, *end) for end in run.ends)


def _searched(plan: SweepPlan, finished: Finished) -> list[FinishedRun]:
    names = map(_search_name, range(plan.configurations))
    return [finished[name] for name in names if name in finished]


def _search_name(number: int) -> str:
    return Run(SEARCH, number, {}, 0).name
