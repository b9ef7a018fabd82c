"""Checks on demand: is the gradient right, can it learn one batch by heart, do its answers depend on the inputs at all?"""
