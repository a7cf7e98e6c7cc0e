"""Language models: loading them, their layouts, the Backpack and the bundled starter."""
