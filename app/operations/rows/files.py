"""Files of rows: those of a memory as an exported model has them, or examples."""

from pathlib import Path

from editing.editors.memory_rows import MemoryRow, new_rows, rows_from_lines
from editing.errors import EditingError
from editing.examples import ExampleSet, read_examples, resolved


def rows_of_file(path: Path) -> tuple[MemoryRow, ...]:
    """Read rows of a memory, or examples as new ones.

    Raises:
        EditingError: The file holds neither.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EditingError(f"{path} cannot be read as text. Give a file of examples.") from error
    if '"enabled"' in text.partition("\n")[0]:
        return rows_from_lines(text)
    examples = read_examples(path).all_good(str(path))
    return new_rows(resolved(ExampleSet(path.stem, tuple(examples))).canonical)
