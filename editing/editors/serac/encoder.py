"""A text encoder from a folder on this machine, of the sort of DistilBERT or MiniLM."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from editing.errors import EditingError
from editing.models.language_model import fingerprint_of

AT_ONCE = 32
"""Texts read at a time."""


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """Reads whole texts; nothing of it is trained for good."""

    folder: str
    fingerprint: str
    module: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase

    @classmethod
    def open(cls, folder: str, fingerprint: str | None = None) -> "TextEncoder":
        """Open a folder; no code in it is run, and nothing is fetched.

        Args:
            fingerprint: What it has to have, where it was used before.

        Raises:
            EditingError: There is no encoder, or it is another one by now.
        """
        if not (Path(folder) / "config.json").is_file():
            raise EditingError(
                f"{folder} holds no text encoder. Give a folder with a model such as DistilBERT, "
                "or leave the setting empty to compare texts by the model itself."
            )
        load: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            opened: Any = cast(Any, AutoModel).from_pretrained(folder, dtype=torch.float32, **load)
            tokenizer = cast(
                PreTrainedTokenizerBase, cast(Any, AutoTokenizer).from_pretrained(folder, **load)
            )
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise EditingError(
                f"The text encoder in {folder} cannot be opened ({error})."
            ) from error
        module = cast(PreTrainedModel, opened.eval().requires_grad_(False))
        found = cls(folder, fingerprint_of(module, tokenizer), module, tokenizer)
        if fingerprint not in (None, found.fingerprint):
            raise EditingError(
                f"The text encoder in {folder} is another one than when the scope was trained "
                f"(fingerprint {found.fingerprint[:12]} instead of {str(fingerprint)[:12]})."
            )
        return found

    @torch.no_grad()
    def states(self, texts: Sequence[str]) -> Tensor:
        """The mean of each text's last hidden states: (texts, width)."""
        found: list[Tensor] = []
        for begin in range(0, len(texts), AT_ONCE):
            given = self._given(texts[begin : begin + AT_ONCE], None)
            hidden: Tensor = self.module(**given).last_hidden_state
            mask = given["attention_mask"][..., None]
            found.append((hidden * mask).sum(1) / mask.sum(1).clamp(min=1))
        return torch.cat(found) if found else torch.zeros(0, self.width)

    def pair_states(self, firsts: Sequence[str], seconds: Sequence[str]) -> Tensor:
        """The last hidden state of the first token of each pair: (pairs, width)."""
        return self.module(**self._given(firsts, seconds)).last_hidden_state[:, 0]

    @property
    def width(self) -> int:
        """How many numbers a state has."""
        return int(self.module.config.hidden_size)

    @property
    def linear_maps(self) -> dict[str, nn.Linear]:
        """The linear maps of its layers, by name."""
        named = cast("Iterator[tuple[str, nn.Module]]", self.module.named_modules())
        return {name: part for name, part in named if isinstance(part, nn.Linear)}

    def _given(self, texts: Sequence[str], seconds: Sequence[str] | None) -> dict[str, Tensor]:
        longest = min(512, int(getattr(self.module.config, "max_position_embeddings", 512)))
        tokenizer: Any = self.tokenizer
        return dict(
            tokenizer(
                list(texts),
                None if seconds is None else list(seconds),
                padding=True,
                truncation=True,
                max_length=longest,
                return_tensors="pt",
            )
        )
