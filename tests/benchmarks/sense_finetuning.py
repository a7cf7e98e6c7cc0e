"""Time sense finetuning the plain way and from base passes, in one process on one thread.

    python -m tests.benchmarks.sense_finetuning --shape starter
    python -m tests.benchmarks.sense_finetuning --shape published --epochs 3

*Plain* runs the whole module at every step, batched, senses once per distinct word. *Cold* is the
fast way with an empty cache of base passes, *warm* with the passes on disk. Each does the same
work: selection, training (ten epochs), every epoch evaluated on all texts. Sizes are printed.
Processor time leaves out what other programs took of the machine in the meantime.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from editing.base_passes import BasePassCache
from editing.batches import TokenSequence, batched, pad
from editing.editors.base import FitContext
from editing.editors.sense_finetuning import SenseFinetuning, SenseFinetuningSettings
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example, read_texts
from editing.general_text import GENERAL, REGULARISATION, GeneralText, load_samples, text_from_rows
from editing.models.backpack import BackpackGPT2Config, BackpackGPT2LMHeadModel
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.models.starter import SAMPLES_FILE, starter_folder
from editing.objectives import encode_examples
from editing.progress import unheard
from editing.tasks import load_task
from tests import plain


@dataclass(frozen=True)
class Work:
    """What both ways do."""

    model: LanguageModel
    canonical: tuple[Example, ...]
    texts: EvaluationTexts
    regularisation: GeneralText
    settings: SenseFinetuningSettings

    def sizes(self) -> dict[str, int]:
        """What there is to do."""
        general = self.texts.general
        assert general is not None
        return {
            "canonical": len(self.canonical),
            "evaluation": len(self.texts.evaluation),
            "hard negatives": len(self.texts.hard_negatives),
            "general rows": len(general.sequences),
            "general tokens": general.tokens,
            "regularisation windows": len(self.regularisation.sequences),
            "regularisation tokens": self.regularisation.tokens,
            "epochs": self.settings.epochs,
        }


def starter_work(general_file: Path | None, rows: float) -> Work:
    """The country-capital task on the starter, at the sizes of the published files."""
    model = load_model("starter")
    sets = [load_task("country-capital", split) for split in ("val", "test")]

    def take(role: str, count: int) -> tuple[Example, ...]:
        both = [row for examples in sets for row in getattr(examples, role)]
        return tuple(both[: max(1, int(count * rows))])

    samples = starter_folder() / SAMPLES_FILE
    if general_file is None:
        general = _recut(load_samples(samples, model, GENERAL), int(2000 * rows), 130)
    else:
        texts = read_texts(general_file)[: int(2000 * rows)]
        general = text_from_rows(model, texts, general_file.name)
    windows = load_samples(samples, model, REGULARISATION)
    windows = replace(windows, sequences=windows.sequences[: max(2, int(300 * rows))])
    evaluation, hard = take("evaluation", 582), take("hard_negatives", 116)
    texts_ = EvaluationTexts(evaluation, hard, general)
    return Work(model, take("canonical", 119), texts_, windows, SenseFinetuningSettings())


def _recut(text: GeneralText, rows: int, length: int) -> GeneralText:
    """Cut sampled windows into shorter rows at shifting places until there are enough."""
    ids = [i for s in text.sequences for i in s.ids]
    step = max(1, (len(ids) - length) // rows)
    cut = [TokenSequence(tuple(ids[i * step : i * step + length]), 1) for i in range(rows)]
    return GeneralText(f"{text.name}, recut", tuple(cut), text.sampled)


def published_work() -> Work:
    """Random texts on a random Backpack of the published 170M shape."""
    torch.manual_seed(0)
    config = BackpackGPT2Config(resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
    module = BackpackGPT2LMHeadModel(config).eval().requires_grad_(False)
    starter = load_model("starter")
    model = replace(
        starter, module=module, fingerprint="random 170M", context=512, vocab_size=50257
    )
    task = load_task("country-capital", "val")
    draw = torch.Generator().manual_seed(1)

    def windows(count: int) -> tuple[TokenSequence, ...]:
        ids = torch.randint(50257, (count, 512), generator=draw).tolist()
        return tuple(TokenSequence(tuple(row), 1) for row in ids)

    texts = EvaluationTexts(
        task.evaluation[:60], task.hard_negatives[:20], GeneralText("G", windows(40), False)
    )
    regularisation = GeneralText("R", windows(40), False)
    return Work(model, task.canonical[:20], texts, regularisation, SenseFinetuningSettings())


def run_fast(work: Work, cache: Path) -> list[float]:
    """Fit and evaluate from base passes; return every epoch's degradation."""
    passes = BasePassCache(cache, 1 << 40)
    yardstick = Yardstick.over(work.model, work.texts, passes.sense_pass, unheard)
    judge = BallJudge(yardstick, 1e-4, lambda epoch: None)
    context = FitContext(passes, judge, unheard, seed=0)
    examples = encode_examples(work.model.tokenizer, work.canonical, work.model.context)
    SenseFinetuning().fit(work.model, examples, work.regularisation, work.settings, context)
    return [epoch.degradation or 0.0 for epoch in judge.epochs]


