"""The estimate of memory against a measurement: runs in fresh processes. Slow."""

import sys

import pytest

from tests.benchmarks.preflight import NEAR, estimated
from tests.benchmarks.preflight_runs import Case, measure, prepare

CASES = [
    Case("gpt2-30", "grace"),
    Case("gpt2-30", "lora"),
    Case("gpt2-30", "full-finetuning", "bfloat16"),
    Case("gpt2-30", "memit"),
    Case("gpt2-30", "serac", "bfloat16", {"steps": 5, "reading_steps": 2}),
    Case("backpack-30", "sense-finetuning"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("models")
    prepare(place, CASES)
    return place


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.method}-{case.dtype}")
def test_the_estimate_is_near_what_a_run_takes(folder, case):
    found = measure(folder, case)
    assert estimated(folder, case) == pytest.approx(found.grown, rel=NEAR)
