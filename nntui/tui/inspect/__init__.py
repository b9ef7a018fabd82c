"""Inspecting a network in the workbench: what was found as lines, and the state of looking at it."""
