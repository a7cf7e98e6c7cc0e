"""Train the starter's tokenizer: a byte-level BPE in GPT-2's form, learnt from the corpus."""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

END_OF_TEXT = "<|endoftext|>"


def train_tokenizer(
    paragraphs: Iterable[str], *, vocab_size: int, context: int
) -> PreTrainedTokenizerFast:
    """Learn merges from `paragraphs`; nothing is added before or after a text.

    `END_OF_TEXT` has id 0 and parts documents; it is also the padding token.
    """
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(paragraphs, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token=END_OF_TEXT,
        eos_token=END_OF_TEXT,
        pad_token=END_OF_TEXT,
        model_max_length=context,
        clean_up_tokenization_spaces=False,
    )


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Load a tokenizer saved with `save_pretrained`."""
    return cast("PreTrainedTokenizerFast", PreTrainedTokenizerFast.from_pretrained(folder))
