import json
import re
import sys
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from nntui.benchmark import memory, rounds
from nntui.benchmark.engines import Candidate
from nntui.benchmark.report import PEERS, Benchmark
from nntui.benchmark.rounds import best_settings, in_turns
from nntui.benchmark.workloads import LARGE, WORKLOADS, Noise, Workload, chosen, mlp
from nntui.cli import program
from nntui.errors import ExperimentError
from nntui.nn.activations import ReLU
from nntui.nn.dense import Dense
from nntui.nn.plan import plan


class Machine:
    """A clock that only moves when somebody trains, and who trained when."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.log: list[str] = []
        monkeypatch.setattr(rounds, "time", SimpleNamespace(perf_counter=lambda: self.now))

    def candidate(self, engine: str, seconds_per_step: float, late: int = 0, setting: str = "") -> Candidate:
        """late: every how many calls the machine is busy with something else for a second."""
        calls = 0

        def train(steps: int) -> None:
            nonlocal calls
            calls += 1
            self.log.append(engine)
            self.now += steps * seconds_per_step + (1.0 if late and calls % late == 0 else 0.0)

        return Candidate(engine, 1, setting, train)


def test_engines_are_measured_in_turns_and_the_median_bears_what_disturbs(monkeypatch: pytest.MonkeyPatch):
    machine = Machine(monkeypatch)
    one, other = machine.candidate("one", 0.001, late=7), machine.candidate("other", 0.002)
    measured = in_turns([one, other], seconds=2.0)
    assert [rates.median for rates in measured] == [pytest.approx(1000.0), pytest.approx(500.0)]
    assert min(measured[0].rounds) < 600.0  # the disturbed rounds are told, too
    turns = machine.log[-4 * rounds.ROUNDS :]
    assert turns == ["one", "one", "other", "other"] * rounds.ROUNDS  # warm-up and turn, A B A B


def test_a_measurement_takes_about_the_time_it_may(monkeypatch: pytest.MonkeyPatch):
    for step in (1e-5, 1e-2):
        machine = Machine(monkeypatch)
        in_turns([machine.candidate("a", step), machine.candidate("b", 3 * step)], seconds=4.0)
        assert 2.0 < machine.now < 6.0


def test_a_slow_step_is_measured_once_a_round(monkeypatch: pytest.MonkeyPatch):
    machine = Machine(monkeypatch)
    (rates,) = in_turns([machine.candidate("slow", 10.0)], seconds=1.0)
    assert rates.median == pytest.approx(0.1)


def test_the_faster_setting_competes_and_of_equals_the_simpler_one(monkeypatch: pytest.MonkeyPatch):
    machine = Machine(monkeypatch)
    plain, same, faster = (machine.candidate("x", s, setting=name) for s, name in ((1e-3, "plain"), (0.99e-3, "same"), (0.5e-3, "faster")))
    other = machine.candidate("y", 2e-3)
    chosen = best_settings(in_turns([plain, other, same, faster], 1.0))
    assert [(rates.candidate.engine, rates.candidate.setting) for rates in chosen] == [("x", "faster"), ("y", "")]
    assert [rates.candidate.setting for rates in best_settings(in_turns([plain, same], 1.0))] == ["plain"]


def test_a_setting_that_is_hopeless_takes_no_turns(monkeypatch: pytest.MonkeyPatch):
    machine = Machine(monkeypatch)
    good, hopeless = machine.candidate("x", 1e-3), machine.candidate("x", 6e-3, setting="hopeless")
    slow_engine = machine.candidate("y", 8e-3)  # another engine may be as slow as it is
    measured = in_turns([good, hopeless, slow_engine], 2.0)
    assert [(rates.candidate.engine, rates.candidate.setting) for rates in measured] == [("x", ""), ("y", "")]


# -- what is trained ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_every_network_fits_its_data(workload: Workload):
    made = plan(workload.layers, workload.x).checked()
    facts = workload.source.facts()
    assert made.output_shape == (*facts.target.shape, facts.target.classes)
    assert workload.data.train.X.shape[1:] == facts.input_shape and len(workload.data.train) >= workload.batch
    assert workload.data.validation is not None
    workload.experiment.check()


def test_operations_are_counted_as_products_forward_and_back():
    workload = Workload("small", mlp(5, 2, activation=ReLU()), Noise(shape=(3,), classes=2, examples=20), batch=4)
    first, second = 2 * 4 * 3 * 5, 2 * 4 * 5 * 2
    assert workload.flops == 2 * first + 3 * second  # the first layer has no input gradient to compute
    assert workload.parameters == 3 * 5 + 5 + 5 * 2 + 2
    rows = Workload("rows", (Dense(5),), Noise(shape=(7, 3), classes=2, examples=20), batch=4)
    assert rows.flops == 2 * 2 * 4 * 7 * 3 * 5


def test_networks_are_chosen_by_name():
    assert chosen(None) == WORKLOADS and chosen(None, large=True) == (*WORKLOADS, *LARGE)
    assert [workload.name for workload in chosen("20x64, 2-8-8-2")] == ["20x64", "2-8-8-2"]
    with pytest.raises(ExperimentError, match=r'^there is no network "2-8-8" to measure: did you mean 2-8-8-2\?'):
        chosen("2-8-8")
    with pytest.raises(ExperimentError, match="there is no network"):
        chosen(",")


def test_large_networks_fit_their_data():
    for workload in LARGE:
        made = plan(workload.layers, workload.x).checked()
        facts = workload.source.facts()
        assert made.output_shape == (*facts.target.shape, facts.target.classes)


# -- the command --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for peer in PEERS:
        monkeypatch.setattr(peer, "installed", staticmethod(lambda: False))


def bench(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(program, ["bench", *arguments])
    return result.exit_code, result.output


def test_alone_it_says_so_and_measures_all_the_same(alone):
    code, text = bench("--networks", "2-8-8-2", "--seconds", "0.3")
    assert code == 0
    head, row = next(
        (lines[i], lines[i + 1]) for lines in [text.splitlines()] for i, line in enumerate(lines) if line.startswith("network")
    )
    number = re.match(r"2-8-8-2  nntui +([\d,.]+) ", row)
    assert number is not None, row
    assert head.index("steps/s") <= number.start(1) < number.end(1) < head.index("times"), "the number stands under its head"
    assert "PyTorch is not installed; to compare with it: python -m pip install torch" in text
    assert "JAX is not installed; to compare with it, too: python -m pip install jax" in text


def test_for_programs_it_prints_one_object(alone):
    code, text = bench("--networks", "2-8-8-2,64-128-64-10", "--seconds", "0.3", "--json")
    assert code == 0
    told = json.loads(text)
    assert [(row["name"], row["engine"]) for row in told["networks"]] == [("2-8-8-2", "nntui"), ("64-128-64-10", "nntui")]
    assert told["gemm_gflops"] > 0.1
    for row in told["networks"]:
        assert row["ratio_to_fastest_peer"] is None
        assert row["slowest_round"] <= row["steps_per_second"] <= row["fastest_round"]
        assert row["examples_per_second"] == row["batch"] * row["steps_per_second"]
        assert row["threads"] in told["machine"]["threads"] and row["gflops"] > 0.0 and 0.0 <= row["measuring"] < 1.0
    assert told["missing"]


def test_an_unknown_network_is_one_sentence():
    code, text = bench("--networks", "2-8-8-3")
    assert code == 2 and text.startswith("nntui: there is no network") and "2-8-8-2" in text and len(text.splitlines()) == 1


def test_with_a_peer_the_ratio_is_to_the_fastest_other(alone, monkeypatch: pytest.MonkeyPatch):
    machine = Machine(monkeypatch)

    class Peer:
        version = "1"

        def __init__(self, name: str, seconds: float) -> None:
            self.name, self.seconds = name, seconds

        def candidates(self, workload, threads):
            return [machine.candidate(self.name, self.seconds)]

    monkeypatch.setattr("nntui.benchmark.report.cost", lambda workload, threads, seconds, backend: None)
    benchmark = Benchmark(chosen("2-8-8-2"), 3.0)
    benchmark.engines[:] = [Peer("nntui", 1e-3), Peer("slow", 4e-3), Peer("fast", 2e-3)]
    ((ours, slow, fast),) = benchmark.results()
    ratios = [result.ratio_to_fastest_peer for result in (ours, slow, fast)]
    assert ratios == [pytest.approx(2.0), pytest.approx(0.25), pytest.approx(0.5)]


def test_a_backend_that_is_not_there_is_refused_before_anything_is_measured(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    code, text = bench("--backend", "cupy", "--seconds", "0.3")
    assert code == 2 and "install it with" in text and len(text.strip().splitlines()) == 1


# -- memory -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not memory.STATUS.exists(), reason="this system doesn't say how large processes are")
def test_the_peak_of_a_training_is_taken_in_a_process_of_its_own():
    workload = next(workload for workload in WORKLOADS if workload.name == "784-256-128-10")
    found = memory.measured(workload, threads=1)
    data = sum(split.X.nbytes + split.y.nbytes for split in (workload.data.train, workload.data.validation))
    assert found is not None and found.needed > data + 4 * 4 * workload.parameters
    assert 0.8 * found.needed < found.peak < 2.0 * found.needed


def test_a_network_that_the_benchmark_doesn_t_know_by_name_isn_t_looked_at(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory.subprocess, "run", lambda *_, **__: pytest.fail("started"))
    assert memory.measured(Workload("mine", mlp(2, activation=ReLU()), Noise(shape=(2,), classes=2, examples=8), batch=4), 1) is None
