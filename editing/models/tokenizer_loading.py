"""The tokenizer of a model: from its folder, from one that is named, or where it is known to be."""

from pathlib import Path
from typing import Any, cast

from huggingface_hub.errors import StrictDataclassError
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from editing.errors import EditingError
from editing.models.folder.configuration import BACKPACK_ARCHITECTURE, is_of, read_config
from editing.models.folder.paths import check_links
from editing.models.hub import HubId, cached_folder

_FILES = (
    "tokenizer.json",
    "vocab.json",
    "tokenizer.model",
    "spiece.model",
    "tokenizer_config.json",
)
TOKENIZER = "tokenizer"
"""The remedy: name the folder of a tokenizer."""
_GPT2 = ("gpt2", "openai-community/gpt2")
"""Names of the model on the hub whose tokenizer the published Backpack has."""


class TokenizerError(EditingError):
    """A model whose tokenizer is missing, damaged or another model's."""

    remedy = TOKENIZER


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Read a tokenizer; no code of the folder is run.

    Raises:
        EditingError: There is none that can be read.
    """
    loader: Any = AutoTokenizer
    check_links(folder)
    try:
        return loader.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, ImportError,
            StrictDataclassError) as error:  # fmt: skip
        raise TokenizerError(_unreadable(folder, error)) from error
    except Exception as error:
        if type(error) is not Exception:  # the tokenizers library raises nothing more special
            raise
        raise TokenizerError(_unreadable(folder, error)) from error


def tokenizer_folder(folder: Path) -> Path:
    """Say where the tokenizer of a model's folder lies: there, or for a Backpack in the cache.

    The published Backpack comes without one and uses GPT-2's.

    Raises:
        EditingError: The folder has none.
    """
    if has_tokenizer(folder):
        return folder
    if is_of(read_config(folder), BACKPACK_ARCHITECTURE):
        for name in _GPT2:
            cached = cached_folder(HubId(name))
            if cached is not None and has_tokenizer(cached):
                return cached
        raise TokenizerError(
            f"No tokenizer could be read from {folder}: a published Backpack comes without one and "
            "uses GPT-2's. Fetch that with `exemplar models add gpt2`, or put its tokenizer.json "
            "(or vocab.json and merges.txt) into the folder."
        )
    raise TokenizerError(
        f"No tokenizer could be read from {folder}: it has none of {', '.join(_FILES)}. Put the "
        "tokenizer's files beside the weights, or add the model with the folder that has them "
        "(`exemplar models add FOLDER --tokenizer OTHER`)."
    )


def has_tokenizer(folder: Path) -> bool:
    """Whether a folder has files that a tokenizer could be made of."""
    return any((folder / name).is_file() for name in _FILES)


def check_vocabulary(tokenizer: PreTrainedTokenizerBase, rows: int, folder: Path) -> int:
    """Return how many of a model's rows are words.

    Special tokens that were added beyond the rows are never met in a text, and are let be.

    Raises:
        EditingError: Ordinary words of the tokenizer have no row in the model.
    """
    vocabulary = tokenizer.get_vocab()
    added = set(cast("dict[int, object]", tokenizer.added_tokens_decoder))
    beyond = sorted(i for i in vocabulary.values() if i >= rows and i not in added)
    if beyond:
        raise TokenizerError(
            f"The tokenizer in {folder} has words up to number {beyond[-1]}, and the model has "
            f"rows for {rows}. It is another model's; fetch the tokenizer of this one."
        )
    return min(max(vocabulary.values()) + 1, rows)


def _unreadable(folder: Path, error: Exception) -> str:
    said = str(error).strip().partition("\n")[0].rstrip(".")
    if isinstance(error, KeyError):
        said = f"its files are incomplete, {said} is missing"
    return (
        f"No tokenizer could be read from {folder}: {said}. Fetch its tokenizer files again, or "
        "put those of the same model there."
    )
