"""Errors meant for people: one sentence that says what is wrong, where, and what would be right.

Everything the program refuses on purpose is a `NntuiError`; the command line prints it without a traceback and exits
with code 2, the workbench shows it inline.
"""


class NntuiError(Exception):
    """A refusal with a reason. Its text is complete: it can be shown to a person as it stands."""

    @property
    def in_file(self) -> str:
        """The same in the terms of the file that describes the experiment: a key, and what would be right."""
        return str(self)


class ExperimentError(NntuiError):
    """A description that can't be read: unknown key, wrong type, value out of range, broken TOML."""


class ShapeError(NntuiError):
    """A layer that doesn't fit the shape it is given.

    `layer` is its path in the network ("3.skip.0.dense"), filled in by whoever walks the network; `key` is the option that
    can't be kept, where there is one.
    """

    def __init__(self, message: str, layer: str = "", key: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.layer = layer
        self.key = key

    def within(self, layers: str) -> str:
        """The error where the file has it, if `layers` is what the network is called there: network[3].body[0].units: ..."""
        positions = [f"[{step}]" for step in self.layer.split(".")[::2] if step]
        place = layers + ".body".join(positions) + (f".{self.key}" if self.key else "")
        return f"{place}: {self.message}"

    @property
    def in_file(self) -> str:
        return self.within("network")

    def __str__(self) -> str:
        return f"layer {self.layer}: {self.message}" if self.layer else self.message


class DataError(NntuiError):
    """Data that can't be read or can't be learned from."""


class BackendError(NntuiError):
    """A backend that isn't there."""


class MemoryShortage(BackendError):
    """A device without room for what is asked of it; `free` bytes were left."""

    def __init__(self, message: str, free: int) -> None:
        super().__init__(message)
        self.free = free


class RunError(NntuiError):
    """A run directory that can't be written, read or continued."""
