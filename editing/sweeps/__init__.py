"""Sweeps: settings are searched on validation, and what is reported are fresh runs on test.

The protocol alone, in plain values: what a run is, which runs are due, what they say together.
Whoever calls brings the way to carry out a run.

Source: Hewitt et al. 2024, Model Editing with Canonical Examples (arXiv 2402.06155), section 5 and
appendix C.
"""

from editing.sweeps.choosing import (
    BallResult,
    Estimate,
    best_configuration,
    kept_epoch,
    mean_and_error,
)
from editing.sweeps.protocol import Execute, SweepPlan, carry_out, conclusion, missing_runs
from editing.sweeps.pruning import has_left_for_good
from editing.sweeps.runs import SEARCH, TEST, EpochMeasures, FinishedRun, Run
from editing.sweeps.search import RANDOM, SAMPLERS, TPE, draw, search_space
from editing.sweeps.store import SweepFolder

__all__ = [
    "RANDOM",
    "SAMPLERS",
    "SEARCH",
    "TEST",
    "TPE",
    "BallResult",
    "EpochMeasures",
    "Estimate",
    "Execute",
    "FinishedRun",
    "Run",
    "SweepFolder",
    "SweepPlan",
    "best_configuration",
    "carry_out",
    "conclusion",
    "draw",
    "has_left_for_good",
    "kept_epoch",
    "mean_and_error",
    "missing_runs",
    "search_space",
]
