"""Settings that the locate-and-edit methods have in common, described once."""

from typing import Any

from editing.settings import Scale, setting

STANDARD, ORACLE = "standard", "oracle"


def subject_setting() -> Any:  # noqa: ANN401 - as `setting`
    """Where a fact is looked up."""
    return setting(
        ORACLE,
        label="Subject",
        help="'oracle' edits at the marked or proposed subject, 'standard' at the whole prefix.",
        choices=(STANDARD, ORACLE),
    )


def clamp_setting() -> Any:  # noqa: ANN401
    """How far a hidden state may be moved."""
    return setting(
        0.24,
        label="Clamp",
        help="The longest change of a hidden state, as a share of the state's own length.",
        low=1e-4,
        high=1e4,
        sweep=(10**-1.35, 1.0),
        scale=Scale.LOG,
    )


def kl_factor_setting() -> Any:  # noqa: ANN401
    """What holds the subject's meaning."""
    return setting(
        0.044,
        label="KL factor",
        help="How strongly what the model says of the subject itself is held.",
        low=0.0,
        high=1000.0,
        sweep=(0.001, 0.1),
    )


def steps_setting() -> Any:  # noqa: ANN401
    """How long to look for a target."""
    return setting(
        20,
        label="Steps",
        help="Steps of the search for each example's hidden state.",
        low=1,
        high=10_000,
        advanced=True,
    )


def rate_setting() -> Any:  # noqa: ANN401
    """Adam's rate."""
    return setting(
        0.5,
        label="Rate",
        help="Adam's rate in the search for each example's hidden state.",
        low=1e-6,
        high=1000.0,
        scale=Scale.LOG,
        advanced=True,
    )
