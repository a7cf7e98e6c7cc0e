"""The course of a locate-and-edit fit: find each example's target, write them in, be judged.

All work is done on a private copy, so that the model itself can be asked questions meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import torch
from torch import Tensor

from editing.base_passes import KeyCovariance
from editing.editors.base import Edit, FitContext, TokenLosses, module_token_losses
from editing.editors.locate.facts import Fact, facts_of
from editing.editors.locate.keys import averaged_keys, block_values
from editing.editors.locate.layers import moved_module
from editing.editors.locate.targets import SearchSettings, Target, TargetSearch
from editing.editors.locate.templates import sample_templates
from editing.editors.locate.update import joined, oriented
from editing.editors.private_copy import private_copy
from editing.editors.weight_delta import Factors, WeightDelta
from editing.examples import JSON
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel
from editing.models.projections import Projection, down_projection
from editing.objectives import EncodedExamples
from editing.progress import Progress, Report, StoppedEarly, never_stopping


class LocateSettings(SearchSettings, Protocol):
    """Settings that all locate-and-edit methods have."""

    @property
    def subject(self) -> str:
        """Whose last token facts are looked up at."""
        ...


class Writer(Protocol):
    """Turns keys and what their values are to change by into a difference of one weight."""

    def write(self, keys: Tensor, residuals: Tensor) -> Factors:
        """Return the difference (outputs, inputs), in float64.

        Args:
            keys: (inputs, facts).
            residuals: (outputs, facts).
        """
        ...

    def facts(self) -> dict[str, JSON]:
        """What the edit's record says of it."""
        ...


class MakeWriter(Protocol):
    """Prepares a writer for one weight."""

    def __call__(self, projection: Projection, covariance: KeyCovariance) -> Writer:
        """Return it."""
        ...


@dataclass(frozen=True, slots=True)
class Method:
    """What sets one locate-and-edit method apart from another."""

    layers: Sequence[int]
    """Those it writes into, ascending."""
    make_writer: MakeWriter
    one_by_one: bool
    """Whether each fact is written in before the next one's target is looked for."""


@dataclass(slots=True)
class _Work:
    """A fit under way, on a private copy."""

    untouched: LanguageModel
    model: LanguageModel
    """The copy, with the edits on it that stay there."""
    method: Method
    projections: Sequence[Projection]
    covariances: Mapping[str, KeyCovariance]
    templates: list[str]
    facts: Sequence[Fact]
    search: TargetSearch
    targets: list[Target]
    changes: dict[str, Factors] = field(default_factory=dict[str, Factors])
    writers: dict[str, Writer] = field(default_factory=dict[str, Writer])

    @property
    def edit(self) -> WeightDelta:
        """What has been written so far."""
        return WeightDelta(dict(self.changes))


def fit_located(
    model: LanguageModel,
    examples: EncodedExamples,
    regularisation: GeneralText,
    settings: LocateSettings,
    context: FitContext,
    method: Method,
) -> Edit:
    """Fit an edit of down projections.

    Returns:
        It, or the empty edit where the judge does not keep it. Stopped early, it holds the
        examples whose search had begun.

    Raises:
        EditingError: A subject or the regularisation text will not do; the message says how.
    """
    projections = [down_projection(model, layer) for layer in method.layers]
    covariances = context.passes.key_covariances(
        model, projections, regularisation.sequences, report=context.report
    )
    work = _begin(model, examples, settings, context, method, covariances)
    kept: dict[str, Factors] = {}
    try:
        context.judge.accept(0, None, _losses(work, context.report), keep=kept.clear)
        _find_targets(work, context)
        _judge(work, context, kept)
    except StoppedEarly:
        pass  # what is to be kept is in `kept`
    return WeightDelta(kept, _record(work, settings))


def _begin(
    model: LanguageModel,
    examples: EncodedExamples,
    settings: LocateSettings,
    context: FitContext,
    method: Method,
    covariances: Mapping[str, KeyCovariance],
) -> _Work:
    state = context.checkpoints.load() if context.checkpoints else None
    templates = state["templates"] if state else sample_templates(model, seed=context.seed)
    working = private_copy(model, on=context.on)
    search = TargetSearch(working, moved_module(working, method.layers[-1]), settings)
    return _Work(
        untouched=model,
        model=working,
        method=method,
        projections=[down_projection(working, layer) for layer in method.layers],
        covariances=covariances,
        templates=templates,
        facts=facts_of(working, examples, templates, subject=settings.subject),
        search=search,
        targets=[Target(**values) for values in state["targets"]] if state else [],
    )


