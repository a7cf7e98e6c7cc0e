"""Timings run by hand."""
