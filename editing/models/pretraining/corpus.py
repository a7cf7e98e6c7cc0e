"""Read the corpus: articles with their paragraphs, from plain or xz-compressed text.

An article is a title line followed by one paragraph a line; a blank line parts articles.
"""

import lzma
from collections.abc import Iterator
from pathlib import Path


def read_articles(path: Path) -> Iterator[list[str]]:
    """Yield each article as its lines, the title first.

    Raises:
        OSError: The file is missing or unreadable.
    """
    opener = lzma.open if path.suffix == ".xz" else open
    lines: list[str] = []
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            if stripped := line.strip():
                lines.append(stripped)
            elif lines:
                yield lines
                lines = []
    if lines:
        yield lines


def corpus_file(folder: Path, split: str) -> Path:
    """Find the file of a split ("train", "valid", "test") in a corpus folder.

    Raises:
        FileNotFoundError: No file of the folder is named after the split.
    """
    found = sorted(folder.glob(f"*-{split}.txt*"))
    if not found:
        message = f"{folder} holds no file named *-{split}.txt or *-{split}.txt.xz."
        raise FileNotFoundError(message)
    return found[0]
