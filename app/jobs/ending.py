"""How work ended, whatever it raised."""

from __future__ import annotations

from types import TracebackType


class Ending:
    """A `with` block whose error is kept instead of raised: work must not end its thread.

    The engine's outermost boundary: whoever opens one tells the error to the window.
    """

    error: Exception | None = None

    def __enter__(self) -> Ending:
        """Begin the work."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> bool:
        """Keep the error, unless the process itself is to end."""
        if isinstance(error, Exception):
            self.error = error
            return True
        return False
