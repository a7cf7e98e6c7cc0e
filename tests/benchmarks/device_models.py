"""The two random models of `tests.benchmarks.devices`, at their real size and at a tiny one."""

from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, GPTJConfig, PreTrainedModel

from editing.models.backpack import BackpackGPT2Config, BackpackGPT2LMHeadModel
from tests.benchmarks.preflight_runs import write_texts
from tests.benchmarks.wide_tokenizer import write_tokenizer

LARGE, BACKPACK = "large", "backpack"


@dataclass(frozen=True)
class Size:
    """Width, layers and heads of both, and how many words they know."""

    large: tuple[int, int, int]
    backpack: tuple[int, int, int]
    words: int
    context: int


SIZES = {
    "full": Size((4096, 28, 16), (768, 12, 12), 50257, 512),
    "small": Size((64, 2, 4), (32, 2, 4), 400, 512),
}
_ROTARY = 64
"""Numbers of a head that GPT-J turns; a narrower head turns all."""
_SPARE_ROWS = 7
"""Rows of the published Backpack that are no words."""


def prepare(folder: Path, size: Size) -> None:
    """Write models and texts that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    write_texts(folder)
    for name, make in ((LARGE, _large), (BACKPACK, _backpack)):
        if not (folder / name / "tokenizer.json").exists():
            torch.manual_seed(0)
            make(size).save_pretrained(folder / name)
            write_tokenizer(folder / name, size.words)


def _large(size: Size) -> PreTrainedModel:
    width, layers, heads = size.large
    config = GPTJConfig(
        vocab_size=size.words + _SPARE_ROWS,
        n_positions=size.context,
        n_embd=width,
        n_layer=layers,
        n_head=heads,
        rotary_dim=min(_ROTARY, width // heads),
    )
    return AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)


def _backpack(size: Size) -> PreTrainedModel:
    width, layers, heads = size.backpack
    config = BackpackGPT2Config(
        vocab_size=size.words + _SPARE_ROWS,
        n_positions=size.context,
        n_embd=width,
        n_layer=layers,
        n_head=heads,
        num_senses=16,
    )
    return BackpackGPT2LMHeadModel(config)
