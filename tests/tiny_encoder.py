"""Tiny random text encoders: one with whole words, and two as published folders have them."""

import json
import re
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import BertWordPieceTokenizer, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertForMaskedLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from tests.tiny import SENTENCES

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


def tiny_encoder(folder: Path, *, seed: int = 0) -> Path:
    """Write a random encoder (1 layer, width 16, context 192) and its tokenizer into `folder`."""
    words = sorted(set(re.findall(r"\w+|[^\w\s]", " ".join(SENTENCES))))
    vocabulary = {word: number for number, word in enumerate((*SPECIAL, *words))}
    pieces = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    pieces.pre_tokenizer = BertPreTokenizer()
    pieces.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")],
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=pieces, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]"
    )
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=192,
        initializer_range=0.3,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = BertModel(config)
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def tiny_distilbert(folder: Path) -> Path:
    """Write what a published DistilBERT is: a masked model, a vocabulary and a tokenizer."""
    words = _word_pieces(folder, "DistilBertTokenizer")
    config = DistilBertConfig(
        vocab_size=words, dim=16, n_layers=1, n_heads=2, hidden_dim=32, initializer_range=0.3
    )
    return _written(folder, DistilBertForMaskedLM, config)


def tiny_minilm(folder: Path) -> Path:
    """Write what a published sentence encoder is: a BERT and, beside it, how states are pooled."""
    words = _word_pieces(folder, "BertTokenizer")
    config = BertConfig(
        vocab_size=words,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=96,
        initializer_range=0.3,
    )
    _written(folder, BertModel, config)
    weights = load_file(folder / "model.safetensors")
    weights["embeddings.position_ids"] = torch.arange(96)[None]  # as older versions saved it
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    parts = [("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")]
    told = [
        {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for n, (kind, path) in enumerate(parts)
    ]
    (folder / "modules.json").write_text(json.dumps(told), encoding="utf-8")
    (folder / "1_Pooling").mkdir()
    pooled = {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooled), encoding="utf-8")
    (folder / "2_Normalize").mkdir()
    longest = {"max_seq_length": 64, "do_lower_case": False}
    (folder / "sentence_bert_config.json").write_text(json.dumps(longest), encoding="utf-8")
    return folder


def _word_pieces(folder: Path, kind: str) -> int:
    """Train pieces of words, write them as published folders have them; return how many."""
    pieces = BertWordPieceTokenizer(lowercase=True)
    pieces.train_from_iterator(SENTENCES, vocab_size=120, min_frequency=1, show_progress=False)
    folder.mkdir(parents=True, exist_ok=True)
    pieces.save_model(str(folder))
    # Trained, it has no template yet; opened from its vocabulary, it has.
    whole = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
    whole.save(str(folder / "tokenizer.json"))
    told = {
        "tokenizer_class": kind,
        "do_lower_case": True,
        "model_max_length": 512,
        **{f"{name.lower()}_token": f"[{name}]" for name in ("CLS", "SEP", "PAD", "UNK", "MASK")},
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(told), encoding="utf-8")
    return whole.get_vocab_size()


def _written(folder: Path, kind: type[PreTrainedModel], config: object) -> Path:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        kind(config).eval().save_pretrained(folder)
    return folder
