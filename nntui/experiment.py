"""An experiment is a value: network, data, loss, optimizer, schedule and training in one immutable, typed description.

It is a TOML file, a line in a table, an undo step and a fix; nothing else describes a run.
"""

from __future__ import annotations

import math
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from nntui.data.catalogue import AnySource
from nntui.editing import assign, assignment
from nntui.errors import ExperimentError
from nntui.lesson import Lesson
from nntui.nn import alignment
from nntui.nn.catalogue import AnyLayer
from nntui.nn.entries import assigned
from nntui.nn.entries import check as check_entry
from nntui.nn.losses import AnyLoss
from nntui.optim.optimizers import AnyOptimizer
from nntui.optim.penalty import Penalty
from nntui.optim.schedules import AnySchedule, Constant
from nntui.program import AnyProgram, LanguageModel, Supervised
from nntui.reading import convert, parse
from nntui.reference import Reference, check_references
from nntui.schema import schema, variants
from nntui.writing import plain, render

if TYPE_CHECKING:
    from nntui.nn.layer import Layer
    from nntui.nn.plan import Plan

BackendName = Literal["auto", "numpy", "cupy"]


class EarlyStopping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Stop when the validation loss hasn't improved for `patience` epochs, and go back to the best weights."""

    patience: Annotated[int, Meta(ge=1, description="epochs without improvement")] = 10
    min_delta: Annotated[float, Meta(ge=0.0, description="what counts as an improvement of the loss")] = 0.0


