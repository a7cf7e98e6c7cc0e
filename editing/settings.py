"""A hyperparameter and its description, written once.

A settings class is a frozen dataclass whose fields come from `setting(...)`. Forms, the command
line, sweeps, help pages and library columns read the descriptions from it.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from typing import Any, TypeVar

from editing.errors import EditingError

SettingsT = TypeVar("SettingsT")


class Scale(StrEnum):
    """How a value is drawn and shown."""

    LINEAR = "linear"
    LOG = "log"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Setting:
    """One hyperparameter as forms, help and sweeps see it."""

    name: str
    label: str
    help: str
    kind: str
    """"int", "float", "bool", "str" or "choice"."""
    default: int | float | bool | str
    low: float | None
    high: float | None
    sweep: tuple[float, float] | None
    """Range a search draws from; None where a search leaves the default."""
    scale: Scale
    choices: tuple[str, ...]
    advanced: bool


def setting(  # noqa: PLR0913 - one argument for each thing a form shows
    default: int | float | bool | str,
    *,
    label: str,
    help: str,  # noqa: A002 - the word forms and command lines use
    low: float | None = None,
    high: float | None = None,
    sweep: tuple[float, float] | None = None,
    scale: Scale = Scale.LINEAR,
    choices: tuple[str, ...] = (),
    advanced: bool = False,
) -> Any:  # noqa: ANN401 - stands where the field's own type is annotated
    """Declare a field of a settings class with its description."""
    description = {
        "label": label,
        "help": help,
        "low": low,
        "high": high,
        "sweep": sweep,
        "scale": Scale.CHOICE if choices else scale,
        "choices": choices,
        "advanced": advanced,
    }
    return field(default=default, metadata={"setting": description})


def settings_of(settings_class: type) -> tuple[Setting, ...]:
    """Describe every field of a settings class, in order."""
    hints = typing.get_type_hints(settings_class)
    return tuple(_described(f, hints[f.name]) for f in fields(settings_class))


def _described(item: dataclasses.Field[Any], hint: object) -> Setting:
    if item.default is MISSING or "setting" not in item.metadata:
        raise TypeError(f"Field {item.name} of a settings class is not declared with setting().")
    description = item.metadata["setting"]
    kind = "choice" if description["choices"] else getattr(hint, "__name__", str(hint))
    return Setting(name=item.name, kind=kind, default=item.default, **description)


def check_ranges(settings: object) -> None:
    """Refuse values outside their range; call it in `__post_init__`.

    Raises:
        EditingError: A value is of the wrong type or out of range; the message names it.
    """
    for item in settings_of(type(settings)):
        _check(item, getattr(settings, item.name))


def _check(item: Setting, value: object) -> None:
    if item.kind == "choice":
        if value not in item.choices:
            raise EditingError(f"{item.name} is {value!r}. Choose {_listed(item.choices)}.")
        return
    wanted: type | types.UnionType = {"int": int, "bool": bool, "str": str}.get(
        item.kind, int | float
    )
    if not isinstance(value, wanted) or (isinstance(value, bool) and item.kind != "bool"):
        raise EditingError(f"{item.name} is {value!r}. It takes a value of type {item.kind}.")
    if isinstance(value, int | float):
        low, high = item.low, item.high
        if not ((low is None or value >= low) and (high is None or value <= high)):
            raise EditingError(f"{item.name} is {value}. It lies between {low} and {high}.")


def settings_from_text(settings_class: type[SettingsT], pairs: Mapping[str, str]) -> SettingsT:
    """Build settings from NAME=VALUE texts, the others at their defaults.

    Raises:
        EditingError: A name is unknown or a value cannot be read or is out of range.
    """
    known = {item.name: item for item in settings_of(settings_class)}
    values: dict[str, object] = {}
    for name, text in pairs.items():
        if name not in known:
            raise EditingError(f"There is no setting {name!r}. There are {_listed(tuple(known))}.")
        values[name] = _read(known[name], text)
    return settings_class(**values)


def _read(item: Setting, text: str) -> object:
    truth = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    try:
        if item.kind == "bool":
            return truth[text.strip().lower()]
        return {"int": int, "float": float}.get(item.kind, str)(text)
    except (KeyError, ValueError) as error:
        message = f"{item.name}={text} cannot be read. It takes a value of type {item.kind}."
        raise EditingError(message) from error


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + " or " + names[-1] if len(names) > 1 else "".join(names)
