"""Run the tests on a machine that has only Python: `python3 -m tests [arguments of pytest]`.

Nothing outside the standard library is imported here until the environment is known to be there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app import environment, screen
from app.venv import SetupError, say


def main() -> int:
    """Run pytest inside the environment and return its exit code."""
    arguments = sys.argv[1:]
    os.chdir(Path(__file__).resolve().parent.parent)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        environment.enter("tests", arguments, extras=("dev",))
        screen.require_libraries()
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped. The next start sets the environment up again.")
        return 130
    import pytest

    return pytest.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
