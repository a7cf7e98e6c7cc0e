"""The protocol of sweeps in plain values: draws, kept epochs, choices, statistics, the order."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from editing.errors import EditingError
from editing.settings import Scale, setting
from editing.sweeps import (
    RANDOM,
    SEARCH,
    TEST,
    TPE,
    EpochMeasures,
    FinishedRun,
    Run,
    SweepFolder,
    SweepPlan,
    best_configuration,
    carry_out,
    conclusion,
    draw,
    has_left_for_good,
    kept_epoch,
    mean_and_error,
    missing_runs,
    search_space,
)


@dataclass(frozen=True)
class Settings:
    """Two searched settings and one that is not."""

    rate: float = setting(0.1, label="", help="", sweep=(1e-4, 1e-1), scale=Scale.LOG)
    rank: int = setting(2, label="", help="", sweep=(1, 3))
    epochs: int = setting(3, label="", help="")


SPACE = search_space(Settings, {})
PLAN = SweepPlan(SPACE, (1e-1, 1e-3), configurations=4, test_seeds=3, seed=5)


def epochs(*pairs: tuple[float, float | None]) -> tuple[EpochMeasures, ...]:
    """(success, degradation) of each epoch."""
    return tuple(
        EpochMeasures(i, success, degraded, 1.0 + i, 2.0, None)
        for i, (success, degraded) in enumerate(pairs)
    )


def finished(run: Run, measures: tuple[EpochMeasures, ...]) -> FinishedRun:
    return FinishedRun(run, measures, was_pruned=False, seconds=1.0, facts={})


def searched(number: int, *pairs: tuple[float, float | None]) -> FinishedRun:
    return finished(Run(SEARCH, number, {"rate": 0.01}, 0), epochs(*pairs))


def test_draws_keep_to_the_ranges_and_depend_on_seed_and_number_alone(
    capfd: pytest.CaptureFixture[str],
) -> None:
    drawn = [draw(SPACE, RANDOM, seed=1, number=n, done=()) for n in range(60)]
    assert [item.name for item in SPACE] == ["rate", "rank"]
    assert all(1e-4 <= values["rate"] <= 1e-1 for values in drawn)
    assert {values["rank"] for values in drawn} == {1, 2, 3}
    below = sum(values["rate"] < 10**-2.5 for values in drawn)
    assert 20 <= below <= 40  # half of them on a log scale, hardly any on a linear one
    assert draw(SPACE, RANDOM, seed=1, number=7, done=[(drawn[0], 1.0)]) == drawn[7]
    assert draw(SPACE, RANDOM, seed=2, number=7, done=()) != drawn[7]
    assert capfd.readouterr() == ("", "")


def test_tpe_learns_from_the_runs_that_are_done() -> None:
    past = [draw(SPACE, RANDOM, seed=3, number=n, done=()) for n in range(30)]
    small = [(values, -abs(math.log10(values["rate"]) + 3.5)) for values in past]
    large = [(values, -abs(math.log10(values["rate"]) + 1.5)) for values in past]

    def mean_rate(done: Sequence[tuple[dict[str, int | float | bool | str], float]]) -> float:
        drawn = [draw(SPACE, TPE, seed=3, number=30 + n, done=done) for n in range(10)]
        return sum(math.log10(float(values["rate"])) for values in drawn) / 10

    assert mean_rate(small) < mean_rate(large) - 0.5


def test_settings_that_are_given_are_not_drawn() -> None:
    assert [item.name for item in search_space(Settings, {"rate": "0.1"})] == ["rank"]


def test_an_unknown_sampler_is_refused() -> None:
    with pytest.raises(EditingError, match="random or tpe"):
        draw(SPACE, "grid", seed=0, number=0, done=())


@pytest.mark.parametrize(
    ("degradations", "up_to", "kept"),
    [
        ((0.0, 1e-5, 1e-4, 1e-3), None, 2),
        ((0.0, 1e-3, 1e-5, 1e-3), None, 2),  # it left and came back
        ((0.0, 1e-3, 1e-3, 1e-3), None, 0),  # the untouched model is always inside
        ((0.0, -1e-3, 1e-3, 1e-5), 2, 1),  # on test no further than on validation
        ((0.0, 1e-5, None, None), None, 1),  # a training that diverged
        ((0.0, 1e-4, 2e-4, 3e-4), None, 1),  # on the edge is inside
    ],
)
def test_the_last_epoch_inside_is_kept(
    degradations: tuple[float | None, ...], up_to: int | None, kept: int
) -> None:
    measures = epochs(*((0.5, degraded) for degraded in degradations))
    assert kept_epoch(measures, 1e-4, up_to=up_to) == kept


def test_the_best_configuration_is_the_one_that_succeeds_most_inside() -> None:
    runs = [
        searched(0, (0.1, 0.0), (0.3, 1e-5), (0.9, 1.0)),  # 90 % are outside
        searched(1, (0.1, 0.0), (0.4, 9e-5), (0.2, 1.0)),
        searched(2, (0.1, 0.0), (0.2, 1e-5), (0.4, 5e-5)),  # as good, and degrades less
        searched(3, (0.1, 0.0), (0.4, 5e-5), (0.1, 1.0)),  # the same, later
    ]
    assert best_configuration(runs, 1e-4).run.configuration == 2
    assert best_configuration(runs, 2.0).run.configuration == 0
    assert best_configuration(runs, 1e-9).run.configuration == 0  # nothing inside: the untouched


def test_standard_errors_use_the_sample_deviation() -> None:
    estimate = mean_and_error([0.1, 0.2, 0.4])
    assert estimate is not None
    assert estimate.mean == pytest.approx(0.7 / 3)
    # Squared distances 0.16/9, 0.01/9, 0.25/9; by n - 1 = 2: 0.21/9; by n = 3: 0.07/9.
    assert estimate.standard_error == pytest.approx(math.sqrt(0.07 / 9))
    alone = mean_and_error([0.3])
    assert alone is not None
    assert (alone.mean, alone.standard_error) == (0.3, None)
    assert mean_and_error([]) is None
    assert mean_and_error([0.1, None]) is None


@pytest.mark.parametrize(
    ("degradations", "is_lost"),
    [
        ((0.0, 0.2, 0.3, 0.4), True),
        ((0.0, 0.2, 0.3), False),  # two epochs are not three
        ((0.0, 0.2, 0.05, 0.4), False),  # one of the three within ten times the budget
        ((0.0, 0.4, 0.3, 0.2), True),  # at its fastest fall, 0.2 * (2/3)^7 is 0.012: outside
        ((0.0, 0.8, 0.3, 0.2), False),  # 0.2 * (3/8)^7 is 0.0002: it may come back
        ((0.0, math.inf, math.inf, math.nan), True),
        ((0.0, 1e-5, 0.2, 0.3, 0.3, 0.3), True),
    ],
)
def test_a_run_is_given_up_only_where_it_cannot_come_back(
    degradations: tuple[float, ...], is_lost: bool
) -> None:
    assert has_left_for_good(degradations, 0.01, epochs=10) is is_lost


def outcome(run: Run) -> FinishedRun:
    """A run whose measures follow from its values, as those of real runs do."""
    rate = float(run.drawn["rate"])
    pairs = [(0.1, 0.0)] + [
        (0.1 + rate * epoch * (1 + 0.01 * run.seed), rate * epoch**2 / 10) for epoch in (1, 2, 3)
    ]
    last = 3 if run.last_epoch is None else run.last_epoch
    return finished(run, epochs(*pairs[: last + 1]))


class Workshop:
    """Carries out runs and remembers which; may be interrupted after some."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.asked: list[Run] = []
        self.kept: dict[str, FinishedRun] = {}
        self.stop_after = stop_after

    def execute(self, runs: Sequence[Run]) -> Iterable[FinishedRun]:
        """Carry runs out, one after the other."""
        for run in runs:
            if len(self.asked) == self.stop_after:
                raise KeyboardInterrupt
            self.asked.append(run)
            yield outcome(run)

    def keep(self, run: FinishedRun) -> None:
        """Remember a run that is done."""
        self.kept[run.run.name] = run