def run_plain(work: Work) -> list[float]:
    """Do the same with the whole module."""
    encode = encode_examples
    model = work.model
    examples = encode(model.tokenizer, work.canonical, model.context)
    evaluated: list[TokenSequence] = []
    for rows in (work.texts.evaluation, work.texts.hard_negatives):
        evaluated += encode(model.tokenizer, rows, model.context).sequences
    general = work.texts.general
    assert general is not None
    losses: list[float] = []

    def evaluate() -> None:
        _losses(model, evaluated)
        losses.append(_losses(model, general.sequences))

    with torch.no_grad():
        evaluate()
    windows = work.regularisation.sequences
    plain.finetune(model, examples, windows, work.settings, 0, after_epoch=evaluate)
    return [loss / losses[0] - 1 for loss in losses]


@torch.no_grad()
def _losses(model: LanguageModel, sequences: Sequence[TokenSequence]) -> float:
    total, scored = 0.0, 0
    for batch in batched(sequences, 2048):
        nll = torch.cat(plain.token_nlls(model, batch))
        total += float(nll.double().sum())
        scored += len(nll)
    return total / scored


@torch.no_grad()
def bare_forward(work: Work) -> dict[str, float]:
    """Tokens a second of the module alone and of the plain evaluation, on the same batches."""
    general = work.texts.general
    assert general is not None
    sample = general.sequences[:32]
    tokens = sum(len(s.ids) for s in sample)
    began = time.perf_counter()
    for batch in batched(sample, 2048):
        ids, mask = pad(batch, device=work.model.device)
        work.model.module(input_ids=ids, attention_mask=mask, use_cache=False)
    middle = time.perf_counter()
    _losses(work.model, sample)
    end = time.perf_counter()
    return {"bare forward": tokens / (middle - began), "plain": tokens / (end - middle)}


class PeakMemory:
    """Watches the process's own (anonymous) memory; mapped files can be dropped at any time."""

    def __init__(self) -> None:
        self.growth_mib = 0.0
        self._done = threading.Event()
        self._before = own_memory_mib()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.growth_mib = max(self.growth_mib, own_memory_mib() - self._before)

    def __enter__(self) -> "PeakMemory":
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End."""
        self._done.set()
        self._thread.join()


def own_memory_mib() -> float:
    """Resident memory that belongs to no file, MiB (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


def compare(work: Work, cache: Path, *, with_plain: bool) -> dict[str, object]:
    """Time each way."""
    seconds: dict[str, float] = {}
    cpu: dict[str, float] = {}
    last: dict[str, float] = {}

    def timed(name: str, run: Callable[[], list[float]]) -> None:
        began, cpu_began = time.perf_counter(), time.process_time()
        last[name] = run()[-1]
        seconds[name] = time.perf_counter() - began
        cpu[name] = time.process_time() - cpu_began
        sys.stderr.write(f"{name}: {seconds[name]:.1f} s\n")

    with PeakMemory() as memory:
        timed("cold", lambda: run_fast(work, cache))
        timed("warm", lambda: run_fast(work, cache))
    result: dict[str, object] = {"peak growth of own memory, MiB": memory.growth_mib}
    if with_plain:
        timed("plain", lambda: run_plain(work))
        for kind, times in (("plain / fast", seconds), ("plain / fast, processor time", cpu)):
            result[kind] = {name: times["plain"] / times[name] for name in ("cold", "warm")}
    return {
        **result,
        "seconds": seconds,
        "processor seconds": cpu,
        "degradation after the last epoch": last,
    }


def main(argv: list[str]) -> None:
    """Run and write one JSON object to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=("starter", "published"), default="starter")
    parser.add_argument("--general-text", type=Path)
    parser.add_argument("--rows", type=float, default=1.0, help="share of the starter's sizes")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--skip-plain", action="store_true")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    is_starter = options.shape == "starter"
    work = starter_work(options.general_text, options.rows) if is_starter else published_work()
    work = replace(work, settings=replace(work.settings, epochs=options.epochs))
    result: dict[str, object] = {"shape": options.shape, "sizes": work.sizes()}
    result["tokens per second"] = bare_forward(work)
    with tempfile.TemporaryDirectory() as folder:
        result |= compare(work, Path(folder), with_plain=not options.skip_plain)
    sys.stdout.write(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