class Start(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Weights to begin with instead of random ones: those of another network, wherever name and shape agree; single ones by hand."""

    source: Annotated[str, Meta(description="a run (its folder or a part of its name), a preset, or an experiment's file")] | None = None
    """A preset or a file is trained first."""
    step: Annotated[int, Meta(ge=0, description="which of the run's checkpoints; the newest by default")] | None = None
    fresh: Annotated[int, Meta(ge=0, description="so many learned layers at the end begin anew: 1 replaces the head")] = 0
    layers: Annotated[tuple[str, ...], Meta(description="only these layers, and from which: 3.dense = 2.dense (the source's)")] = ()
    """Where given, names decide nothing: these begin with what those have learned, all others anew."""
    weights: Annotated[tuple[str, ...], Meta(description="weights set by hand, after all else: 0.dense.W[3][2] = 0.5")] = ()


class Training(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long, in what portions, and within what limits."""

    epochs: Annotated[int, Meta(ge=1, le=1_000_000_000, description="passes over the training part")] = 100
    batch_size: Annotated[int, Meta(ge=1, description="examples per step; more than there are means all of them")] = 32
    accumulate: Annotated[int, Meta(ge=1, description="portions in which a batch is computed, to need less memory")] = 1
    clip_norm: Annotated[float, Meta(gt=0.0, description="longest gradient, of all parameters; a longer one is shortened")] | None = None
    early_stopping: EarlyStopping | None = None


class Experiment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Everything that decides what a run does."""

    title: Annotated[str, Meta(description="what people call it")] = ""
    story: str = ""
    """What to watch and what to try, for people."""
    pair: str | None = None
    """The preset to compare with."""
    seed: Annotated[int, Meta(ge=0, description="the same seed gives the same weights, batches and dropout again")] = 0
    backend: Annotated[BackendName, Meta(description="where it computes; auto: where it is faster")] = "auto"
    network: tuple[AnyLayer, ...]
    data: AnySource
    loss: AnyLoss
    optimizer: AnyOptimizer
    penalty: Penalty = Penalty()
    schedule: AnySchedule = Constant()
    program: AnyProgram = Supervised()
    training: Training = Training()
    start: Start | None = None
    pace: Annotated[float, Meta(gt=0.0, description="steps a second in the workbench, for eyes to follow; empty: full speed")] | None = None
    """Steps per second in the workbench, slow enough for eyes to follow; everything else trains at full speed."""
    reference: dict[str, Reference] = {}
    lesson: Lesson | None = None
    """What whoever opens it is to do, and what can't be changed."""

    @classmethod
    def from_toml(cls, text: str, where: str = "experiment") -> Experiment:
        """Read a description; `where` is what errors call it. Raises ExperimentError naming the line or the key."""
        return cls.from_tables(parse(text, where), where)

    @classmethod
    def from_tables(cls, tables: dict[str, Any], where: str = "experiment") -> Experiment:
        """The same from tables (dict) and lists, as TOML or JSON give them."""
        if not tables:
            raise ExperimentError(f"{where}: is empty: an experiment has at least network, [data], [loss] and [optimizer]")
        return _converted(tables, where)

    @classmethod
    def from_file(cls, path: str | Path) -> Experiment:
        """Read a file; data files that it names are looked for from its own folder. Raises ExperimentError."""
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise ExperimentError(f"{path}: is not a text file (byte {error.start} is not UTF-8)") from None
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            raise ExperimentError(f"{path}: can't be read: {getattr(error, 'strerror', None) or error}") from None
        return cls.from_toml(text, str(path)).anchored(path.parent.absolute())

    def to_tables(self) -> dict[str, Any]:
        """What `from_tables` reads; defaults are left out."""
        tables: dict[str, Any] = plain(self)
        data = tables["data"]
        if data["source"] in _sources_named_by_key():
            del data["source"]  # csv = "file.csv" says it
        return tables

    def to_toml(self) -> str:
        """The description as people write it; reading it gives an equal experiment."""
        return render(self.to_tables())

    def anchored(self, folder: Path) -> Experiment:
        """The same experiment with the names of data files made absolute, seen from a folder."""
        return self.replace(data=self.data.anchored(folder))

    def set(self, *changes: str, where: str = "") -> Experiment:
        """The same experiment with values changed: "optimizer.learning_rate=0.01", "network[0].units=16".

        A value is TOML, or a bare word; none at all means the default. Raises ExperimentError if the result isn't valid.
        """
        tables = plain(self)
        for path, text in map(assignment, changes):
            if len(path) == 2 and path[0] == "data" and path[1] in _sources_named_by_key() and text:
                assign(tables, self, ("data", "source"), str(path[1]))
            assign(tables, self, path, text)
        return _converted(tables, where)

    def replace(self, **changes: Any) -> Experiment:
        """The same experiment with some parts changed.

        A start that says which layers are which belongs to this network and its inputs: other ones begin without it, except
        for what a training under way can take (the strength of dropout and noise).
        """
        changed = msgspec.structs.replace(self, **changes)
        if "start" in changes or self.start is None or not self.start.layers:
            return changed
        same = changed.data == self.data and _same_layers(changed.network, self.network)
        return changed if same else msgspec.structs.replace(changed, start=None)

    def check(self) -> Plan:
        """Make sure that network, data and loss fit together, without loading the data; gives the network's plan.

        Raises NntuiError: ShapeError with the layer, ExperimentError with the key, or DataError.
        """
        facts = self.data.facts()
        planned = self.program.check(self.network, self.loss, facts)
        if planned.size == 0:
            raise ExperimentError("network: nothing in it learns: add a dense layer")
        if self.schedule.tag == "plateau" and self.data.validation == 0.0:
            raise ExperimentError("schedule.kind: plateau watches the validation loss, but data.validation is 0: hold out a share")
        if self.training.early_stopping is not None and self.data.validation == 0.0:
            raise ExperimentError("training.early_stopping: watches the validation loss, but data.validation is 0: hold out a share")
        if isinstance(self.program, LanguageModel) and self.program.carry and self.training.accumulate > 1:
            raise ExperimentError("training.accumulate: portions of a batch carry no state on: leave it out, or program.carry")
        self._check_start(planned)
        if self.backend != "cupy":
            self._check_memory((planned, *self.program.besides(facts)), min(self.training.batch_size, facts.examples))
        return planned

    def _check_start(self, planned: Plan) -> None:
        if self.start is None:
            return
        if self.start.step is not None and self.start.source is None:
            raise ExperimentError("start.step: is a checkpoint of start.source, which isn't given: name a run")
        if self.start.layers:
            self._check_layers(self.start, planned)
        for text in self.start.weights:
            try:
                check_entry(assigned(text)[0], planned)
            except ExperimentError as error:
                raise ExperimentError(f"start.weights: {error}") from None

    def _check_layers(self, start: Start, planned: Plan) -> None:
        if start.source is None:
            raise ExperimentError("start.layers: are taken from start.source, which isn't given: name a run")
        if start.fresh:
            raise ExperimentError("start.fresh: start.layers says already which layers begin anew: leave one of them out")
        try:
            alignment.check(alignment.read(start.layers), planned)
        except ExperimentError as error:
            raise ExperimentError(f"start.layers: {error}") from None

    def _check_memory(self, plans: tuple[Plan, ...], batch: int) -> None:
        available = _memory()
        # float32: parameters and gradients, the optimizer's slots, and every Y with its dY for one batch.
        # Evaluations take up to 512 examples at once, forward only.
        activations = sum(math.prod(site.y) for planned in plans for site in planned.walk())
        size = sum(planned.size for planned in plans)
        values = size * (2 + len(self.optimizer.slots)) + (2 * batch + min(512, self.data.facts().examples)) * activations
        if available is not None and 4 * values > available:
            raise ExperimentError(
                f"network: needs at least {4e-9 * values:,.0f} GB of memory, this machine has {available / 1e9:,.0f} GB: "
                "use fewer units or smaller batches"
            )


def _same_layers(one: tuple[Layer, ...], other: tuple[Layer, ...]) -> bool:
    """Whether networks are equal but for what their regularizing layers are set to."""
    return len(one) == len(other) and all(
        a == b
        or (type(a) is type(b) and a.family == "regularization")
        or (type(a) is type(b) and bool(a.bodies()) and all(map(_same_layers, a.bodies(), b.bodies())))
        for a, b in zip(one, other, strict=True)
    )


def _converted(tables: dict[str, Any], where: str) -> Experiment:
    experiment = convert(_with_source(tables), Experiment, where)
    check_references(experiment.reference, where)
    return experiment


def _with_source(tables: dict[str, Any]) -> dict[str, Any]:
    """[data] csv = "f.csv" needs no source = "csv" beside it."""
    data = tables.get("data")
    if not isinstance(data, dict) or "source" in data:
        return tables
    named = next((tag for tag in _sources_named_by_key() if tag in data), None)
    return tables if named is None else {**tables, "data": {"source": named, **data}}


@cache
def _sources_named_by_key() -> tuple[str, ...]:
    """Sources that have a key of their own name (csv, npz): it says where the data is and what it is."""
    tables = variants(schema(AnySource)).tables
    return tuple(tag for tag, table in tables.items() if any(field.encode_name == tag for field in table.fields))


def _memory() -> int | None:
    """Bytes of this machine's memory, where the system tells."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
