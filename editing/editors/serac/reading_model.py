"""The model that reads a memory's rows: the edited one, or a smaller one with the same words."""

from dataclasses import dataclass, replace

from editing.editors.base import FitContext
from editing.editors.companion import Companion, is_like, keep_beside, resources_of, shared_words
from editing.editors.serac.counterfactual import ReaderChoice, TrainedReader, trained_reader
from editing.general_text import GeneralText, text_from_windows
from editing.models.language_model import LanguageModel


@dataclass(frozen=True, slots=True)
class ReadingModel:
    """What reads rows, trained to heed them."""

    trained: TrainedReader
    read_by: Companion | None
    """None where the edited model reads them itself."""


def reading_model(
    model: LanguageModel, source: str, choice: ReaderChoice, context: FitContext, method: str
) -> ReadingModel:
    """Return what reads rows for a model; it is trained once for both of them, and kept.

    Args:
        source: Name or folder of the model that reads; empty for the edited one.
        method: Whose folder it is kept in.

    Raises:
        EditingError: The model cannot be loaded, or has another tokenizer.
    """
    folder = None if context.resources is None else context.resources.folder(method)
    other = _other(model, source.strip(), context)
    if other is None:
        return ReadingModel(trained_reader(model, choice, folder, context.report), None)
    words = shared_words(model, other)
    general = _known(text_from_windows(choice.general, other.context), words)
    own = replace(choice, general=general, beside=model.fingerprint)
    trained = trained_reader(other, own, folder, context.report)
    if is_like(other, model):
        keep_beside(model, other)
    companion = Companion(other.source, other.fingerprint, other.context, words)
    return ReadingModel(trained, companion)


def _other(model: LanguageModel, source: str, context: FitContext) -> LanguageModel | None:
    """Load the model that is asked for; None where it is the edited one."""
    if not source:
        return None
    other = resources_of(context, "SERAC needs a place to get its reader from").model(source)
    return None if other.fingerprint == model.fingerprint else other


def _known(text: GeneralText, words: int) -> GeneralText:
    """Leave out windows with words beyond the first ones."""
    kept = tuple(each for each in text.sequences if max(each.ids) < words)
    return GeneralText(text.name, kept, text.sampled)
