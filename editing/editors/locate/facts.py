"""Canonical examples as prompts: where each is looked up, and in which sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from editing.batches import TokenSequence, continuation_sequence, place_of_character
from editing.editors.locate.locate_settings import ORACLE
from editing.errors import EditingError, ExampleError
from editing.examples import Example, Kind, subject_span
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples

ESSENCE = " is a"
"""What follows the subject in the prompt that the KL term holds."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A sequence and the position in it at which the fact is looked up."""

    sequence: TokenSequence
    lookup: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One example as it is learnt."""

    kind: Kind
    prompts: tuple[tuple[Prompt, ...], ...]
    """The bare prompt, then one behind each template; of each, a prompt for each continuation."""
    essence: Prompt
    """"{subject} is a", looked up at the subject's last token."""
    subject: str
    """The text up to whose last token the fact is looked up."""


def facts_of(
    model: LanguageModel, examples: EncodedExamples, templates: Sequence[str], *, subject: str
) -> tuple[Fact, ...]:
    """Put every example behind every template.

    Args:
        subject: Whose last token the fact is looked up at: STANDARD or ORACLE.

    Raises:
        EditingError: A subject is not in its prefix, or is cut off because the prefix is too long.
    """
    facts: list[Fact] = []
    for number, example in enumerate(examples.written, start=1):
        try:
            facts.append(_fact(model, example, examples.kinds[number - 1], templates, subject))
        except ExampleError as error:
            raise EditingError(f"Example {number}: {error}") from error
    return tuple(facts)


def _fact(
    model: LanguageModel, example: Example, kind: Kind, templates: Sequence[str], subject: str
) -> Fact:
    span = subject_span(example) if subject == ORACLE else None
    end = len(example.prefix) if span is None else span.end
    about = example.prefix if span is None else span.of(example.prefix)
    essence = continuation_sequence(model.tokenizer, about, ESSENCE, model.context)
    return Fact(
        kind=kind,
        prompts=tuple(_prompts(model, example, template, end) for template in ("", *templates)),
        essence=Prompt(essence, essence.first_scored - 1),
        subject=about,
    )


def _prompts(model: LanguageModel, example: Example, template: str, end: int) -> tuple[Prompt, ...]:
    prefix, character = template + example.prefix, len(template) + end - 1
    prompts: list[Prompt] = []
    for continuation in (example.suffix, example.other_suffix):
        if continuation is not None:
            text = model.tokenizer, prefix, continuation, model.context
            sequence = continuation_sequence(*text)
            prompts.append(Prompt(sequence, place_of_character(*text, character=character)))
    return tuple(prompts)
