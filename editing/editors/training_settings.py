"""Settings that every method with a training loop has, described once."""

from typing import Any

from editing.editors.finetuning import (
    ADAM,
    ADAM_8BIT,
    REFERENCE_ACCUMULATION,
    TRUE_ACCUMULATION,
    has_8bit,
)
from editing.errors import EditingError
from editing.settings import Scale, setting

BASE_TO_EDITED, EDITED_TO_BASE = "base-to-edited", "edited-to-base"


def learning_rate_setting(default: float, *, sweep: tuple[float, float]) -> Any:  # noqa: ANN401 - as `setting`
    """Adam's rate."""
    return setting(
        default,
        label="Learning rate",
        help="Adam's rate in the first epoch; it falls to zero along a cosine.",
        low=1e-12,
        high=10.0,
        sweep=sweep,
        scale=Scale.LOG,
    )


def epochs_setting() -> Any:  # noqa: ANN401
    """How long to train."""
    return setting(
        10,
        label="Epochs",
        help="Passes over the canonical examples; the last one inside the budget is kept.",
        low=1,
        high=1000,
    )


def kl_weight_setting(default: float) -> Any:  # noqa: ANN401
    """The weight of the KL term, lambda."""
    return setting(
        default,
        label="KL weight",
        help="How strongly general text holds the model to what it said before.",
        low=0.0,
        high=1000.0,
        sweep=(0.1, 1.0),
        scale=Scale.LOG,
    )


def senses_per_example_setting() -> Any:  # noqa: ANN401
    """How many senses an example chooses."""
    return setting(
        9,
        label="Senses per example",
        help="How many sense vectors each canonical example may choose.",
        low=1,
        high=1000,
        sweep=(5, 11),
    )


def kl_direction_setting() -> Any:  # noqa: ANN401
    """Which way the divergence is taken."""
    return setting(
        BASE_TO_EDITED,
        label="KL direction",
        help="Which of the two distributions the divergence is averaged over.",
        choices=(BASE_TO_EDITED, EDITED_TO_BASE),
        advanced=True,
    )


def recomputation_setting() -> Any:  # noqa: ANN401
    """Whether activations are computed again instead of being kept."""
    return setting(
        default=False,
        label="Gradient checkpointing",
        help="Runs each block again for the backward: the same result with much less memory for "
        "long texts, and about a third slower.",
        advanced=True,
    )


def optimiser_setting() -> Any:  # noqa: ANN401
    """What keeps the moments of the gradients."""
    return setting(
        ADAM,
        label="Optimiser",
        help="adam-8bit keeps its state in a quarter of the memory, and needs the package "
        "bitsandbytes.",
        choices=(ADAM, ADAM_8BIT) if has_8bit() else (ADAM,),
        advanced=True,
    )


def check_optimiser(name: str) -> None:
    """Refuse what is not installed.

    Raises:
        EditingError: It says what to install.
    """
    if name == ADAM_8BIT and not has_8bit():
        raise EditingError(
            "8-bit optimiser states need the package bitsandbytes, which is not installed. Install "
            "it with `pip install bitsandbytes`, or leave the optimiser at adam."
        )


def accumulation_setting() -> Any:  # noqa: ANN401
    """Whether accumulated examples all count."""
    return setting(
        TRUE_ACCUMULATION,
        label="Accumulation",
        help="'reference' lets only the last of every five examples count, as the authors' code.",
        choices=(TRUE_ACCUMULATION, REFERENCE_ACCUMULATION),
        advanced=True,
    )
