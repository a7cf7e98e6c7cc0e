"""Flat frozen dataclasses as JSON objects that name their class under one key."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def to_record(value: DataclassInstance, key: str, tag: str) -> dict[str, Any]:
    """Write the fields of `value` beside its tag; they have to be JSON already."""
    return {key: tag, **{f.name: getattr(value, f.name) for f in dataclasses.fields(value)}}


def from_record(kind: type[T], record: Mapping[str, Any]) -> T:
    """Read a `kind` from its record; keys that a newer version added are left out.

    Raises:
        ValueError: A field without a default is missing.
    """
    names = [f.name for f in dataclasses.fields(kind)]
    try:
        return kind(**{name: record[name] for name in names if name in record})
    except TypeError as error:
        raise ValueError(f"{kind.__name__} cannot be read from {record}: {error}.") from error
