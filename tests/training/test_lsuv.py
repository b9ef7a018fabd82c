import numpy as np
import pytest
from trainer_cases import experiment

from nntui.measurements import Event
from nntui.nn.activations import SELU, ReLU, Tanh
from nntui.nn.dense import Dense
from nntui.nn.gru import GRU
from nntui.nn.initializers import Orthogonal
from nntui.nn.maxout import Maxout
from nntui.nn.network import Network, Pass
from nntui.nn.regularization import Dropout
from nntui.nn.skip import Skip
from nntui.training.lsuv import scale_to_unit_variance, wanted
from nntui.training.trainer import Trainer

X = (5.0 * np.random.default_rng(0).standard_normal((200, 10)) + 3.0).astype(np.float32)


def variances(network: Network, kind: type, X: np.ndarray = X) -> list[float]:
    bound = Pass(network, len(X), gradients=False)
    bound.X[:] = X
    bound.forward()
    return [float(at.Y.var()) for layer, at in bound.places.values() if isinstance(layer, kind)]


@pytest.mark.parametrize("between", [ReLU(), Tanh(), SELU(), Dropout(0.5)], ids=repr)
def test_what_comes_out_of_every_layer_has_variance_1(between):
    network = Network([layer for _ in range(8) for layer in (Dense(30, init="lsuv"), between)], (10,))
    scale_to_unit_variance(network, lambda: X)
    assert variances(network, Dense) == pytest.approx([1.0] * 8, abs=0.1)


def test_layers_that_did_not_ask_keep_their_weights():
    layers = (Dense(20), ReLU(), Dense(20, init="lsuv"), Skip((Tanh(), Dense(20, init="lsuv"))), Maxout(4, init="lsuv"), Dense(3))
    network, untouched = Network(layers, (10,)), Network(layers, (10,))
    (event,) = scale_to_unit_variance(network, lambda: X)
    assert event == Event(
        step=0, kind="start",
        text="lsuv: scaled 2.dense, 3.skip.1.dense, 4.maxout to outputs of variance 1 on 200 examples",
    )  # fmt: skip
    for name, W in network.params.items():
        same = np.array_equal(W, untouched.params[name])
        assert same == (name in ("0.dense.W", "5.dense.W") or name.endswith(".b")), name
    assert variances(network, Maxout) == pytest.approx([1.0], abs=0.1)


def test_directions_stay_orthogonal_only_lengths_change():
    network = Network([Dense(6, init="lsuv", bias=False)], (10,), dtype="float64")
    scale_to_unit_variance(network, lambda: X)
    W = network.params["0.dense.W"]
    gram = W.T @ W
    np.testing.assert_allclose(gram, gram[0, 0] * np.eye(6), atol=1e-12)


def test_layers_that_are_not_affine_are_orthogonal_and_nothing_more():
    network = Network([GRU(4, init="lsuv", returns="last")], (3, 10))
    assert wanted(network) == [] and scale_to_unit_variance(network, lambda: pytest.fail("no examples are needed")) == []


def test_examples_that_are_all_alike_leave_the_weights_finite():
    network = Network([Dense(4, init="lsuv", bias=False)], (10,))
    scale_to_unit_variance(network, lambda: np.zeros((5, 10), np.float32))
    assert np.isfinite(network.flat).all()
    np.testing.assert_allclose(network.params["0.dense.W"].T @ network.params["0.dense.W"], np.eye(4), atol=1e-6)


def test_a_trainer_scales_once_before_its_first_step_and_says_so():
    trainer = Trainer(experiment(network=(Dense(8, init="lsuv"), Tanh(), Dense(2))))
    told = [record for record in trainer.opening() if isinstance(record, Event)]
    assert [event.text for event in told] == ["lsuv: scaled 0.dense to output of variance 1 on 45 examples"]
    scaled = trainer.network.flat.copy()
    assert trainer.begin() == [] and np.array_equal(trainer.network.flat, scaled)
    assert variances(trainer.network, Dense, trainer.data.train.X)[0] == pytest.approx(1.0, abs=0.1)


def test_a_trainer_that_goes_on_does_not_scale_again():
    given = experiment(network=(Dense(8, init="lsuv"), Tanh(), Dense(2)))
    trained, resumed = Trainer(given), Trainer(given)
    trained.step(7)
    resumed.load_state(trained.state())
    trained.step(5), resumed.step(5)
    np.testing.assert_array_equal(resumed.network.flat, trained.network.flat)


def test_without_a_trainer_it_is_orthogonal():
    lsuv, orthogonal = Network([Dense(6, init="lsuv")], (10,)), Network([Dense(6, init=Orthogonal())], (10,))
    np.testing.assert_array_equal(lsuv.flat, orthogonal.flat)
