"""Settings described once, read from text, held to their ranges."""

import dataclasses
import json
import math
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from editing.editors import EDITORS
from editing.errors import EditingError
from editing.settings import (
    Scale,
    Setting,
    check_ranges,
    setting,
    settings_from_text,
    settings_of,
)


@dataclass(frozen=True, slots=True)
class Toy:
    """One setting of each kind."""

    rate: float = setting(
        0.1, label="Rate", help="How fast.", low=1e-3, high=1.0, sweep=(0.01, 0.1), scale=Scale.LOG
    )
    epochs: int = setting(3, label="Epochs", help="How long.", low=1, high=10)
    loud: bool = setting(False, label="Loud", help="Whether to shout.")
    way: str = setting("up", label="Way", help="Where to.", choices=("up", "down"), advanced=True)
    place: str = setting("", label="Place", help="Of what name.")

    def __post_init__(self) -> None:
        """Refuse what is out of range."""
        check_ranges(self)


def test_a_description_says_everything() -> None:
    rate, epochs, loud, way, place = settings_of(Toy)
    assert rate == Setting(
        name="rate", label="Rate", help="How fast.", kind="float", default=0.1, low=1e-3, high=1.0,
        sweep=(0.01, 0.1), scale=Scale.LOG, choices=(), advanced=False,
    )  # fmt: skip
    assert [s.kind for s in (epochs, loud, way, place)] == ["int", "bool", "choice", "str"]
    assert (way.choices, way.scale, way.advanced) == (("up", "down"), Scale.CHOICE, True)


def test_a_field_without_a_description_is_a_fault() -> None:
    @dataclass
    class Bare:
        rate: float = 0.1

    with pytest.raises(TypeError, match="rate"):
        settings_of(Bare)


def test_texts_become_values() -> None:
    read = settings_from_text(Toy, {"rate": "5e-2", "epochs": "7", "loud": "Yes", "way": "down"})
    assert read == Toy(0.05, 7, loud=True, way="down")
    assert settings_from_text(Toy, {"place": " 7, yes"}) == Toy(place=" 7, yes")
    assert settings_from_text(Toy, {}) == Toy()


def test_a_number_may_be_written_without_its_point() -> None:
    assert settings_from_text(Toy, {"rate": "1"}).rate == 1.0
    assert Toy(rate=1).rate == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ({"rat": "1"}, "no setting 'rat'. There are rate, epochs, loud, way or place"),
        ({"rate": "fast"}, "rate=fast cannot be read. It takes a value of type float"),
        ({"epochs": "3.5"}, "epochs=3.5 cannot be read. It takes a value of type int"),
        ({"loud": "perhaps"}, "loud=perhaps cannot be read. It takes a value of type bool"),
        ({"way": "left"}, "way is 'left'. Choose up or down"),
        ({"epochs": "11"}, "epochs is 11. It lies between 1 and 10"),
        ({"epochs": "0"}, "epochs is 0. It lies between 1 and 10"),
        ({"rate": "nan"}, "rate is nan. It lies between 0.001 and 1.0"),
        ({"rate": "inf"}, "rate is inf. It lies between 0.001 and 1.0"),
    ],
    ids=str,
)
def test_what_cannot_be_used_is_named(text: dict[str, str], wanted: str) -> None:
    with pytest.raises(EditingError) as caught:
        settings_from_text(Toy, text)
    assert wanted in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        {"epochs": 2.0},
        {"epochs": True},
        {"rate": "0.1"},
        {"loud": 1},
        {"rate": True},
        {"place": 7},
        {"place": None},
    ],
    ids=str,
)
def test_values_of_another_type_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(EditingError, match="It takes a value of type"):
        Toy(**values)


@pytest.mark.parametrize(
    "values", [{"rate": 1e-3}, {"rate": 1.0}, {"epochs": 1}, {"epochs": 10}], ids=str
)
def test_the_ends_of_a_range_belong_to_it(values: dict[str, Any]) -> None:
    assert dataclasses.replace(Toy(), **values)


@pytest.mark.parametrize("editor", EDITORS.values(), ids=EDITORS.keys())
def test_every_editors_settings_are_described_and_survive_json(editor: Any) -> None:
    described = settings_of(editor.Settings)
    assert described
    for item in described:
        assert item.label.strip()
        assert item.help.endswith(".")
        assert item.kind in ("int", "float", "bool", "str", "choice")
        if item.kind in ("int", "float"):
            assert item.low is not None
            assert item.high is not None
            low, high = item.sweep or (item.default, item.default)
            assert item.low <= low <= high <= item.high
            assert item.scale is not Scale.LOG or not item.sweep or low > 0
    defaults = editor.Settings()
    assert editor.Settings(**json.loads(json.dumps(asdict(defaults)))) == defaults
    texts = {name: str(value) for name, value in asdict(defaults).items()}
    assert settings_from_text(editor.Settings, texts) == defaults
    assert not any(isinstance(v, float) and math.isnan(v) for v in asdict(defaults).values())