def carried_out(plan: SweepPlan, done: dict[str, FinishedRun] | None = None) -> Workshop:
    workshop = Workshop()
    all_runs = carry_out(plan, done or {}, workshop.execute, on_finished=workshop.keep)
    assert all_runs == {**(done or {}), **workshop.kept}
    return workshop


def test_each_configuration_runs_once_and_the_best_runs_anew_on_test() -> None:
    workshop = carried_out(PLAN)
    stages = [run.stage for run in workshop.asked]
    assert stages == [SEARCH] * 4 + [TEST] * (len(stages) - 4)
    balls = conclusion(PLAN, workshop.kept)
    assert [ball.budget for ball in balls] == [1e-1, 1e-3]
    for ball in balls:
        assert ball.best == best_configuration(list(workshop.kept.values())[:4], ball.budget)
        runs = [run for run, _ in ball.tests]
        assert [run.run.seed for run in runs] == [0, 1, 2]
        assert {run.run.configuration for run in runs} == {ball.best.run.configuration}
        assert all(kept <= ball.kept for _, kept in ball.tests)
    assert len({run.name for run in workshop.asked}) == len(workshop.asked)
    assert missing_runs(PLAN, workshop.kept) == []


def test_balls_that_choose_the_same_configuration_share_its_test_runs() -> None:
    plan = replace(PLAN, configurations=1, budgets=(1e-1, 1e-4))
    workshop = carried_out(plan)
    assert len(workshop.asked) == 1 + 3
    large, small = conclusion(plan, workshop.kept)
    assert large.kept > small.kept
    assert {run.last_epoch for run in workshop.asked if run.stage == TEST} == {large.kept}
    assert [run for run, _ in large.tests] == [run for run, _ in small.tests]
    assert {kept for _, kept in small.tests} == {small.kept}


