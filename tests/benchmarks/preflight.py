"""How right the estimate of memory is: runs in fresh processes, their growth over an idle engine.

    python -m tests.benchmarks.preflight [--models gpt2-30,…] [--methods lora,…] [--dtypes float32]

Random models of about 30, 60 and 160 or 170 million parameters are written, and a short run with
windows of 512 tokens is made with each, in a process of its own. Its peak resident memory over what
it had before the model was loaded is held against the estimate less the program's own share. The
lines make up the table of the help, in MiB.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.preflight_runs import QUICK, SHAPES, Case, Measured, measure, prepare

NEAR = 0.25
"""How far an estimate may be off."""


def estimated(folder: Path, case: Case) -> float:
    """What a run is thought to grow by, MiB; nothing is loaded for it."""
    from app.operations.preflight.memory import PROGRAM_BYTES
    from app.operations.preflight.proposals import needed_for
    from app.operations.shelf.outlines import outline_from

    request = case.request(folder)
    outline = outline_from(request.model, request.data_dir)
    return (needed_for(request, outline) - PROGRAM_BYTES) / 2**20


def row(case: Case, thought: float, found: Measured) -> str:
    """A row of the table."""
    names = f"| {case.method} | {case.model} | {case.dtype} |"
    return f"{names} {thought:.0f} | {found.grown:.0f} | {thought / found.grown:.2f} |"


def main() -> int:
    """Measure every case; 1 where an estimate is off by more than NEAR."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default=",".join(SHAPES))
    parser.add_argument("--methods", default=",".join(QUICK))
    parser.add_argument("--dtypes", default="float32,bfloat16")
    parser.add_argument("--folder", type=Path, help="keep models here for the next time")
    chosen = parser.parse_args()
    cases = [
        case
        for model in chosen.models.split(",")
        for method in chosen.methods.split(",")
        for dtype in chosen.dtypes.split(",")
        if (case := Case(model, method, dtype)).is_possible
    ]
    with tempfile.TemporaryDirectory() as place:
        folder = chosen.folder or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        prepare(folder, cases)
        print("| method | random model | computed in | estimate | measured | ratio |")  # noqa: T201
        print("|---|---|---|---|---|---|")  # noqa: T201
        is_near = True
        for case in cases:
            found = measure(folder, case)
            thought = estimated(folder, case)
            print(row(case, thought, found), flush=True)  # noqa: T201
            print(f"{found.files:.0f} of files, {found.seconds:.0f} s", file=sys.stderr)  # noqa: T201
            is_near = is_near and abs(thought / found.grown - 1) <= NEAR
    return 0 if is_near else 1


if __name__ == "__main__":
    sys.exit(main())
