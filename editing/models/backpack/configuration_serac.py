"""The shape of a model with a memory of edits beside it."""

from typing import Any

from huggingface_hub.dataclasses import strict
from transformers import PreTrainedConfig


@strict
class SeracConfig(PreTrainedConfig):
    """The model's own configuration, what the memory holds and when it answers."""

    model_type = "serac"

    base: dict[str, Any] | None = None
    """Configuration of the model that is edited."""
    block: str = ""
    """The block whose output the scope reads."""
    window: int = 64
    """Tokens that an embedding pools."""
    scope_shape: list[int] | None = None
    """Numbers pooled, numbers of the last token, features of a token."""
    memory_shape: list[int] | None = None
    """Rows, numbers of a key, tokens of the longest continuation and of the longest text."""
    rows: list[dict[str, Any]] | None = None
    """The rows as text, in order, for the eye; what is computed with stands in the weights."""
    threshold: float = 1.0
    """A row answers where it applies further than this."""
    weight: float = 0.0
    """How far an answer moves what is to be said."""
    how: str = "row"
    """How a row answers: "row", "delta", "reading" or "model"."""
    reader_names: list[str] | None = None
    """Projections that are changed while rows are read."""
    reader_shapes: list[list[int]] | None = None
    """Numbers each reads, its rank, and numbers it returns."""
    beside: dict[str, Any] | None = None
    """Configuration of the model that reads rows; None where the edited one does."""
    vocabulary: int | None = None
    """Words that both share: the first so many ids."""
    texts: dict[str, Any] | None = None
    """The text encoder, its tokenizer and the model's, where texts are compared by one."""
    reach: int = 0
    """Tokens of a text that are read after a row."""
    strength: float = 1.0
    """What every change is multiplied by."""
    soft: bool = False
    """Whether an answer counts as far as its row applies."""
    vocab_size: int = 0
    max_position_embeddings: int = 0
    num_hidden_layers: int = 0
    hidden_size: int = 0
    use_cache: bool = True
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None


__all__ = ["SeracConfig"]
