import pytest

from nntui.errors import ShapeError
from nntui.nn.activations import GELU, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from nntui.nn.dense import Dense
from nntui.nn.initializers import Glorot, He, Normal, Orthogonal, Zeros
from nntui.nn.normalization import BatchNorm
from nntui.nn.plan import plan
from nntui.nn.regularization import Dropout
from nntui.nn.shaping import Flatten, Reshape
from nntui.nn.skip import Skip


def test_every_site_has_a_path_a_shape_and_a_size():
    made = plan((Dense(4), Skip((Tanh(), Dense(4))), BatchNorm(), Dense(2, bias=False)), (3,)).checked()
    assert [(site.path, site.y, site.size, site.depth) for site in made.walk()] == [
        ("0.dense", (4,), 16, 0),
        ("1.skip", (4,), 0, 0),
        ("1.skip.0.tanh", (4,), 0, 1),
        ("1.skip.1.dense", (4,), 20, 1),
        ("2.batch_norm", (4,), 8, 0),
        ("3.dense", (2,), 8, 0),
    ]
    assert made.size == 52 and made.output_shape == (2,)


def test_a_plan_goes_as_far_as_the_shapes_fit():
    made = plan((Reshape((2, 2)), Flatten(), Reshape((3,)), Tanh()), (4,))
    assert [site.path for site in made.sites] == ["0.reshape", "1.flatten"]
    assert made.problem is not None and made.problem.layer == "2.reshape"
    with pytest.raises(ShapeError, match=r"^layer 2\.reshape: reshape can't make \[3\] of \(4,\): 4 values are not 3$"):
        made.checked()


@pytest.mark.parametrize(
    ("layers", "x", "sentence"),
    [
        ((Dense(3),), (8, 8, 16), "layer 0.dense: dense needs a flat input, got (8, 8, 16): add flatten before it"),
        ((Dense(3),), (), "layer 0.dense: dense needs at least one feature, got a single number per example"),
        ((BatchNorm(),), (), "layer 0.batch_norm: batch_norm needs at least one feature, got a single number per example"),
        ((Reshape((-1, -1)),), (4,), "layer 0.reshape: reshape to [-1, -1] is not a shape: positive axes, at most one -1"),
        ((Reshape((0, 4)),), (4,), "layer 0.reshape: reshape to [0, 4] is not a shape: positive axes, at most one -1"),
        ((Reshape(()),), (4,), "layer 0.reshape: reshape to [] is not a shape: positive axes, at most one -1"),
        ((Reshape((3, -1)),), (4,), "layer 0.reshape: reshape can't make [3, -1] of (4,): 4 values are not 3"),
        (
            (Tanh(), Skip((Dense(4),))),
            (3,),
            "layer 1.skip: skip adds its input (3,) to its body's output (4,): end the body with shape (3,), learn a map to (4,) with "
            "projection = true, or join by concatenate",
        ),
        (
            (Skip((Reshape((2, 2)),), join="concatenate"),),
            (4,),
            "layer 0.skip: skip can't put (4,) beside its body's output (2, 2): all axes but the last must agree",
        ),
        ((Skip((Dense(3), Reshape((2, 2)))),), (4,), "layer 0.skip.1.reshape: reshape can't make [2, 2] of (3,): 3 values are not 4"),
    ],
)
def test_what_does_not_fit_names_the_layer_and_says_why(layers, x, sentence):
    with pytest.raises(ShapeError) as problem:
        plan(layers, x).checked()
    assert str(problem.value) == sentence


@pytest.mark.parametrize(
    ("following", "suited"),
    [
        ((ReLU(),), He()),
        ((LeakyReLU(),), He()),
        ((GELU(),), He()),
        ((Tanh(),), Glorot()),
        ((Sigmoid(),), Glorot()),
        ((Softmax(),), Glorot()),
        ((), Glorot()),
        ((Dense(5),), Glorot()),
        ((Dense(5), ReLU()), Glorot()),
        ((BatchNorm(), ReLU()), He()),
        ((BatchNorm(), Dropout(), ReLU(), Tanh()), He()),
        ((Reshape((5,)), Flatten(), ReLU()), He()),
        ((Skip((ReLU(),)),), Glorot()),
    ],
)
def test_auto_starts_weights_as_suits_the_activation_that_follows(following, suited):
    made = plan((Dense(5), *following), (5,)).checked()
    W = made.sites[0].parameters[0]
    assert W.initializer == suited


def test_auto_inside_a_skip_looks_at_what_follows_the_skip():
    made = plan((Skip((Dense(5),)), ReLU(), Skip((Dense(5), Tanh(), Dense(5)))), (5,)).checked()
    inits = {site.path: site.parameters[0].initializer for site in made.walk() if site.parameters}
    assert inits == {"0.skip.0.dense": He(), "2.skip.0.dense": Glorot(), "2.skip.2.dense": Glorot()}


def test_an_initializer_that_is_named_is_taken_at_its_word():
    made = plan((Dense(5, init="zeros"), ReLU(), Dense(5, init=Normal(std=0.1)), Dense(5, init="orthogonal")), (5,)).checked()
    assert [site.parameters[0].initializer for site in made.walk() if site.parameters] == [Zeros(), Normal(std=0.1), Orthogonal()]
    assert made.sites[0].parameters[1].initializer == Zeros()  # the bias
