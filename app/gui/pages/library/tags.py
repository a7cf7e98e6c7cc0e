"""Tags as they are typed: words between commas. Torch-free."""

from collections.abc import Sequence


def tags_in(text: str) -> tuple[str, ...]:
    """Read typed tags, each once."""
    return tuple(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))


def retagged(tags: Sequence[str], added: Sequence[str], removed: Sequence[str]) -> tuple[str, ...]:
    """Add tags behind the others, and take some away, whatever their case."""
    gone = {tag.casefold() for tag in removed}
    known = {tag.casefold() for tag in tags}
    new = [tag for tag in added if tag.casefold() not in known]
    return tuple(tag for tag in (*tags, *new) if tag.casefold() not in gone)
