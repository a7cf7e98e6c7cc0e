"""Errors the user can do something about; their message is what the user reads."""

from dataclasses import dataclass

from typing_extensions import override


class EditingError(Exception):
    """Something the user can mend: the message says what, where and how."""

    remedy: str = ""
    """What a button could do about it, in a word of the raiser's own; mostly nothing."""


class UnsupportedModelError(EditingError):
    """A method and a model that do not go together."""


class LibraryError(EditingError):
    """The library on disk is missing something, changed, locked, or of a newer version."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One bad row of a file or set."""

    line: int
    """Counted from one, as an editor shows it."""
    reason: str

    @override
    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class ExampleError(EditingError):
    """Rows that are not examples; `problems` names each."""

    def __init__(self, message: str, problems: tuple[RowProblem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems
