"""Smaller ways of a run that would not fit: a button each, kept in sight, put back by another."""

import pytest

from app.gui.pages.runs.smaller_ways import SmallerWays
from tests.gui.runs_kit import opener, press

WAYS = [
    {
        "label": "Read texts in pieces of 256 tokens",
        "option": "--window 256",
        "cost": "Words are predicted from less before them.",
        "changes": {"window": 256},
        "memory_bytes": 1.2e9,
        "fits": False,
    },
    {
        "label": "Compute in bfloat16",
        "option": "--dtype bfloat16",
        "cost": "Coarser numbers.",
        "changes": {"dtype": "bfloat16"},
        "memory_bytes": 0.9e9,
        "fits": True,
    },
]
ESTIMATE = {
    "memory_bytes": 1.9e9,
    "memory_free": 1e9,
    "disk_bytes": 3e8,
    "disk_free": 4.1e10,
    "seconds": 240.0,
    "tokens": 100_000,
    "proposals": WAYS,
}


@pytest.fixture
def form(qtbot, tmp_path):
    page, _ = opener(qtbot, tmp_path)()
    page.show_form("Capitals")
    page.form.preflight.show_estimate(ESTIMATE, [])
    return page.form


def labels(form):
    return [button.text().replace("\u00a0", " ") for button in form.preflight.ways.buttons]


def test_a_way_that_fits_comes_first_and_says_what_it_takes(form):
    assert labels(form) == [
        "Compute in bfloat16 (900 MB)",
        "Read texts in pieces of 256 tokens (1.2 GB, still too much)",
    ]
    assert form.preflight.ways.offer.isVisible()
    assert "Coarser numbers" in form.preflight.ways.buttons[0].toolTip()
    assert form.preflight.ways.buttons[0].accessibleName() == form.preflight.ways.buttons[0].text()


def test_taking_a_way_changes_the_run_until_it_is_put_back(form, qtbot):
    ways = form.preflight.ways
    assert (form.request().dtype, form.request().window) == (None, None)
    press(qtbot, ways.buttons[0])
    assert form.request().dtype == "bfloat16"
    assert ways.kept.text() == "This run: computes in bfloat16"
    assert not ways.buttons  # until there is a new estimate
    form.preflight.show_estimate(ESTIMATE, [])
    press(qtbot, ways.buttons[1])
    assert (form.request().dtype, form.request().window) == ("bfloat16", 256)
    press(qtbot, ways.put_back_button)
    assert (form.request().dtype, form.request().window) == (None, None)
    assert not ways.kept.isVisible()


def test_a_setting_and_another_method_are_put_into_the_form(form, qtbot):
    form.method.addItem("LoRA", "lora")
    form.preflight.ways.show_ways([WAYS[0] | {"changes": {"settings": {"epochs": 3}}}])
    press(qtbot, form.preflight.ways.buttons[0])
    assert form.request().settings["epochs"] == 3
    form.preflight.ways.show_ways([WAYS[0] | {"changes": {"method": "lora"}}])
    press(qtbot, form.preflight.ways.buttons[0])
    assert form.request().method == "lora"


def test_a_run_that_is_made_again_keeps_what_it_was_computed_in(form):
    request = form.request().to_json() | {"dtype": "bfloat16", "window": 128}
    form.show_request(request, "Again")
    assert (form.request().dtype, form.request().window) == ("bfloat16", 128)


def test_buttons_that_are_gone_leave_no_actions(qtbot):
    ways = SmallerWays()
    qtbot.addWidget(ways)
    ways.show_ways(WAYS)
    ways.show_ways([])
    assert ways.actions() == [ways.put_back]
    assert not ways.buttons
