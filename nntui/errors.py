"""Errors meant for people: one sentence that says what is wrong, where, and what would be right.

Everything the program refuses on purpose is a `NntuiError`; the command line prints it without a traceback and exits
with code 2, the workbench shows it inline.
"""


class NntuiError(Exception):
    """A refusal with a reason. Its text is complete: it can be shown to a person as it stands."""


class ExperimentError(NntuiError):
    """A description that can't be read: unknown key, wrong type, value out of range, broken TOML."""


class ShapeError(NntuiError):
    """A layer that doesn't fit the shape it is given.

    `layer` is its path in the network ("2.dense"), filled in by whoever walks the network.
    """

    def __init__(self, message: str, layer: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.layer = layer

    def __str__(self) -> str:
        return f"layer {self.layer}: {self.message}" if self.layer else self.message


class DataError(NntuiError):
    """Data that can't be read or can't be learned from."""


class BackendError(NntuiError):
    """A backend that isn't there."""


class RunError(NntuiError):
    """A run directory that can't be written, read or continued."""
