"""SERAC: the model stays as it is; a memory beside it answers where one of its edits applies.

What tells where a row applies is trained once for a model; from then on an edit is a row of text.
The threshold from which on rows answer is the loosest that stays inside the degradation ball.

By default predictions move as they do when a model that was trained to heed rows reads the row
before the text. A row that answers where it should not costs little by that: what the model finds
impossible there stays so. Or what is predicted then is taken as it is; or the row's own
continuation is moved, which needs no reading, and says nothing in other words.

Source: Mitchell et al. 2022, Memory-Based Model Editing at Scale (arXiv 2206.06520).
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import ClassVar, final

from typing_extensions import override

from editing.editors.base import Edit, Editor, EditState, FitContext
from editing.editors.depth import depth_setting
from editing.editors.memory import Workload, scoring, weights
from editing.editors.memory_rows import new_rows
from editing.editors.serac.counterfactual import ReaderChoice
from editing.editors.serac.footprint import (
    encoder_memory,
    learnt_from,
    reader_learning,
    scope_features,
    scope_learning,
)
from editing.editors.serac.gated_losses import NEVER, THRESHOLDS
from editing.editors.serac.general_shares import general_shares
from editing.editors.serac.kept_scope import ScopeChoice, trained_scope
from editing.editors.serac.memory_building import memory_of, new_keys
from editing.editors.serac.reading_model import reading_model
from editing.editors.serac.serac_edit import SeracEdit
from editing.editors.serac.text_scope import CROSS, EMBEDDING
from editing.errors import EditingError
from editing.general_text import GeneralText
from editing.models.backpack import DELTA, MODEL, READING, ROW, Answering
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples
from editing.progress import never_stopping
from editing.settings import Scale, check_ranges, setting

MOST = 0.05
"""Of general text that answers may be read for."""
TRAINED = (DELTA, MODEL)
"""Answers of a model that was trained to heed rows."""
SEEN = 48
"""Windows of R that this is judged by."""


@dataclass(frozen=True, slots=True)
class SeracSettings:
    """How rows answer, and how it is learnt where they apply."""

    answer: str = setting(
        DELTA,
        label="Answer",
        help="delta: predictions move as they do when a model trained for it reads the row first. "
        "row: the row's own continuation is moved. reading: what the model itself predicts after "
        "reading the row is taken. model: what the trained one predicts then.",
        choices=(DELTA, ROW, READING, MODEL),
    )
    weight: float = setting(
        1.0,
        label="Weight",
        help="What the moves of delta are multiplied by; the other answers do not heed it.",
        low=0.0,
        high=10.0,
        sweep=(0.5, 3.0),
    )
    push: float = setting(
        5.0,
        label="Push",
        help="How far row moves what it is about, in nats: 5 makes it about 150 times as likely, "
        "or as unlikely. The other answers do not heed it.",
        low=0.0,
        high=50.0,
        sweep=(2.0, 10.0),
    )
    gate: str = setting(
        "hard",
        label="Gate",
        help="hard: a row that applies decides in full. soft: as far as it applies.",
        choices=("hard", "soft"),
    )
    memory: str = setting(
        "",
        label="Add to",
        help="An edit of the library made by this method, whose rows, scope and way of answering "
        "are kept and added to. Empty: a new memory.",
    )
    reader: str = setting(
        "",
        label="Reader",
        help="A bundled model, a folder or a hub id, smaller than the edited model and with the "
        "same tokenizer, that reads rows in its place for delta and model. Empty: the edited "
        "model itself.",
        advanced=True,
    )
    train_on: str = setting(
        "",
        label="Train on",
        help="A file of examples that shows where rows apply: rows with the same entity belong "
        "together. Empty: the built-in tasks. Learnt once for a model.",
        advanced=True,
    )
    form: str = setting(
        EMBEDDING,
        label="Scope",
        help="embedding: rows and texts are compared by embeddings, quickly. cross: a text encoder "
        "reads each of the nearest rows together with the text, which takes a run for each.",
        choices=(EMBEDDING, CROSS),
        advanced=True,
    )
    encoder: str = setting(
        "",
        label="Text encoder",
        help="The folder of a text encoder such as DistilBERT that compares texts, read anew every "
        "16 tokens. Empty: the model's own hidden states do it, at every token and at no cost.",
        advanced=True,
    )
    depth: float = depth_setting(0.5, "The layer that texts are compared by", advanced=True)
    steps: int = setting(
        600,
        label="Scope training steps",
        help="How long it is learnt where rows apply, once for a model.",
        low=1,
        high=100_000,
        scale=Scale.LOG,
        advanced=True,
    )
    reading_steps: int = setting(
        200,
        label="Reading training steps",
        help="How long the model that reads rows is trained to heed them, once for a model.",
        low=1,
        high=100_000,
        scale=Scale.LOG,
        advanced=True,
    )

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        check_ranges(self)


@final
class Serac(Editor[SeracSettings]):
    """Keeps edits in a memory beside the model."""

    name: ClassVar[str] = "serac"
    label: ClassVar[str] = "Memory (SERAC)"
    help: ClassVar[str] = "Keeps edits as rows beside the model, which answer where they apply."
    Settings = SeracSettings
    writes_in_turn: ClassVar[bool] = True
    goes_on_edits: ClassVar[bool] = True
    reads_weights: ClassVar[bool] = False
    step_name: ClassVar[str] = "threshold"
    step_values: ClassVar[tuple[float, ...]] = THRESHOLDS

    @override
    def memory(self, model: LanguageModel, work: Workload, settings: SeracSettings) -> int:
        other = None
        if settings.reader.strip() and settings.answer in TRAINED:
            other = work.outline_of(settings.reader.strip())
        own = weights(model, work) + (0 if other is None else weights(other, work))
        if settings.memory.strip():  # which has been learnt for
            return own + scoring(model, work)
        texts = learnt_from(model, settings.train_on)
        if settings.encoder.strip():
            together = settings.form == CROSS
            own += encoder_memory(settings.encoder.strip(), texts, together=together)
        later = scoring(model, work)
        if settings.answer in TRAINED:
            later = max(later, reader_learning(other or model, work, texts))
        later += scope_features(model, work, texts)
        return own + max(later, scope_learning(model, work, texts))

    @override
    def fit(
        self,
        model: LanguageModel,
        examples: EncodedExamples,
        regularisation: GeneralText,
        settings: SeracSettings,
        context: FitContext,
    ) -> Edit:
        below, report = context.on, never_stopping(context.report)
        with nullcontext() if below is None else below.applied(model):
            if settings.memory.strip():
                kept = _kept_memory(model, settings.memory, context)
                edit = kept.with_rows(model, examples.written)
            else:
                edit = _new_memory(model, examples, regularisation, settings, context)
            tried = _tried(model, edit, regularisation)
        edit = replace(edit, trained={**edit.trained, "loosest": tried[-1]})
        losses = edit.losses_at(model, [(each, 1.0) for each in tried], report, below)
        chosen = context.judge.decide([None] * len(tried), losses)
        return edit.at_threshold(tried[chosen])

    @override
    def load(self, state: EditState) -> Edit:
        return SeracEdit.from_state(state)


def _new_memory(
    model: LanguageModel,
    examples: EncodedExamples,
    regularisation: GeneralText,
    settings: SeracSettings,
    context: FitContext,
) -> SeracEdit:
    """Write the examples beside the scope kept for the model, which is trained if there is none."""
    folder = None if context.resources is None else context.resources.folder(Serac.name)
    choice = ScopeChoice(
        train_on=settings.train_on,
        depth=settings.depth,
        steps=settings.steps,
        thresholds=THRESHOLDS,
        encoder=settings.encoder,
        form=settings.form,
    )
    trained = trained_scope(model, regularisation, choice, folder, context.report)
    known, reader, read_by = trained.report, None, None
    if settings.answer in TRAINED:
        of_reader = ReaderChoice(settings.train_on, settings.reading_steps, regularisation)
        found = reading_model(model, settings.reader, of_reader, context, Serac.name)
        known = {**known, "counterfactual": dict(found.trained.report)}
        reader, read_by = found.trained.reader, found.read_by
    weight = settings.push if settings.answer == ROW else settings.weight
    rows = new_rows(examples.written)
    keys = new_keys(model, trained.scope, trained.block, examples.written, trained.texts)
    return SeracEdit(
        scope=trained.scope,
        block=trained.block,
        rows=rows,
        memory=memory_of(model, rows, keys, read_by and min(model.context, read_by.context)),
        threshold=NEVER,
        answering=Answering(weight, settings.answer, soft=settings.gate == "soft"),
        trained=known,
        reader=reader,
        read_by=read_by,
        texts=trained.texts,
    )


def _tried(model: LanguageModel, edit: SeracEdit, regularisation: GeneralText) -> Sequence[float]:
    """The thresholds that are measured, as many as there are THRESHOLDS.

    Where answers are read, each costs a run of the model. The loosest threshold then is the one
    from which on no more than MOST of general text is answered, and stands for those below it.
    """
    if edit.answering.how == ROW:
        return THRESHOLDS
    shares = general_shares(model, edit, regularisation.sequences[:SEEN], THRESHOLDS)
    within = [each for each, share in zip(THRESHOLDS, shares, strict=True) if share <= MOST]
    return [max(each, within[-1]) for each in THRESHOLDS]


def _kept_memory(model: LanguageModel, name: str, context: FitContext) -> SeracEdit:
    """Read the memory to add to.

    Raises:
        EditingError: It is not there, or the edit has no memory.
    """
    if context.resources is None:
        raise EditingError("There is no library to take a memory from; none is open.")
    found = context.resources.edit(name, model)
    if not isinstance(found.edit, SeracEdit):
        raise EditingError(f"{found.name} has no memory to add to. Name an edit made by SERAC.")
    return found.edit