def _find_targets(work: _Work, context: FitContext) -> None:
    """Search for every example's target and write them in."""
    settled = never_stopping(context.report)
    if work.method.one_by_one:
        for number in range(len(work.targets)):
            _write([work.facts[number]], [work.targets[number]], work)
    _save(work, context)
    while len(work.targets) < len(work.facts):
        target = _find_next(work, context.report)
        work.targets.append(target)
        if work.method.one_by_one:
            _write([work.facts[len(work.targets) - 1]], [target], work)
        if target.cut_short:
            break
        _save(work, context)
    if not work.method.one_by_one:
        _write(work.facts[: len(work.targets)], work.targets, work, settled)


def _find_next(work: _Work, report: Report) -> Target:
    number, steps = len(work.targets), work.search.settings.steps
    fact, total = work.facts[number], _total_steps(work)
    reference = replace(work.search, model=work.untouched).reference(fact)

    def after_step(step: int) -> None:
        report(Progress("training", number * steps + step, total, f"Target of {fact.subject}"))

    with work.edit.applied(work.model):
        return work.search.find(fact, reference, after_step)


def _write(
    facts: Sequence[Fact], targets: Sequence[Target], work: _Work, report: Report | None = None
) -> None:
    """Write facts into each layer in turn, each taking its share of what is left."""
    block = work.search.block
    deltas = torch.stack([target.delta for target in targets], dim=1).double()
    with work.edit.applied(work.model):
        wanted = block_values(work.model, block, facts) + deltas
    for number, projection in enumerate(work.projections):
        with work.edit.applied(work.model):
            keys = averaged_keys(work.model, projection.name, facts)
            missing = wanted - block_values(work.model, block, facts)
        writer = _writer_of(work, projection)
        written = writer.write(keys, missing / (len(work.projections) - number))
        _add(work, projection, written)
        if report is not None:
            done = _total_steps(work) - len(work.projections) + number + 1
            words = f"Writing into layer {work.method.layers[number]}"
            report(Progress("training", done, _total_steps(work), words))


def _writer_of(work: _Work, projection: Projection) -> Writer:
    if projection.name not in work.writers:
        covariance = work.covariances[projection.name]
        work.writers[projection.name] = work.method.make_writer(projection, covariance)
    return work.writers[projection.name]


def _add(work: _Work, projection: Projection, written: Factors) -> None:
    name = projection.weight_name
    change = oriented(written, is_transposed=projection.is_transposed)
    earlier = work.changes.get(name)
    work.changes[name] = change if earlier is None else joined([earlier, change])


def _total_steps(work: _Work) -> int:
    """Steps of all searches, and one for each layer that is written into at the end."""
    layers = 0 if work.method.one_by_one else len(work.projections)
    return len(work.facts) * work.search.settings.steps + layers


def _judge(work: _Work, context: FitContext, kept: dict[str, Factors]) -> None:
    settled = never_stopping(context.report)
    with work.edit.applied(work.model):
        train_loss = work.search.mean_loss(work.facts)
    losses = _losses(work, settled)
    context.judge.accept(1, train_loss, losses, keep=lambda: kept.update(work.changes))


def _losses(work: _Work, report: Report) -> TokenLosses:
    return module_token_losses(work.model, [lambda: work.edit.applied(work.model)], report)


def _save(work: _Work, context: FitContext) -> None:
    if context.checkpoints is not None:
        context.checkpoints.save(
            {"templates": work.templates, "targets": [_plain(target) for target in work.targets]}
        )


def _plain(target: Target) -> dict[str, Any]:
    return {name: getattr(target, name) for name in Target.__slots__}


def _record(work: _Work, settings: LocateSettings) -> dict[str, JSON]:
    return {
        "layers": list(work.method.layers),
        "subject": settings.subject,
        "templates": work.templates,
        "targets": [
            {
                "subject": fact.subject,
                "first_loss": round(target.first_loss, 6),
                "last_loss": round(target.last_loss, 6),
                "length": round(target.length, 6),
                "steps": target.steps,
            }
            for fact, target in zip(work.facts, work.targets, strict=False)
        ],
        "weights": {name: writer.facts() for name, writer in work.writers.items()},
    }