@pytest.mark.parametrize("sampler", [RANDOM, TPE])
@pytest.mark.parametrize("stop_after", [0, 1, 6, 13, 15])
def test_an_interrupted_sweep_goes_on_as_if_nothing_had_happened(
    sampler: str, stop_after: int
) -> None:
    plan = replace(PLAN, sampler=sampler, configurations=12)
    undisturbed = carried_out(plan)
    interrupted = Workshop(stop_after)
    with pytest.raises(KeyboardInterrupt):
        carry_out(plan, {}, interrupted.execute, on_finished=interrupted.keep)
    assert len(interrupted.kept) == stop_after
    rest = carried_out(plan, interrupted.kept)
    assert {**interrupted.kept, **rest.kept} == undisturbed.kept
    assert len(rest.asked) == len(undisturbed.asked) - stop_after


def test_more_configurations_and_seeds_extend_a_sweep() -> None:
    small = carried_out(PLAN)
    plan = replace(PLAN, configurations=6, test_seeds=4)
    extended = carried_out(plan, small.kept)
    assert {run.configuration for run in extended.asked if run.stage == SEARCH} == {4, 5}
    at_once = carried_out(plan)
    assert conclusion(plan, {**small.kept, **extended.kept}) == conclusion(plan, at_once.kept)


def test_a_test_run_of_an_earlier_choice_that_ended_too_soon_is_repeated() -> None:
    plan = replace(PLAN, configurations=1, budgets=(1e-1,), test_seeds=1)
    workshop = carried_out(plan)
    (search, test) = workshop.kept.values()
    short = outcome(replace(test.run, last_epoch=test.run.last_epoch - 1))
    done = {search.run.name: search, short.run.name: short}
    assert conclusion(plan, done)[0].tests == ()
    assert missing_runs(plan, done) == [test.run]


def test_a_test_run_that_left_out_an_epoch_now_needed_is_repeated() -> None:
    plan = replace(PLAN, configurations=1, budgets=(1e-1, 1e-4), test_seeds=1)
    workshop = carried_out(plan)
    (search, test) = workshop.kept.values()
    large, small = conclusion(plan, workshop.kept)
    assert large.kept > small.kept
    assert dict(test.run.ends) == {1e-1: large.kept, 1e-4: small.kept}
    unmeasured = EpochMeasures(small.kept, None, None, None, None, None, exact=False)
    gaps = [unmeasured if e.epoch == small.kept else e for e in test.epochs]
    done = {search.run.name: search, test.run.name: replace(test, epochs=tuple(gaps))}
    assert [len(ball.tests) for ball in conclusion(plan, done)] == [1, 0]
    assert missing_runs(plan, done) == [test.run]


def test_runs_travel_as_json_unchanged() -> None:
    for run in carried_out(PLAN).kept.values():
        assert FinishedRun.from_json(json.loads(json.dumps(run.to_json()))) == run


def test_a_sweep_s_runs_survive_a_kill_in_mid_line(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path)
    runs = [searched(0, (0.1, 0.0), (0.2, None)), searched(1, (0.1, 0.0), (0.3, 1e-4))]
    folder.add(runs[0])
    with (tmp_path / "results.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"name": "search-001", "ru')
    assert folder.finished() == {"search-000": runs[0]}
    folder.add(runs[1])
    assert folder.finished() == {run.run.name: run for run in runs}


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path)
    (tmp_path / "results.jsonl").write_text('{"name": 1}\n', encoding="utf-8")
    with pytest.raises(EditingError, match="line 1 is damaged"):
        folder.finished()


def test_one_process_at_a_time_adds_runs(tmp_path: Path) -> None:
    with (
        SweepFolder(tmp_path).taken(),
        pytest.raises(EditingError, match="Another process"),
        SweepFolder(tmp_path).taken(),
    ):
        raise AssertionError


def test_a_newer_sweep_is_refused_plainly(tmp_path: Path) -> None:
    (tmp_path / "sweep.json").write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(EditingError, match="newer Exemplar"):
        SweepFolder(tmp_path).header()
