"""Train a model to heed the row it reads: the counterfactual model, kept once for a model.

What is trained are low-rank changes of the MLP projections, so that an edit can hold them and a
large model needs no second copy. The loss is the one of each kind of row: what is to be said more
by its NLL, less by a soft margin below what it was, alike by the difference, rather by a soft
margin. That it takes the row to say so is learnt as well, since what a reading adds is held
against the same model without a row: continuations of the texts alone are to stay those of the
untouched model. And that a row read where it does not belong costs little: after a row that has
nothing to do with a general text, the text is to be predicted as the untouched model does alone.

Source: Mitchell et al. 2022, Memory-Based Model Editing at Scale (arXiv 2206.06520).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from editing.editors.private_copy import private_copy
from editing.editors.serac.counterfactual_losses import (
    misfire_divergence,
    misfire_loss,
    reading_losses,
)
from editing.editors.serac.counterfactual_texts import (
    Misfire,
    ReadExample,
    misfires_of,
    read_examples_of,
)
from editing.editors.serac.kept_files import kept_file, read_kept, told_of_sets, write_kept
from editing.editors.serac.kept_training import KeptTraining, Trainee
from editing.editors.serac.scope_texts import training_sets
from editing.examples import JSON
from editing.general_text import GeneralText
from editing.models.backpack import Counterfactual
from editing.models.language_model import LanguageModel
from editing.models.projections import down_projection, layer_count, up_projection
from editing.progress import Progress, Report, never_stopping

FORMAT = 3
RANK = 16
RATE = 2e-3
EXAMPLES = 16
"""Of one step."""
HELD_OUT = 0.2
MISFIRES = 8
"""Rows before general text, of one step."""
MISFIRE_WEIGHT = 2.0
"""Of their KL, nats a token, beside the loss of the examples."""
DRIFT_WEIGHT = 1.0
"""Of the KL, nats a token, between what is said without a row and what the untouched model says."""
JUDGED = 96
"""Held-out examples that the loss is measured on before and after."""


@dataclass(frozen=True, slots=True)
class TrainedReader:
    """What a model was trained by, and what is known of it."""

    reader: Counterfactual
    report: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class ReaderChoice:
    """What a model that heeds rows is trained with."""

    train_on: str
    """As of `training_sets`."""
    steps: int
    general: GeneralText
    """R; of what degradation is measured on nothing is seen."""
    beside: str = ""
    """Fingerprint of the larger model that rows are read for; empty where it is the same one."""


def trained_reader(
    model: LanguageModel, choice: ReaderChoice, folder: Path | None, report: Report
) -> TrainedReader:
    """Return the one kept for a model, or train one and keep it.

    A training that was interrupted is gone on with, to the same numbers.

    Args:
        folder: Where it is kept; None keeps none.

    Raises:
        EditingError: What to train on cannot be read.
    """
    sets = training_sets(choice.train_on)
    told = [
        FORMAT,
        RANK,
        RATE,
        EXAMPLES,
        MISFIRES,
        MISFIRE_WEIGHT,
        DRIFT_WEIGHT,
        choice.steps,
        *([choice.beside] if choice.beside else []),
        *told_of_sets(sets),
    ]
    path = kept_file(folder, model, "counterfactual", told)
    if (kept := read_kept(path)) is not None:
        tensors, about = kept
        pairs = [(tensors[f"down_{n}"], tensors[f"up_{n}"]) for n in range(len(about["names"]))]
        return TrainedReader(Counterfactual(about["names"], pairs), about["report"])
    generator = torch.Generator().manual_seed(0)
    examples = read_examples_of(model, sets, generator)
    count = MISFIRES * choice.steps
    misfires = misfires_of(model, sets, choice.general, count, generator)
    training = KeptTraining(path, (examples, misfires))
    drawn = (examples, misfires, generator)
    trained = _train(model, drawn, training, never_stopping(report))
    about = {"names": list(trained.reader.names), "report": trained.report}
    write_kept(path, dict(trained.reader.named_buffers()), about)
    training.end()
    return trained


def new_reader(model: LanguageModel, generator: torch.Generator) -> Counterfactual:
    """Make one that changes nothing yet."""
    layers = range(layer_count(model))
    chosen = [get(model, layer) for layer in layers for get in (up_projection, down_projection)]
    pairs = [
        (
            torch.randn(p.inputs, RANK, generator=generator) / p.inputs**0.5,
            torch.zeros(RANK, p.outputs),
        )
        for p in chosen
    ]
    return Counterfactual([p.name for p in chosen], pairs).to(model.device)


def _train(
    model: LanguageModel,
    drawn: tuple[Sequence[ReadExample], Sequence[Misfire], torch.Generator],
    training: KeptTraining,
    report: Report,
) -> TrainedReader:
    examples, misfires, generator = drawn
    steps = len(misfires) // MISFIRES
    learnt, judged = _parted(examples, generator)
    working = private_copy(model, on=None)
    reader = new_reader(model, generator)
    tensors = [tensor.requires_grad_(True) for tensor in reader.buffers()]
    optimiser = torch.optim.Adam(tensors, lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    trainee = Trainee(tensors, optimiser, generator, schedule)
    with reader.put_on(working.module):
        before, _ = _mean_losses(model, working, judged)
        for step in range(training.begin(trainee), steps):
            order = torch.randperm(len(learnt), generator=generator)[:EXAMPLES]
            read = [learnt[int(number)] for number in order]
            losses, drift = reading_losses(model, working, read)
            astray = misfires[step * MISFIRES : (step + 1) * MISFIRES]
            wrong = MISFIRE_WEIGHT * misfire_loss(model, working, astray)
            loss = losses.mean() + wrong + DRIFT_WEIGHT * drift
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            training.keep(trainee, step + 1, steps)
            report(Progress("training", step + 1, steps, "counterfactual"))
        after, drift = _mean_losses(model, working, judged)
        astray = misfire_divergence(model, working, misfires[:JUDGED], MISFIRES)
    kept = [(down.detach().cpu(), up.detach().cpu()) for down, up in reader.factors]
    about: dict[str, JSON] = {
        "examples": len(learnt),
        "held_out": len(judged),
        "loss_before": before,
        "loss_after": after,
        "drift": drift,
        "misfire_divergence": astray,
        "steps": steps,
    }
    return TrainedReader(Counterfactual(reader.names, kept), about)


def _parted(
    examples: Sequence[ReadExample], generator: torch.Generator
) -> tuple[list[ReadExample], list[ReadExample]]:
    """Hold groups out; where there are few, none is."""
    groups = sorted({example.group for example in examples})
    count = round(len(groups) * HELD_OUT)
    order = torch.randperm(len(groups), generator=generator)[: count if count > 1 else 0]
    held_out = {groups[int(number)] for number in order}
    learnt = [example for example in examples if example.group not in held_out]
    judged = [example for example in examples if example.group in held_out] or learnt
    return learnt, judged[:: max(1, len(judged) // JUDGED)][:JUDGED]


@torch.no_grad()
def _mean_losses(
    model: LanguageModel, working: LanguageModel, examples: Sequence[ReadExample]
) -> tuple[float, float]:
    """The mean loss, and how far the reader without rows is from the untouched model."""
    parts = [examples[begin : begin + EXAMPLES] for begin in range(0, len(examples), EXAMPLES)]
    found = [(len(part), reading_losses(model, working, part)) for part in parts]
    count = len(examples)
    loss = sum(float(losses.sum()) for _, (losses, _) in found) / count
    return loss, sum(size * float(drift) for size, (_, drift) in found) / count
