"""Distribution and geometry of each generator, against the formulas of its source."""

import numpy as np
import pytest

from nntui.data import generators
from nntui.data.catalogue import BY_TAG
from nntui.randomness import stream


def rng(name="test"):
    return stream(0, name)


def test_circle_without_noise_is_a_disc_of_ones_in_a_ring_of_zeros_with_a_gap_between():
    points, y = generators.circle(500, 0.0, rng())
    radius = np.hypot(*points.T)
    assert np.bincount(y).tolist() == [250, 250]
    assert radius[y == 1].max() < 2.5
    assert radius[y == 0].min() >= 3.5 and radius[y == 0].max() < 5.0


def test_circle_draws_radii_uniformly_not_areas():
    points, y = generators.circle(40_000, 0.0, rng())
    radius = np.hypot(*points.T)
    assert radius[y == 1].mean() == pytest.approx(1.25, abs=0.02)
    assert radius[y == 0].mean() == pytest.approx(4.25, abs=0.02)


def test_circle_noise_flips_labels_near_the_gap_and_moves_no_point():
    points, y = generators.circle(2000, 0.5, rng())
    calm, clean = generators.circle(2000, 0.0, rng())
    assert (points == calm).all()
    flipped = y != clean
    assert 0.1 < flipped.mean() < 0.4
    # A move of at most 2.5 in x and in y can't carry a point further than 2.5 sqrt(2).
    assert np.abs(np.hypot(*points[flipped].T) - 2.5).max() <= 2.5 * np.sqrt(2.0)


def test_xor_is_one_where_the_signs_agree_and_keeps_clear_of_the_axes():
    points, y = generators.xor(2000, 0.0, rng())
    assert (y == (points[:, 0] * points[:, 1] >= 0.0)).all()
    assert np.abs(points).min() >= 0.3 and np.abs(points).max() <= 5.3
    assert y.mean() == pytest.approx(0.5, abs=0.05)


def test_xor_noise_flips_labels_only_within_reach_of_an_axis():
    points, y = generators.xor(2000, 0.2, rng())
    flipped = y != (points[:, 0] * points[:, 1] >= 0.0)
    assert flipped.any()
    assert np.abs(points[flipped]).min(axis=1).max() <= 0.2 * 5.0


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.25, 2.25), (0.5, 4.0)])
def test_gauss_makes_two_clouds_whose_variance_grows_from_a_half_to_four(noise, variance):
    points, y = generators.gauss(20_000, noise, rng())
    assert np.bincount(y).tolist() == [10_000, 10_000]
    for label, centre in ((1, 2.0), (0, -2.0)):
        cloud = points[y == label]
        assert cloud.mean(axis=0) == pytest.approx([centre, centre], abs=0.08)
        assert cloud.var(axis=0) == pytest.approx([variance, variance], rel=0.06)


def test_spiral_without_noise_is_two_arms_half_a_turn_apart():
    points, y = generators.spiral(500, 0.0, rng())
    one, zero = points[y == 1], points[y == 0]
    assert len(one) == len(zero) == 250
    np.testing.assert_allclose(one, -zero, atol=1e-12)
    i = np.arange(250)
    np.testing.assert_allclose(np.hypot(*one.T), 5.0 * i / 250, atol=1e-12)
    turn = 1.75 * i / 250 * 2.0 * np.pi
    np.testing.assert_allclose(one, (5.0 * i / 250 * np.array([np.sin(turn), np.cos(turn)])).T, atol=1e-12)


def test_spiral_noise_moves_points_evenly_by_at_most_the_noise():
    points, _ = generators.spiral(5000, 0.4, rng())
    calm, _ = generators.spiral(5000, 0.0, rng())
    moved = points - calm
    assert np.abs(moved).max() <= 0.4
    assert moved.std() == pytest.approx(0.4 / np.sqrt(3.0), rel=0.03)


def test_reg_plane_is_a_tenth_of_the_sum():
    points, y = generators.regress_plane(1200, 0.0, rng())
    np.testing.assert_allclose(y[:, 0], points.sum(axis=1) / 10.0)
    assert np.abs(points).max() <= 6.0 and points.std() == pytest.approx(12.0 / np.sqrt(12.0), rel=0.05)


def test_reg_plane_noise_takes_the_number_elsewhere_but_leaves_the_point():
    points, y = generators.regress_plane(5000, 0.5, rng())
    calm, clean = generators.regress_plane(5000, 0.0, rng())
    assert (points == calm).all()
    # Noise 0.5 U(-6, 6) on both coordinates: their sum has variance 2 * 36 * 4 / 12 / 4.
    assert (y - clean).std() == pytest.approx(np.sqrt(6.0) / 10.0, rel=0.03)


