"""What is put on a model's module at the moment, so that it can be taken off in any order.

Every change is made to the originals, one after the other in the order they were put on. When one
is taken off, the originals go back and the others are put on anew; so what is left never depends
on what was there in between, and the untouched module is bit for bit the one that was loaded.
"""

import inspect
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from editing.errors import UnsupportedModelError

_OF_ITS_CLASS = object()
"""Stands for a method that the owner has from its class."""


@dataclass(slots=True)
class Originals:
    """Keeps what a change replaces, the first time it is replaced."""

    _kept: list[tuple[Any, str, Any]] = field(default_factory=list[tuple[Any, str, Any]])

    def replace(self, owner: object, name: str, value: object) -> None:
        """Set an attribute, keeping what it was; a method may be hidden by another callable."""
        if not any(o is owner and n == name for o, n, _ in self._kept):
            before = getattr(owner, name)
            is_of_class = inspect.ismethod(before) and name not in vars(owner)
            self._kept.append((owner, name, _OF_ITS_CLASS if is_of_class else before))
        setattr(owner, name, value)

    def replace_values(self, parameter: nn.Parameter, values: Tensor) -> None:
        """Give a parameter other values of the same shape, keeping the tensor it had.

        Raises:
            UnsupportedModelError: The parameter is fetched only while it is used.
        """
        if parameter.is_meta:
            raise UnsupportedModelError(
                "This edit changes weights, and some of the model's are fetched only while they "
                "are used. Open the model on one device that holds it."
            )
        self.replace(parameter, "data", values.to(parameter.device, parameter.dtype))

    def put_back(self) -> None:
        """Set everything as it was."""
        for owner, name, value in reversed(self._kept):
            if value is _OF_ITS_CLASS:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
        self._kept.clear()


Change = Callable[[Originals], None]
"""Alters a module through `Originals.replace`; finds earlier changes in place."""


@dataclass(slots=True, eq=False)
class AppliedChanges:
    """The changes on one module, in order."""

    _originals: Originals = field(default_factory=Originals)
    _changes: list[tuple[object, Change]] = field(default_factory=list[tuple[object, Change]])

    @contextmanager
    def put_on(self, change: Change) -> Generator[None]:
        """Make a change for as long as the context lasts."""
        mark = object()
        self._changes.append((mark, change))
        try:
            change(self._originals)
            yield
        finally:
            self._changes = [entry for entry in self._changes if entry[0] is not mark]
            self._originals.put_back()
            for _, other in self._changes:
                other(self._originals)
