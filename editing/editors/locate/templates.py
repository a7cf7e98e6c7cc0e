"""Sentences that a prompt is put behind, so that what is learnt does not hang on its place."""

from editing.generation import Sampling, generate, silent
from editing.models.language_model import LanguageModel

STARTS = ("The", "Therefore", "Because", "I", "You")
SAMPLED_TOKENS = 10


def sample_templates(model: LanguageModel, *, seed: int) -> list[str]:
    """Continue each start with tokens drawn from the untouched model; a prompt may follow each.

    Source: Meng et al. 2022 (arXiv 2202.05262), section 3.1.
    """
    return [
        generate(
            model,
            start,
            Sampling(tokens=SAMPLED_TOKENS, seed=len(STARTS) * seed + number),
            silent,
        ).text
        + ". "
        for number, start in enumerate(STARTS)
    ]
