"""The shape of an ensemble: a large model and a small one whose edit it borrows."""

from typing import Any

from huggingface_hub.dataclasses import strict
from transformers import PreTrainedConfig


@strict
class LogitEnsembleConfig(PreTrainedConfig):
    """The configurations of both models and how they are put together."""

    model_type = "logit-ensemble"

    large: dict[str, Any] | None = None
    """Configuration of the model that is followed."""
    small: dict[str, Any] | None = None
    """Configuration of the small model with its edit."""
    small_base: dict[str, Any] | None = None
    """The same without it; None where the small model's sense edits are the whole difference."""
    vocabulary: int = 0
    """Words that both models share: the first so many ids."""
    weight: float = 1.0
    """What log p_edited - log p_base is multiplied by."""
    vocab_size: int = 0
    max_position_embeddings: int = 0
    num_hidden_layers: int = 0
    hidden_size: int = 0
    use_cache: bool = True
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None


__all__ = ["LogitEnsembleConfig"]
