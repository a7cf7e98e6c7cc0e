"""A tokenizer of as many words as a real one, for random models of real shapes."""

import json
from pathlib import Path

from editing.models.pretraining.tokenizer import train_tokenizer
from tests.tiny import CONTEXT, SENTENCES


def write_tokenizer(folder: Path, words: int) -> None:
    """Write one that splits like the tiny models' and has entries that no text ever uses.

    Args:
        folder: The model's.
        words: How many entries it has; a model's rows beyond them are cropped.
    """
    tokenizer = train_tokenizer(SENTENCES, vocab_size=320, context=CONTEXT)
    tokenizer.save_pretrained(folder)
    file = folder / "tokenizer.json"
    written = json.loads(file.read_text(encoding="utf-8"))
    known = written["model"]["vocab"]
    for number in range(len(tokenizer), words):
        known[f"filler{number}"] = number
    file.write_text(json.dumps(written), encoding="utf-8")
