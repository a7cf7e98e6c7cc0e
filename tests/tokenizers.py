"""Small tokenizers of the kinds that models come with, beside the starter's byte-level one."""

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from editing.models.pretraining.tokenizer import train_tokenizer
from tests.tiny import CONTEXT, SENTENCES

BOS, EOS = "<s>", "</s>"


def byte_level() -> PreTrainedTokenizerFast:
    """GPT-2's kind, as `tests.tiny` has it: nothing added anywhere."""
    return train_tokenizer(SENTENCES, vocab_size=320, context=CONTEXT)


def byte_level_with_prefix_space(*, trims: bool) -> PreTrainedTokenizerFast:
    """RoBERTa's kind: a space before every text, spans that may leave out a token's space."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    bpe.decoder = decoders.ByteLevel()
    bpe.post_processor = processors.ByteLevel(trim_offsets=trims)
    return _trained(bpe, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())


def sentence_piece(*, ends: bool = False) -> PreTrainedTokenizerFast:
    """Llama's kind: words begin with a visible space, `BOS` before a text, perhaps `EOS` after."""
    bpe = Tokenizer(models.BPE(unk_token="<unk>"))
    bpe.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    bpe.decoder = decoders.Metaspace(prepend_scheme="first")
    tokenizer = _trained(bpe)
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A {EOS}" if ends else f"{BOS} $A",
        special_tokens=[(token, tokenizer.convert_tokens_to_ids(token)) for token in (BOS, EOS)],
    )
    return tokenizer


def _trained(bpe: Tokenizer, initial_alphabet: list[str] | None = None) -> PreTrainedTokenizerFast:
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<unk>", BOS, EOS],
        initial_alphabet=initial_alphabet or [],
        show_progress=False,
    )
    bpe.train_from_iterator(SENTENCES, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=bpe, bos_token=BOS, eos_token=EOS)