def test_reg_gauss_is_six_cones_of_alternating_sign():
    points, y = generators.regress_gauss(1200, 0.0, rng())

    def expected(x, y):
        best = 0.0
        for cx, cy, sign in ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)):
            height = sign * min(1.0, max(0.0, 1.0 - np.hypot(x - cx, y - cy) / 2.0))
            best = height if abs(height) > abs(best) else best
        return best

    np.testing.assert_allclose(y[:, 0], [expected(*point) for point in points], atol=1e-12)
    assert y.min() < -0.8 and y.max() > 0.8 and (y == 0.0).mean() > 0.3
    assert not np.signbit(y[y == 0.0]).any()


def test_cs231n_spiral_is_the_course_notes_three_arms():
    points, y = generators.cs231n_spiral(300, 0.0, rng())
    assert np.bincount(y).tolist() == [100, 100, 100]
    for arm in range(3):
        r, t = np.linspace(0.0, 1.0, 100), np.linspace(4.0 * arm, 4.0 * (arm + 1), 100)
        np.testing.assert_allclose(points[y == arm], np.c_[r * np.sin(t), r * np.cos(t)], atol=1e-12)


def test_cs231n_noise_turns_points_without_changing_their_radius():
    points, _ = generators.cs231n_spiral(3000, 0.2, rng())
    calm, _ = generators.cs231n_spiral(3000, 0.0, rng())
    np.testing.assert_allclose(np.hypot(*points.T), np.hypot(*calm.T), atol=1e-12)
    outer = np.hypot(*calm.T) > 0.01
    as_complex = points[outer] @ [1.0, 1j]
    turned = np.angle(as_complex / (calm[outer] @ [1.0, 1j]))
    assert turned.std() == pytest.approx(0.2, rel=0.06)


@pytest.mark.parametrize("n", [100, 101])
def test_moons_without_noise_are_those_of_scikit_learn(n):
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = datasets.make_moons(n, shuffle=False)
    points, labels = generators.moons(n, 0.0, rng())
    np.testing.assert_allclose(points, X, atol=1e-12)
    assert (labels == y).all()


@pytest.mark.parametrize("n", [100, 101])
def test_circles_without_noise_are_those_of_scikit_learn(n):
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = datasets.make_circles(n, shuffle=False, factor=0.3)
    points, labels = generators.circles(n, 0.0, 0.3, rng())
    np.testing.assert_allclose(points, X, atol=1e-12)
    assert (labels == y).all()


@pytest.mark.parametrize(
    "make", [lambda noise: generators.moons(4000, noise, rng()), lambda noise: generators.circles(4000, noise, 0.5, rng())]
)
def test_moons_and_circles_are_moved_by_normal_noise(make):
    moved = make(0.2)[0] - make(0.0)[0]
    assert moved.std() == pytest.approx(0.2, rel=0.03)


def test_xor_table_is_the_truth_table():
    points, y = generators.xor_table()
    assert [(int(a), int(b), int(c)) for (a, b), c in zip(points, y, strict=True)] == [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]


def test_xor_table_is_all_for_training():
    data = BY_TAG["xor_table"]().load(0)
    assert data.validation is None
    assert sorted(map(tuple, data.train.X.tolist())) == [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]


def test_hastie_halves_ten_dimensional_space_by_a_sphere():
    X, y = generators.hastie(4000, rng())
    assert X.shape == (4000, 10)
    assert (y == ((X**2).sum(axis=1) > 9.34)).all()
    assert y.mean() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("tag", ["circle", "gauss", "spiral", "moons", "circles"])
def test_an_odd_number_of_points_is_kept_to(tag):
    assert BY_TAG[tag](examples=11, validation=0.0).load(0).train.X.shape == (11, 2)


def test_playground_coordinates_are_fed_as_they_are():
    data = BY_TAG["spiral"]().load(0)
    np.testing.assert_array_equal(data.train.X, data.plane.train.astype(np.float32))
    assert data.plane.low == (-6.0, -6.0) and data.plane.high == (6.0, 6.0)


def test_a_rare_class_has_its_share_and_lies_at_the_edge_of_the_common_one():
    source = BY_TAG["rare"](examples=1000, share=0.03, validation=0.0)
    data = source.load(0)
    assert np.bincount(data.train.y).tolist() == [970, 30]
    centre = data.train.X[data.train.y == 1].mean(0)
    np.testing.assert_allclose(centre, [2.0, 2.0], atol=0.3)
