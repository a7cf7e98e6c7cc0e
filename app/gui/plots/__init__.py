"""Plots: they import pyqtgraph when built, so that the window is on screen before."""
