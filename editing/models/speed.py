"""How fast a model is here and how large: measured for a moment, for estimates of longer work."""

import time

import torch

from editing.models.language_model import LanguageModel

_TOKENS = 128
_TRIES = 3
_GUESSING_WIDTH = 512


@torch.no_grad()
def seconds_per_token(model: LanguageModel) -> float:
    """Time one short pass of the model; the quickest of three tries counts."""
    length = min(_TOKENS, model.context)
    ids = torch.full((1, length), 1 % model.vocab_size, device=model.device)
    tries: list[float] = []
    for _ in range(_TRIES):
        begin = time.perf_counter()
        float(model.module(ids, use_cache=False).logits[0, -1, 0])  # waits for an accelerator
        tries.append(time.perf_counter() - begin)
    return min(tries) / length


def guessed_seconds_per_token(parameters: int) -> float:
    """Guess it for a model that is not loaded, from the time a product of matrices takes."""
    matrix = torch.ones(_GUESSING_WIDTH, _GUESSING_WIDTH)
    tries: list[float] = []
    for _ in range(_TRIES):
        begin = time.perf_counter()
        float((matrix @ matrix)[0, 0])
        tries.append(time.perf_counter() - begin)
    return min(tries) * parameters / _GUESSING_WIDTH**3


def free_on(device: str) -> int | None:
    """Return the free bytes of a graphics card; None for the processor, whose memory is shared."""
    if not device.startswith("cuda"):
        return None
    return int(torch.cuda.mem_get_info(device)[0])


def weights_bytes(model: LanguageModel) -> int:
    """Return how much memory the weights take."""
    return sum(p.numel() * p.element_size() for p in model.module.parameters())
