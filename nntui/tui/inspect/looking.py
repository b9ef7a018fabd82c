"""Where somebody is while inspecting: which checkpoint, layer and aspect, and what has been found there. No widgets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from nntui.errors import NntuiError
from nntui.experiment import Experiment
from nntui.inspection.answers import Answers
from nntui.inspection.aspects import ASPECTS, BY_NAME, Aspect
from nntui.inspection.mistakes import Worst
from nntui.inspection.request import Request
from nntui.inspection.walk import Walk
from nntui.nn.plan import Site
from nntui.tui.inspect import landscape, walk
from nntui.tui.inspect.catalogue import MANNERS, Manner
from nntui.tui.inspect.cursor import Cursor


class Looking:
    """Changes what is asked for (`request`) and where the cursor is; takes in what was found.

    Raises NntuiError if the experiment can't be trained: then there is nothing to look at.
    """

    def __init__(self, experiment: Experiment, name: str, folder: Path | None, layer: str = "", aspect: str = "") -> None:
        self.experiment, self.name, self.folder = experiment, name, folder
        plan = experiment.check()
        self.sites: dict[str, Site] = {site.path: site for site in plan.walk()}
        target = experiment.program.facts(experiment.data.facts()).target
        held = experiment.data.validation > 0.0
        sites = tuple(self.sites.values())
        self.aspects: tuple[Aspect, ...] = tuple(one for one in ASPECTS if one.of_experiment(experiment, sites, target))
        self.steps: list[int] = []
        self.newest = True
        """Whether the newest checkpoint is followed."""
        self.cursor = Cursor()
        self.value: object = None
        self.shown: Request | None = None
        """What `value` is the answer to."""
        self.progress: float | None = None
        """Share of the work that is done; None: nothing is at work."""
        self.problem = ""
        names = [one.name for one in self.aspects]
        chosen = aspect if aspect in names else names[0]
        self.request = Request(chosen, 0, layer if layer in self.sites else "", split="validation" if held else "train")
        self._to_layer()

    @property
    def aspect(self) -> Aspect:
        return BY_NAME[self.request.aspect]

    @property
    def manner(self) -> Manner:
        return MANNERS[self.request.aspect]

    @property
    def site(self) -> Site | None:
        """The layer that is looked at, if the aspect is about one."""
        return self.sites.get(self.request.layer) if self.aspect.fits is not None else None

    # -- checkpoints ---------------------------------------------------------------------------------------------------

    def found(self, steps: list[int]) -> bool:
        """Take in which checkpoints there are; True if something else has to be looked at."""
        self.steps = steps
        if not steps:
            self.problem = self.problem or f"{self.name} has no checkpoint yet: space trains, and one is saved every few seconds"
            return False
        step = self.request.step
        if self.newest or (step not in steps and self.shown is None):
            return self._ask(step=steps[-1]) or self.shown is None
        return self.shown is None

    def to_checkpoint(self, by: int) -> bool:
        """The checkpoint so many later; True if there is one."""
        if not self.steps:
            return False
        at = max((n for n, step in enumerate(self.steps) if step <= self.request.step), default=0)
        to = min(max(at + by, 0), len(self.steps) - 1)
        self.newest = to == len(self.steps) - 1
        return self._ask(step=self.steps[to])

    # -- what is looked at ---------------------------------------------------------------------------------------------

    def to_aspect(self, name: str) -> bool:
        """Another aspect; a layer that has it is looked for from the present one on."""
        if name == self.request.aspect:
            return False
        if name not in [one.name for one in self.aspects]:
            raise NntuiError(f"nothing in {self.name} has {name}: {BY_NAME[name].about}")
        self.request = replace(self.request, aspect=name, unit=0, tensor=0, example=self._example())
        self.cursor, self.value, self.shown, self.problem = Cursor(), None, None, ""
        self._to_layer()
        return True

    def _example(self) -> int:
        """The example that is pointed at: other aspects go on with it."""
        match self.value:
            case Worst(examples=examples) if len(examples):
                return int(examples[min(self.cursor.row, len(examples) - 1)])
            case Answers() as answers:
                rows = answers.behind(self.cursor.row, self.cursor.column)
                return int(answers.example[rows[self.cursor.item % len(rows)]]) if len(rows) else self.request.example
        return self.request.example

    def beside(self, by: int) -> bool:
        """The aspect so many further on, around the end."""
        names = [one.name for one in self.aspects]
        return self.to_aspect(names[(names.index(self.request.aspect) + by) % len(names)])

    def layers(self) -> list[str]:
        """The layers that have the present aspect."""
        fits = self.aspect.fits
        return [path for path, site in self.sites.items() if fits is not None and fits(site)]

    def to_layer(self, by: int) -> bool:
        """The next layer that has the aspect; True if there is another."""
        paths = self.layers()
        if self.request.layer not in paths:
            return False
        to = paths[min(max(paths.index(self.request.layer) + by, 0), len(paths) - 1)]
        if to == self.request.layer:
            return False
        self.cursor = Cursor()
        return self._ask(layer=to, unit=0, tensor=0)

    def _to_layer(self) -> None:
        """Keep the layer if it has the aspect, or take the first after it that has, or the last before."""
        paths = self.layers()
        if not paths or self.request.layer in paths:
            return
        order = list(self.sites)
        here = order.index(self.request.layer) if self.request.layer in order else 0
        after = [path for path in paths if order.index(path) >= here]
        self.request = replace(self.request, layer=after[0] if after else paths[-1])

    def _ask(self, **changes: Any) -> bool:
        """Ask for something else; True if it is."""
        changed = replace(self.request, **changes)
        if changed == self.request:
            return False
        self.request, self.problem = changed, ""
        return True

    # -- moving --------------------------------------------------------------------------------------------------------

    def move(self, rows: int, columns: int) -> bool:
        """The cursor, or the unit; True if something has to be looked at anew."""
        if self.value is None:
            return False
        if columns and self.manner.units:
            self.cursor = Cursor()
            return self._ask(unit=self._wrapped_unit(columns))
        self.cursor = replace(self.cursor.moved(rows, columns, self.extent), item=self._kept_item)
        return False

    def _wrapped_unit(self, by: int) -> int:
        value: Any = self.value
        now, many = (value.unit, value.units) if hasattr(value, "units") else (value.channel, value.channels)
        return int((now + by) % many)

    @property
    def _kept_item(self) -> int:
        return self.cursor.item if isinstance(self.value, Walk) else 0

    @property
    def extent(self) -> tuple[int, int]:
        """Where the cursor can be."""
        if isinstance(self.value, Walk):
            return walk.extent(self.value, self.cursor.item)
        return self.manner.extent(self.value) if self.value is not None else (1, 1)

    def to_example(self, by: int) -> bool:
        """The next example, or the next of those behind a cell."""
        if self.manner.examples == "cell":
            self.cursor = self.cursor.next(by)
            return False
        if not self.manner.examples:
            return False
        now = getattr(self.value, "example", self.request.example)
        return self._ask(example=max((self.request.example if now < 0 else now) + by, 0), typed="")

    def to_stage(self, by: int) -> None:
        """The next stop of a walk."""
        if isinstance(self.value, Walk):
            self.cursor = Cursor(item=min(max(self.cursor.item + by, 0), len(self.value.stages) - 1))

    def other_part(self) -> bool:
        """From validation to training examples and back."""
        if not self.manner.parts or self.experiment.data.validation == 0.0:
            return False
        return self._ask(split="train" if self.request.split == "validation" else "validation")

    def other_tensor(self) -> bool:
        """The layer's next array."""
        if self.request.aspect != "weights":
            return False
        self.cursor = Cursor()
        return self._ask(tensor=self.request.tensor + 1)

    def other_directions(self) -> bool:
        """Other random directions of a landscape."""
        return self.request.aspect == "landscape" and self._ask(draw=self.request.draw + 1)

    def type(self, text: str) -> bool:
        """Ask about an example in somebody's words."""
        return self._ask(typed=text.strip())

    # -- what was found ------------------------------------------------------------------------------------------------

    def took(self, request: Request, value: object) -> None:
        """Take in what was found, unless something else is wanted by now."""
        if request != self.request:
            return
        fresh = self.value is None or type(value) is not type(self.value)
        self.value, self.shown, self.progress, self.problem = value, request, None, ""
        if fresh and request.aspect == "landscape":
            self.cursor = landscape.start(value)  # type: ignore[arg-type]
        if isinstance(value, Walk):
            self.cursor = replace(self.cursor, item=min(self.cursor.item, len(value.stages) - 1))
        self.cursor = replace(self.cursor.within(self.extent), item=self.cursor.item)

    def refused(self, request: Request, sentence: str) -> None:
        """Take in why nothing was found."""
        if request == self.request:
            self.problem, self.progress = sentence, None

    def stopped(self) -> None:
        """Nothing is at work any more: it was cancelled."""
        self.progress = None
        if self.shown != self.request:
            self.problem = "stopped: enter looks again"
