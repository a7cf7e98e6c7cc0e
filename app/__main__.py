"""Start Exemplar: its window without arguments or with a file to open, its command line else.

Nothing outside the standard library is imported here until the environment is known to be there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from app import environment
from app.opening import is_file_of_examples
from app.venv import SetupError, say

_OF_THE_WINDOW = ("--open", "--self-check", "--exit-after-first-paint")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one face of the program and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Waiting threads that spin starve each other as soon as anything else uses a core.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        _prepare(arguments)
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped. The next start sets the environment up again.")
        return 130
    return _run(arguments)


def _prepare(arguments: list[str]) -> None:
    """Be where the chosen face can run; only the window needs a screen and Qt's libraries."""
    from app import screen

    if _opens_window(arguments):
        screen.require_screen()
    environment.enter("app", arguments)
    if _opens_window(arguments):
        screen.require_libraries()


def _opens_window(arguments: list[str]) -> bool:
    """Whether they ask for the window: nothing but its options, or a file of examples."""
    rest = arguments[2:] if arguments[:1] == ["--data-dir"] else arguments
    return not rest or rest[0] in _OF_THE_WINDOW or is_file_of_examples(rest[0])


def _run(arguments: list[str]) -> int:
    if _opens_window(arguments):
        from app.gui.application import main as face
    elif arguments[0] == "--engine":
        from app.jobs.engine import main as face
    else:
        from app.cli.main import main as face
    return face(arguments)


if __name__ == "__main__":
    sys.exit(main())
