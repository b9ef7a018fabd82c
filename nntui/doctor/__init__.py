"""Examining experiments without the workbench: train for a while, say what is wrong, repair one thing at a time."""
