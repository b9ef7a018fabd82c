"""What can be done while inspecting, as data: keys, footer and help are made of it."""

from __future__ import annotations

from textual.binding import Binding

from nntui.tui.actions import Action

ACTIONS: tuple[Action, ...] = (
    Action("older", "left", "older", "An older checkpoint", "Look", shown="←"),
    Action("newer", "right", "newer", "A newer checkpoint; at the newest, those to come are followed", "Look", shown="→"),
    Action("next_aspect", "tab", "next look", "The next aspect", "Look", shown="tab"),
    Action("previous_aspect", "shift+tab", "previous look", "The aspect before", "Look"),
    Action("next_layer", "right_square_bracket", "layer", "The next layer that has this aspect", "Look", shown="]"),
    Action("previous_layer", "left_square_bracket", "layer", "The layer before that has this aspect", "Look", shown="["),
    Action("down", "j,down", "down", "A row further down", "Look", shown="j ↓"),
    Action("up", "k,up", "up", "A row further up", "Look", shown="k ↑"),
    Action("left", "h", "left", "A column, unit or head to the left", "Look"),
    Action("right", "l", "right", "A column, unit or head to the right", "Look"),
    Action("page_down", "pagedown", "page", "Ten rows further down", "Look"),
    Action("page_up", "pageup", "page", "Ten rows further up", "Look"),
    Action("next_example", "n", "example", "The next example", "Look"),
    Action("previous_example", "N", "example", "The example before", "Look"),
    Action("part", "v", "train / validation", "Training or validation examples", "Look"),
    Action("tensor", "t", "array", "The layer's next array: weights, biases, statistics", "Look"),
    Action("next_stage", "space", "next step", "The next step of the walk", "Look"),
    Action("previous_stage", "b,backspace", "step back", "The step of the walk before", "Look"),
    Action("directions", "d", "directions", "Other random directions of the landscape", "Look"),
    Action("edit", "e,enter", "change", "Change the weight in a new run's start; type an example; look again", "Look"),
    Action("help", "question_mark,f1", "help", "What is shown, and every key", "Program", shown="?"),
    Action("palette", "ctrl+p", "everything", "Find anything by its name", "Program", shown="^p"),
    Action("leave", "escape,q,i,ctrl+c,ctrl+q", "back", "Stop what is being computed, or back to the workbench", "Program", shown="esc"),
)

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}


def bindings() -> list[Binding]:
    """The table as Textual's bindings."""
    return [
        Binding(
            action.keys, f"do({action.id!r})", action.description, id=f"inspect.{action.id}", key_display=action.key, show=False,
        )
        for action in ACTIONS
    ]  # fmt: skip


def help_text() -> str:
    """Every key, as a Markdown table."""
    rows = "\n".join(f"| `{' '.join([action.key, *action.keys.split(',')[1:]])}` | {action.description} |" for action in ACTIONS)
    return f"| key | |\n|:--|:--|\n{rows}\n"
