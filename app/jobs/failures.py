"""Every failure becomes one sentence, one action, and details for who wants them."""

from __future__ import annotations

import errno
import signal
import traceback
from dataclasses import dataclass

from editing.errors import EditingError, ExampleError

_NO_MEMORY = (
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "out of memory",
)
"""How torch says so, in RuntimeErrors of several wordings."""
MEMORY = "memory"
"""The remedy where a smaller model or method would do."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, as the person reads it."""

    sentence: str
    action: str
    """What to do about it; empty where the sentence says it."""
    details: str = ""
    remedy: str = ""
    """What a button could do about it, in a word."""


def failure_of(error: BaseException) -> Failure:
    """Say what an error in a job or a question means."""
    if isinstance(error, ExampleError):
        rows = "\n".join(str(problem) for problem in error.problems)
        return Failure(str(error), "Correct these rows, then run it again.", rows)
    if isinstance(error, EditingError):
        return Failure(str(error), "", "", error.remedy)
    return _known_failure(error) or Failure(
        f"Something went wrong that Exemplar did not expect: {_named(error)}.",
        "Copy the details and report them; then try again.",
        _trace(error),
    )


def failure_of_exit(code: int, *, was_signal: bool, details: str) -> Failure:
    """Say why the engine process ended in the middle of its work.

    Args:
        code: Its exit code, or the number of the signal that ended it.
        was_signal: Whether it was ended by a signal.
        details: The last lines of its stderr.
    """
    number = code if was_signal else code - 128
    if number == signal.SIGTERM:
        return Failure("The engine was told to end.", "Resume the job.", details)
    if number == getattr(signal, "SIGKILL", 9):
        return Failure(
            "The system ended the engine, most likely because memory ran out.",
            "Close other programs or choose a smaller model or text, then resume the job.",
            details,
            MEMORY,
        )
    if was_signal or code < 0 or code > 128:
        return Failure(
            f"The engine crashed ({_signal_name(number if number > 0 else code)}).",
            "Resume the job; if it happens again, copy the details and report them.",
            details,
        )
    return Failure(f"The engine ended by itself (exit code {code}).", "Resume the job.", details)


def _known_failure(error: BaseException) -> Failure | None:
    if _is_out_of_memory(error):
        return Failure(
            "The computer's memory is not enough for this.",
            "Close other programs or choose a smaller model or text, then resume the job.",
            _trace(error),
            MEMORY,
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" while writing {error.filename}" if error.filename else ""
        return Failure(
            f"The disk is full{where}.", "Make room, then resume the job.", _trace(error)
        )
    if isinstance(error, FileNotFoundError):
        sentence = f"{error.filename} is not there any more."
        return Failure(sentence, "Put it back or choose another, then run it again.", _trace(error))
    return None


def _is_out_of_memory(error: BaseException) -> bool:
    # torch's own class is known by its name only: this module is read where torch is not.
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(s in str(error).lower() for s in _NO_MEMORY)


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _signal_name(number: int) -> str:
    known = {item.value: item.name for item in signal.Signals}
    return known.get(number, f"code {number}")


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))
