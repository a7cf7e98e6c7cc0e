"""Models of shapes alone, for questions that need no weights."""

from app.operations.shelf.shelf import ModelShelf
from editing.models.folder import FolderFacts, inspect_folder
from editing.models.language_model import LanguageModel
from editing.models.loading import model_folder
from editing.models.starter import BUNDLED
from editing.models.tokenizer_loading import check_vocabulary, load_tokenizer, tokenizer_folder


def outline_from(source: str, data_dir: str | None) -> LanguageModel:
    """Look into a model's folder and make its outline.

    Raises:
        EditingError: It is not here, or cannot be opened.
    """
    return outline_of(source, inspect_folder(model_folder(source)), data_dir)


def outline_of(source: str, files: FolderFacts, data_dir: str | None) -> LanguageModel:
    """Make a model of shapes alone, to ask methods whether they go with it.

    Raises:
        EditingError: Its tokenizer is missing, or another model's.
    """
    entry = None if source in BUNDLED else ModelShelf(data_dir).entry(source)
    named = entry.tokenizer if entry is not None else ""
    words_from = model_folder(named) if named else tokenizer_folder(files.folder)
    words = load_tokenizer(words_from)
    return LanguageModel(
        module=files.outline,
        tokenizer=words,
        layout=files.layout,
        fingerprint="",
        source=source,
        context=files.context,
        vocab_size=check_vocabulary(words, files.rows, words_from),
    )
