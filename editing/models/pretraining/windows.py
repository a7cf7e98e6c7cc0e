"""The training text as token ids on disk, and batches of windows drawn from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerFast

BATCH_OF_TEXTS = 2000


@dataclass(frozen=True, slots=True)
class TokenStream:
    """A text as one stream of ids, documents parted by the end-of-text token."""

    ids: NDArray[np.uint16]
    paragraph_starts: NDArray[np.int64]
    """Ascending positions at which a paragraph begins."""


def write_stream(
    documents: Iterable[list[str]], tokenizer: PreTrainedTokenizerFast, folder: Path, name: str
) -> None:
    """Tokenise documents (each a list of paragraphs) to `name`.ids.npy and `name`.starts.npy."""
    end = tokenizer.eos_token_id
    ids: list[NDArray[np.uint16]] = []
    starts: list[int] = []
    position = 0
    iterator = iter(documents)
    while chunk := list(islice(iterator, BATCH_OF_TEXTS)):
        texts = [p + ("\n" if i + 1 < len(d) else "") for d in chunk for i, p in enumerate(d)]
        lasts = [i + 1 == len(d) for d in chunk for i in range(len(d))]
        encoded = tokenizer(texts, add_special_tokens=False)["input_ids"]
        for row, last in zip(encoded, lasts, strict=True):
            starts.append(position)
            piece = np.array([*row, end] if last else row, dtype=np.uint16)
            position += len(piece)
            ids.append(piece)
    np.save(folder / f"{name}.ids.npy", np.concatenate(ids))
    np.save(folder / f"{name}.starts.npy", np.array(starts, dtype=np.int64))


def read_stream(folder: Path, name: str) -> TokenStream:
    """Open a stream that `write_stream` wrote; the ids stay on disk."""
    return TokenStream(
        np.load(folder / f"{name}.ids.npy", mmap_mode="r"),
        np.load(folder / f"{name}.starts.npy"),
    )


def draw_windows(stream: TokenStream, length: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield windows of `length` ids for ever, each part of the text once a pass.

    Every other window is moved to the next paragraph's start, because texts to be scored begin
    with a paragraph.
    """
    random = np.random.default_rng(seed)
    last = len(stream.ids) - length
    while True:
        offset = int(random.integers(length))
        for begin in random.permutation(np.arange(offset, last, length)):
            where = int(begin)
            if random.random() < 0.5:
                index = int(np.searchsorted(stream.paragraph_starts, where))
                if index < len(stream.paragraph_starts):
                    where = min(int(stream.paragraph_starts[index]), last)
            yield stream.ids[where : where + length].astype(np.int64)


@dataclass(frozen=True, slots=True)
class Mixture:
    """How a batch is put together: so many windows of the corpus, so many of our own text."""

    corpus: int
    own: int


def draw_batches(
    corpus: TokenStream, own: TokenStream | None, mixture: Mixture, length: int, seed: int
) -> Iterator[Tensor]:
    """Yield (windows, length) batches of ids for ever; without own text the corpus fills in."""
    from_corpus = draw_windows(corpus, length, seed)
    from_own = draw_windows(own, length, seed + 1) if own is not None else from_corpus
    while True:
        windows = [*islice(from_corpus, mixture.corpus), *islice(from_own, mixture.own)]
        yield torch.from_numpy(np.stack(windows))
