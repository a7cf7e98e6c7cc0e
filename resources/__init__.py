"""Data that ships with the program."""
