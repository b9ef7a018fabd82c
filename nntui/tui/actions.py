"""Everything a person can do, as data: one table from which keys, footer, help and palette are made."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from textual.binding import Binding
from textual.keys import KEY_TO_UNICODE_NAME, REPLACED_KEYS

Group: TypeAlias = Literal["Train", "Build", "Look", "Program"]


@dataclass(frozen=True)
class Action:
    """One thing to do on the bench. `id` names the method of `Commands` that does it, and the binding, for other keys."""

    id: str
    keys: str
    """Comma-separated, as Textual names them; the first is the one that is shown."""
    label: str
    """One or two words for the footer."""
    description: str
    """For help and palette."""
    group: Group
    shown: str = ""
    """How the key is written, if not as it is."""

    @property
    def key(self) -> str:
        """The key as people read it: their own, if they have chosen one."""
        return readable(_OWN[self.id].split(",")[0]) if self.id in _OWN else self.shown or self.keys.split(",")[0]

    @property
    def all_keys(self) -> str:
        """Every key, as people read it."""
        if self.id in _OWN:
            return " ".join(map(readable, _OWN[self.id].split(",")))
        first, *others = self.keys.split(",")
        return " ".join([self.shown or first, *others])


ACTIONS: tuple[Action, ...] = (
    Action("train", "space", "train", "Train, pause and go on", "Train"),
    Action("warm", "A", "warm", "Train the edited network, beginning with the weights that the run has", "Train"),
    Action("step", "s", "batch", "Train one batch, then pause", "Train"),
    Action("epoch", "S", "epoch", "Train one epoch, then pause", "Train"),
    Action("reset", "r", "reset", "Stop and save the run, go back to an untrained network; edits and the learning rate stay", "Train"),
    Action("slower", "left_square_bracket", "rate", "Learning rate ÷ 1.5, also while it trains", "Train", shown="["),
    Action("faster", "right_square_bracket", "rate", "Learning rate × 1.5, also while it trains", "Train", shown="]"),
    Action("find_rate", "L", "find rate", "Try learning rates on a copy, and take the one that is suggested", "Train"),
    Action("hurry", "v", "speed", "Full speed, or a pace that eyes can follow", "Train"),
    Action("seeds", "N", "seeds", "Train it from several seeds at once, and show their mean", "Train"),
    Action("race", "R", "race", "Train it and its pair at once, over each other", "Train"),
    Action("fork", "F", "fork", "Go on from the checkpoint before the step that is looked at, as a new run", "Train"),
    Action("backend", "b", "backend", "Next backend: auto, numpy, cupy", "Train"),
    Action("add", "a", "add", "Add a layer after the selected row", "Build"),
    Action("edit", "e,enter", "edit", "Edit the selected row: a layer, the data, the loss, the optimizer ...; explain a finding", "Build"),
    Action("delete", "d,delete", "delete", "Delete the selected layer", "Build"),
    Action("duplicate", "D", "copy", "Put a copy of the selected layer after it", "Build"),
    Action("wrap", "W", "wrap", "Put the selected layer into a skip, or dissolve the selected one", "Build"),
    Action("move_down", "J,shift+down", "move", "Move the selected layer down, into and out of containers", "Build"),
    Action("move_up", "K,shift+up", "move", "Move the selected layer up, into and out of containers", "Build"),
    Action("select_down", "j,down", "select", "Select the row below", "Build", shown="j ↓"),
    Action("select_up", "k,up", "select", "Select the row above", "Build", shown="k ↑"),
    Action("select_first", "g,home", "first", "Select the first row, the data", "Build", shown="g"),
    Action("select_last", "G,end", "last", "Select the last row, the setup", "Build", shown="G"),
    Action("undo", "u", "undo", "Take the last edit back", "Build"),
    Action("redo", "U", "redo", "Make the edit again that was taken back", "Build"),
    Action("fix", "f", "fix", "Do what helps against the selected finding, and train that beside the old run", "Build"),
    Action("checks", "C", "checks", "Checks on demand: gradients, one batch by heart, shuffled answers, leaks ...", "Build"),
    Action("presets", "p", "presets", "Open another preset", "Build"),
    Action("pair", "P", "pair", "Open what the preset is to be compared with", "Build"),
    Action("text", "t", "text", "The experiment as text: edit all of it at once", "Build"),
    Action("editor", "T", "editor", "The experiment in your own editor ($VISUAL or $EDITOR)", "Build"),
    Action("import_playground", "I", "import", "Take a network over from TensorFlow Playground, by its address", "Build"),
    Action("save", "w", "save", "Write the experiment as a file", "Build"),
    Action("pane_network", "1", "network", "Pane 1: the network, layer by layer", "Look"),
    Action("pane_loss", "2", "loss", "Pane 2: the loss", "Look"),
    Action("pane_flow", "3", "gradient flow", "Pane 3: the gradient flow", "Look"),
    Action("pane_activations", "4", "activations", "Pane 4: the activations", "Look"),
    Action("pane_boundary", "5", "boundary", "Pane 5: the decision boundary", "Look"),
    Action("pane_run", "6", "run", "Pane 6: the run", "Look"),
    Action("pane_findings", "7", "findings", "Pane 7: what is wrong, and what can be done about it", "Look"),
    Action("pane_metrics", "8", "metrics", "Pane 8: accuracy and what else is judged", "Look"),
    Action("pane_rates", "9", "rates", "Pane 9: learning rate, momentum, gradient", "Look"),
    Action("pane_course", "0", "course", "Pane 0: every layer over the whole run", "Look"),
    Action("pane_units", "O", "units", "Pane O: what every hidden unit answers over the plane", "Look"),
    Action("quantity", "Q", "quantity", "Pane 0: the signal, gradients, updates, spreads, or histograms", "Look"),
    Action("axis", "x", "axis", "Curves over epochs, over steps, or over seconds of training", "Look"),
    Action("scale", "y", "scale", "The loss on a logarithmic or a linear scale, or on what suits it", "Look"),
    Action("smooth", "m", "smooth", "Smooth the curves more, or not at all", "Look"),
    Action("mean", "M", "mean", "Several runs as their mean and spread, or one by one", "Look"),
    Action("closer", "plus,equals_sign", "closer", "Zoom the curves in around the step that is looked at", "Look", shown="+"),
    Action("wider", "minus", "wider", "Zoom the curves out", "Look", shown="-"),
    Action("earlier", "left", "earlier", "Look at an earlier step, in all panes", "Look", shown="←"),
    Action("later", "right", "later", "Look at a later step, in all panes", "Look", shown="→"),
    Action("much_earlier", "shift+left", "much earlier", "Look at a much earlier step", "Look", shown="⇧←"),
    Action("much_later", "shift+right", "much later", "Look at a much later step", "Look", shown="⇧→"),
    Action("checkpoint_before", "less_than_sign", "checkpoint", "Look at the checkpoint before", "Look", shown="<"),
    Action("checkpoint_after", "greater_than_sign", "checkpoint", "Look at the checkpoint after", "Look", shown=">"),
    Action("hold", "H", "hold", "Hold all panes at the present step while training goes on, and let them go", "Look"),
    Action("film", "full_stop", "film", "Show the run as a film, in all panes; again stops it", "Look", shown="."),
    Action("bins", "h", "bins", "Histograms with a range each, or one for all layers", "Look"),
    Action("zoom", "z", "zoom", "One pane over the whole screen, and back", "Look"),
    Action("back", "escape", "back", "Back to all panes, to the newest step, to no zoom", "Look"),
    Action("inspect", "i", "inspect", "Look into the network: weights, units, kernels, attention, the chain rule, mistakes ...", "Look"),
    Action("runs", "l", "runs", "All runs: filter, sort, name, tag, delete, overlay, compare, open", "Program"),
    Action("copy", "c", "copy", "Copy the experiment, the values of a step or a curve to the clipboard", "Program"),
    Action("picture", "X", "picture", "Write the focused pane as an SVG file", "Program"),
    Action("help", "question_mark,f1", "help", "The selected row, what the focused pane shows, and every key", "Program", shown="?"),
    Action("glossary", "slash", "word", "Look a word up: what it means, and what to look at", "Program", shown="/"),
    Action("tour", "Y", "tour", "A tour of five minutes, made of the workbench itself", "Program"),
    Action("palette", "ctrl+p", "everything", "Find anything by its name", "Program", shown="^p"),
    Action("quit", "q,ctrl+c,ctrl+q", "quit", "Quit; a training run may go on in the background", "Program"),
)

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}


NO_KEY = "no_key"
"""In place of a key, for an action that has lost its own: no terminal sends it."""

_OWN: dict[str, str] = {}
"""Keys that a person has chosen, by the action's id, as Textual names them."""


def remap(keys: Mapping[str, str]) -> None:
    """From now on, these actions are said to have these keys; all others have their usual ones."""
    _OWN.clear()
    _OWN.update(keys)


def key(id: str) -> str:
    """The key of an action, for sentences."""
    return BY_ID[id].key


def readable(name: str) -> str:
    """A key as people read it: "[" for left_square_bracket. What has no key is found in the palette."""
    if name == NO_KEY:
        return BY_ID["palette"].shown
    before, plus, last = name.rpartition("+")
    try:
        name = REPLACED_KEYS.get(last, last)
        character = unicodedata.lookup(KEY_TO_UNICODE_NAME.get(name, name.upper().replace("_", " ")))
    except KeyError:
        character = last
    return before + plus + (character if character.isprintable() and not character.isspace() else last)


def bindings() -> list[Binding]:
    """The table as Textual's bindings."""
    return [
        Binding(action.keys, f"do({action.id!r})", action.description, id=action.id, key_display=action.key, show=False)
        for action in ACTIONS
    ]
