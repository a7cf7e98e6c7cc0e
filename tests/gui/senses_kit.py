"""What tests of the senses page share: the page, opened, and what was asked on its behalf."""

from app.gui.pages.senses.page import SensesPage
from tests.gui import page_kit as kit

WORDS = ["<end>", "he", " capital", " Chad", " chapel", " each", " Paris"]


def opened(qtbot, context):
    """Open the page as a person sees it."""
    return kit.shown(qtbot, SensesPage(context))


def asked(context, channel):
    """Give the newest question of a channel."""
    return [each for each in context.engine.asked if each.channel == channel][-1]


def with_words(context):
    """Let the engine list the model's words."""
    asked(context, "senses-words").answer({"words": WORDS})
