import json
import subprocess
import sys

import msgspec
import numpy as np
import pytest

from nntui.data.catalogue import BY_TAG, SOURCES, AnySource
from nntui.data.planar import Planar
from nntui.errors import DataError

FILES = {"csv", "npz", "text"}
BUILT_IN = [kind for tag, kind in BY_TAG.items() if tag not in FILES]


def tag_of(kind):
    return kind.__struct_config__.tag


CASES = [
    *(kind() for kind in BUILT_IN),
    *(kind(features=("x", "xy", "sin y"), scale="standardize", validation=0.5) for kind in BUILT_IN if issubclass(kind, Planar)),
    BY_TAG["digits"](image=True, scale="minmax"),
    BY_TAG["spiral"](examples=37, validation=0.0),
    BY_TAG["cs231n_spiral"](examples=100),
    BY_TAG["hastie"](examples=33),
    BY_TAG["diabetes"](standardize_target=False),
    BY_TAG["adding"](length=7, examples=50, scale="standardize"),
    BY_TAG["copy_memory"](delay=3, blanks=False, examples=100),
    BY_TAG["sentences"](unit="words", length=20_000, context=10, stride=3),
    BY_TAG["sentences"](length=50_000, validation=0.0),
    BY_TAG["ratings"](users=5, items=9, examples=45),
]


def in_a_fresh_process(program: str) -> object:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def test_every_tag_is_there_once_and_names_its_class():
    assert len(BY_TAG) == len(SOURCES)
    assert {tag: tag_of(kind) for tag, kind in BY_TAG.items()} == {tag: tag for tag in BY_TAG}


def test_a_source_of_files_has_a_field_named_like_its_tag():
    for tag in FILES:
        assert tag in BY_TAG[tag].__struct_fields__


@pytest.mark.parametrize("kind", SOURCES, ids=tag_of)
def test_every_source_and_every_option_says_what_it_is(kind):
    assert kind.__doc__
    for field in msgspec.inspect.type_info(kind).fields:
        assert isinstance(field.type, msgspec.inspect.Metadata) and field.type.extra_json_schema["description"], field.name


@pytest.mark.parametrize("source", CASES, ids=repr)
def test_a_source_survives_the_way_into_a_file_and_back(source):
    assert msgspec.convert(json.loads(msgspec.json.encode(source)), AnySource) == source


def test_an_unknown_option_is_refused():
    with pytest.raises(msgspec.ValidationError, match="wobble"):
        msgspec.convert({"source": "spiral", "wobble": 1}, AnySource)


@pytest.mark.parametrize("change", [{"noise": 0.6}, {"noise": -0.1}, {"examples": 0}, {"validation": 1.0}, {"scale": "log"}], ids=repr)
def test_an_option_out_of_range_is_refused(change):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"source": "circle", **change}, AnySource)


def test_importing_the_catalogue_and_the_streams_imports_no_numpy():
    heavy = in_a_fresh_process(
        "import sys, json, nntui.data.catalogue, nntui.randomness;"
        "print(json.dumps([m for m in ('numpy', 'sklearn', 'textual') if m in sys.modules]))"
    )
    assert heavy == []


def test_the_facts_of_generated_and_bundled_sources_need_neither_numpy_nor_scikit_learn():
    heavy = in_a_fresh_process(
        "import sys, json; from nntui.data.catalogue import BY_TAG;"
        "[kind().facts() for tag, kind in BY_TAG.items() if tag not in ('csv', 'npz', 'text')];"
        "print(json.dumps([m for m in ('numpy', 'sklearn') if m in sys.modules]))"
    )
    assert heavy == []


@pytest.mark.parametrize("source", CASES, ids=repr)
def test_the_facts_are_what_loading_gives(source):
    facts, data = source.facts(), source.load(seed=1)
    assert data.facts == facts
    parts = [part for part in (data.train, data.validation) if part is not None]
    assert sum(map(len, parts)) == facts.examples
    assert (data.validation is None) == (source.validation == 0.0)
    for part in parts:
        assert part.X.shape == (len(part), *facts.input_shape)
        assert part.X.dtype == (np.float32 if facts.vocabulary is None else np.int64) and part.X.flags.c_contiguous
        if facts.target.classes is None:
            assert facts.classes is None
            assert part.y.dtype == np.float32 and part.y.shape == (len(part), *facts.target.shape, facts.target.width)
        else:
            assert len(facts.classes) == facts.target.classes
            assert part.y.dtype == np.int64 and part.y.shape == (len(part), *facts.target.shape)
            assert set(np.unique(part.y)) <= set(range(-1 if facts.target.shape else 0, facts.target.classes))
    if facts.target.classes is not None:
        asked = set(np.unique(data.train.y)) - {-1}
        blank = {0} if source == BY_TAG["copy_memory"](delay=3, blanks=False, examples=100) else set()
        assert asked == set(range(facts.target.classes)) - blank
    if facts.vocabulary is not None:
        columns = data.train.X.reshape(-1, len(facts.vocabulary))
        assert columns.min() >= 0 and (columns.max(0) < facts.vocabulary).all()
    elif len(facts.input_shape) == 1:
        assert len(facts.features) == facts.input_shape[0]


@pytest.mark.parametrize("kind", BUILT_IN, ids=tag_of)
def test_the_same_seed_gives_the_same_bits_and_another_seed_another_order(kind):
    one, same, other = kind().load(4), kind().load(4), kind().load(5)
    assert one.train.X.tobytes() == same.train.X.tobytes()
    assert one.train.y.tobytes() == same.train.y.tobytes()
    assert one.train.X.tobytes() != other.train.X.tobytes()


@pytest.mark.parametrize("kind", [kind for kind in BUILT_IN if not issubclass(kind, Planar)], ids=tag_of)
def test_features_of_data_that_are_not_planar_are_refused_at_once(kind):
    with pytest.raises(DataError, match=r"data\.features: .*x\^2.* two numbers"):
        kind(features=("x^2",)).facts()


def test_splitting_does_not_depend_on_how_examples_were_generated():
    # The same labels in the same order: the noise draws more random numbers, but not from the split's stream.
    calm, noisy = BY_TAG["moons"](noise=0.0).load(2), BY_TAG["moons"](noise=0.1).load(2)
    assert (calm.train.y == noisy.train.y).all()
