"""General text G, on which degradation is measured, and R, which training may see."""

from dataclasses import dataclass
from pathlib import Path

from app.operations.places import longest_window, samples_folder
from app.operations.requests import SAMPLED
from editing.errors import EditingError
from editing.general_text import (
    GENERAL,
    REGULARISATION,
    USUAL_TOKENS,
    GeneralText,
    sampling_seconds,
    shipped_or_sampled,
    shortened,
    stored_text,
    text_from_file,
)
from editing.models.language_model import LanguageModel
from editing.progress import Report


def general_text(
    model: LanguageModel,
    choice: str | None,
    *,
    tokens: int | None,
    data_dir: str | None,
    report: Report,
    window: int | None = None,
) -> GeneralText | None:
    """Return G: a file's text, one sampled from the model, or None where none is asked for.

    Args:
        choice: A file, SAMPLED, or None.
        tokens: Use only so many of its tokens.
        window: Tokens that it is read by; None as the program is set.

    Raises:
        EditingError: The file cannot be used, or the model cannot be sampled from.
    """
    if choice is None:
        return None
    if choice == SAMPLED:
        return _sampled(model, GENERAL, tokens, _Place(data_dir, window), report)
    return shortened(_read(model, choice, _Place(data_dir, window)), tokens)


def regularisation_text(  # noqa: PLR0913 - as `general_text`, and what that is
    model: LanguageModel,
    choice: str | None,
    general: str | None,
    *,
    tokens: int | None,
    data_dir: str | None,
    report: Report,
    window: int | None = None,
) -> GeneralText:
    """Return R, never the text that degradation is measured on.

    Args:
        choice: A file, SAMPLED, or None for SAMPLED.
        general: What G is chosen to be.
        tokens: Use only so many of its tokens.
        window: Tokens that it is read by; None as the program is set.

    Raises:
        EditingError: It is, or the file cannot be used.
    """
    if choice is None or choice == SAMPLED:
        return _sampled(model, REGULARISATION, tokens, _Place(data_dir, window), report)
    if general not in (None, SAMPLED) and Path(choice).resolve() == Path(str(general)).resolve():
        raise EditingError(
            f"{choice} is to be both general and regularisation text. Training must not see what "
            "degradation is measured on: give two files."
        )
    return shortened(_read(model, choice, _Place(data_dir, window)), tokens)


def seconds_to_sample(
    model: LanguageModel,
    role: str,
    tokens: int | None,
    *,
    data_dir: str | None,
    window: int | None = None,
) -> float:
    """Estimate how long it takes until a sampled text is there; 0 where one is already."""
    wanted, longest = tokens or USUAL_TOKENS[role], window or longest_window(data_dir)
    cache = samples_folder(data_dir)
    if stored_text(model, role, wanted, cache=cache, longest=longest) is not None:
        return 0.0
    return sampling_seconds(model, wanted, longest=longest)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where settings and samples are, and how texts are read."""

    data_dir: str | None
    window: int | None

    @property
    def longest(self) -> int:
        """Tokens of a window, where the model's context is longer."""
        return self.window or longest_window(self.data_dir)


def _sampled(
    model: LanguageModel, role: str, tokens: int | None, place: _Place, report: Report
) -> GeneralText:
    return shipped_or_sampled(
        model,
        role,
        tokens,
        cache=samples_folder(place.data_dir),
        report=report,
        longest=place.longest,
    )


def _read(model: LanguageModel, file: str, place: _Place) -> GeneralText:
    return text_from_file(model, Path(file), longest=place.longest)
