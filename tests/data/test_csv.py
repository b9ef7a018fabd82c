"""A person's table: what is understood of it, and what is said about one that can't be."""

from pathlib import Path

import numpy as np
import pytest

from nntui.data import csv_scan
from nntui.data.files import Csv
from nntui.errors import DataError

PEOPLE = """name,age,colour,bought
ann,20,red,yes
bob,30,blue,no
cem,25,red,no
dee,50,green,yes
eva,45,blue,yes
fay,32,red,no
"""
NUMBERS = "a,b,c,y\n" + "".join(f"{i},{i % 7}.5,{-i},{i * 1.25}\n" for i in range(50))
SHARES = "a,y\n" + "".join(f"{i},{(i * 7 % 40) / 39:.4f}\n" for i in range(40))
COINS = "a,y\n" + "".join(f"{i},{i % 3 % 2}\n" for i in range(40))


@pytest.fixture
def table(tmp_path):
    """Writes a file and describes it as a source."""

    def write(content: str | bytes, target: str = "y", **options) -> Csv:
        path = tmp_path / "table.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Csv(csv=str(path), target=target, **options)

    return write


def refusal(source: Csv) -> str:
    with pytest.raises(DataError) as caught:
        source.facts()
    with pytest.raises(DataError):
        source.load(0)
    return str(caught.value)


def test_numbers_stay_numbers_and_categories_become_one_input_each(table):
    source = table(PEOPLE, "bought", ignore=("name",), validation=0.0)
    facts = source.facts()
    assert facts.features == ("age", "colour=blue", "colour=green", "colour=red")
    assert facts.classes == ("no", "yes")
    data = source.load(0)
    assert data.facts == facts
    rows = sorted((*x, y) for x, y in zip(data.train.X.tolist(), data.train.y.tolist(), strict=True))
    assert rows == [(20, 0, 0, 1, 1), (25, 0, 0, 1, 0), (30, 1, 0, 0, 0), (32, 0, 0, 1, 0), (45, 1, 0, 0, 1), (50, 0, 1, 0, 1)]


def test_categories_are_not_scaled(table):
    X = table(PEOPLE, "bought", ignore=("name",), scale="standardize", validation=0.0).load(0).train.X
    assert X[:, 0].std() == pytest.approx(1.0, abs=1e-5)
    assert set(np.unique(X[:, 1:])) == {0.0, 1.0}


def test_a_target_of_many_numbers_is_regression_on_a_standardized_target(table):
    source = table(NUMBERS, validation=0.2)
    assert source.facts().classes is None and source.facts().target.width == 1
    data = source.load(0)
    assert data.train.y.std() == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(data.target_units.original(data.train.y)[:, 0], 1.25 * data.train.X[:, 0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("text", [SHARES, COINS])
def test_a_target_between_0_and_1_is_learned_as_it_is_unless_told_otherwise(table, text):
    source = table(text, validation=0.0, task="regression")
    assert not source.facts().target.standardized
    assert sorted(source.load(0).train.y[:, 0]) == pytest.approx(sorted(float(line.split(",")[1]) for line in text.split()[1:]))
    told = table(text, validation=0.0, task="regression", standardize_target=True)
    assert told.facts().target.standardized
    assert told.load(0).train.y.std() == pytest.approx(1.0, abs=1e-5)


def test_a_target_that_leaves_0_to_1_by_a_little_is_standardized(table):
    assert table(SHARES + "41,1.001\n", validation=0.0).facts().target.standardized
    assert table(SHARES + "41,-0.001\n", validation=0.0).facts().target.standardized


def test_a_target_can_be_left_in_its_own_units(table):
    data = table(NUMBERS, standardize_target=False).load(0)
    assert data.target_units is None
    np.testing.assert_allclose(data.train.y[:, 0], 1.25 * data.train.X[:, 0], rtol=1e-6)


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (["0", "1"] * 5, ("0", "1")),
        (["1", "2.0", "10"] * 5, ("1", "2", "10")),
        (["yes", "no"] * 5, ("no", "yes")),
        (["0.5", "1"] * 5, None),
        ([str(i) for i in range(20)] * 2, tuple(map(str, range(20)))),
        ([str(i) for i in range(21)] * 2, None),
        ([str(i) for i in range(10)], None),
    ],
)
def test_the_task_follows_from_the_target(table, values, classes):
    assert table("a,y\n" + "".join(f"{i},{value}\n" for i, value in enumerate(values))).facts().classes == classes


def test_the_task_can_be_said(table):
    text = "a,y\n1,3\n2,3\n4,5\n3,5\n"
    assert table(text).facts().classes == ("3", "5")
    assert table(text, task="regression").facts().classes is None
    text = "a,y\n" + "".join(f"{i},{i // 2}.5\n" for i in range(60))
    assert table(text).facts().classes is None
    assert table(text, task="classification").facts().target.classes == 30


def test_columns_of_codes_can_be_named_as_categories(table):
    text = "code,y\n10,a\n9,b\n10,b\n9,a\n"
    assert table(text).facts().features == ("code",)
    assert table(text, categories=("code",)).facts().features == ("code=9", "code=10")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(table, delimiter):
    assert table(PEOPLE.replace(",", delimiter), "bought", ignore=("name",)).facts().features[0] == "age"


def test_a_delimiter_inside_names_does_not_mislead(table):
    assert table('"size, m";"price, EUR";y\n1;2;a\n3;4;b\n5;1;a\n4;4;b\n').facts().features == ("size, m", "price, EUR")


def test_the_delimiter_can_be_said(table):
    assert table("a|b,y\n1|2,3\n2|1,5\n", "b,y", delimiter="|", decimal=",").facts().features == ("a",)


def test_a_decimal_comma_is_read_if_asked_for_and_explained_if_not(table):
    text = "a;y\n1,5;0,25\n2,5;0,5\n3;1\n"
    X = table(text, decimal=",", validation=0.0).load(0).train.X
    assert sorted(X[:, 0].tolist()) == [1.5, 2.5, 3.0]
    assert "decimal comma, such as '1,5': set decimal = \",\"" in refusal(table(text))


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + PEOPLE.encode(),
        PEOPLE.replace("\n", "\r\n").encode(),
        PEOPLE.replace("\n", "\r").encode(),
        PEOPLE.replace(",", " , ").encode(),
        b"\n" + PEOPLE.encode() + b"\n,,,\n\n",
        PEOPLE.rstrip("\n").encode(),
        "".join(",".join(f'"{value}"' for value in line.split(",")) + "\n" for line in PEOPLE.splitlines()).encode(),
    ],
    ids=["byte order mark", "CRLF", "CR", "spaces", "empty rows", "no last newline", "quotes"],
)
def test_what_spreadsheets_do_to_files_makes_no_difference(table, content):
    plain = table(PEOPLE, "bought", ignore=("name",)).load(0)
    other = table(content, "bought", ignore=("name",)).load(0)
    assert other.facts == plain.facts
    np.testing.assert_array_equal(other.train.X, plain.train.X)


def test_quoted_values_may_hold_delimiters_quotes_and_line_breaks(table):
    source = table('a,y\n"1, ""2""",u\n"3\n4",v\n"3\n4",u\n5,v\n6,u\nx,u\n')
    assert source.facts().features == ("a=5", "a=6", 'a=1, "2"', "a=3\n4", "a=x")


def test_rows_beyond_one_chunk_are_read_too(table):
    rows = 10_000
    data = table("a,c,y\n" + "".join(f"{i},{'uv'[i % 2]},{i % 3}\n" for i in range(rows)), validation=0.0).load(0)
    a, u, v = data.train.X.T
    assert sorted(a.tolist()) == list(range(rows))
    assert (data.train.y == a.astype(int) % 3).all() and (v == a % 2).all() and (u == 1 - v).all()


def test_two_columns_of_numbers_are_a_plane_and_may_have_features(table):
    source = table("a,b,y\n1,2,0\n3,4,1\n5,6,0\n7,9,1\n", features=("x", "xy"))
    data = source.load(0)
    assert source.facts().features == ("x", "xy")
    np.testing.assert_array_equal(data.plane.inputs(data.plane.train), data.train.X)
    assert "features" in refusal(table(NUMBERS, features=("x", "xy")))
    assert table("c,y\nu,0\nv,1\nu,1\nv,0\n").load(0).plane is None


def test_a_constant_column_does_no_harm(table):
    X = table("a,b,y\n7,1,0\n7,2,1\n7,3,0\n7,4,1\n", scale="standardize").load(0).train.X
    assert (X[:, 0] == 0.0).all() and np.isfinite(X).all()


def test_a_missing_value_is_named_by_row_and_column(table):
    assert "a value is missing (row 3, column 'age')" in refusal(table(PEOPLE.replace("30", ""), "bought"))


def test_of_many_missing_values_the_first_three_are_named(table):
    message = refusal(table("a,b,y\n1,,0\nNA,1,1\n3,?,\n4,4,1\n"))
    assert "4 values are missing (row 2, column 'b', row 3, column 'a', row 4, column 'b' and 1 more)" in message
    assert 'missing = "drop"' in message


def test_rows_with_missing_values_can_be_dropped(table):
    source = table("a,b,y\n1,,0\n2,1,1\n3,5,\n4,4,1\n5,5,0\n6,6,0\n", missing="drop", validation=0.0)
    assert source.facts().examples == 4
    assert sorted(source.load(0).train.X[:, 0].tolist()) == [2.0, 4.0, 5.0, 6.0]


def test_what_is_missing_in_ignored_columns_does_not_matter(table):
    assert table("a,b,y\n1,,0\n2,,1\n3,,0\n4,,1\n", ignore=("b",)).facts().examples == 4


def test_rows_are_numbered_as_a_spreadsheet_does(table):
    assert "row 5, column 'a'" in refusal(table('a,b,y\n1,"two\nlines",0\n\n2,x,1\n,x,0\n'))


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("", {}, "is empty"),
        ("  \n\n", {}, "is empty"),
        ("a,y\n", {}, "no examples: it has a first row with names, but no rows below it"),
        ("a,y\n1,0\n", {}, "a single example"),
        ("a,y\n,1\n2,\n", {"missing": "drop"}, "a value is missing in each of its 2 rows"),
        ("1,2\n3,4\n", {}, "first row must name the columns"),
        ("a,a,y\n1,2,3\n", {}, "columns 1 and 2 are both named 'a'"),
        (",a,y\n0,2,3\n", {}, "column 1 has no name"),
        ("a,b,y\n1,2,3\n1,2\n", {}, "row 3 has 2 values, but the first row names 3 columns"),
        ("a,b,y\n1,2,3\n1,2,3,4\n", {}, "row 3 has 4 values, but the first row names 3 columns"),
        ("a,b,yield\n1,2,3\n", {"target": "yeild"}, "data.target: table.csv has no column 'yeild'; did you mean 'yield'?"),
        ("a b y\n1 2 3\n", {}, "single column, 'a b y'"),
        ("y\n1\n2\n", {}, "no column left as input"),
        ("a,y\n1,u\n2,u\n", {}, "is 'u' in every example"),
        ("a,y\n1,1\n2,1\n", {}, "is '1' in every example"),
        ("a,y\n1,.5\n2,.5\n", {}, "is 0.5 in every example"),
        ("a,y\n1,u\n2,v\n3,w\n", {}, "different in all 3 examples"),
        ("a,y\n" + "".join(f"{i},{i}\n{i},{i}\n" for i in range(1001)), {"task": "classification"}, "more than 1000 different values"),
        ("a,y\n1,2\n2,u\n", {"task": "regression"}, "row 3: 'u' isn't a finite number"),
        ("a,y\n1,2\n2,u\n3,4\n", {}, "row 3: 'u' isn't a finite number"),
        ("a,y\n1,0\nu,1\n3,1\n4,0\n", {}, "column 'a', row 3: 'u' isn't a finite number"),
        ("a,y\n1,0\ninf,1\n3,1\n4,0\n", {}, "column 'a', row 3: 'inf' isn't a finite number"),
        ("a,y\n1,0\n1_0,1\n3,1\n4,0\n", {}, "column 'a', row 3: '1_0' isn't a finite number"),
        ("a,y\n" + "".join(f"n{i},{i % 2}\n" for i in range(12)), {}, 'too many to be categories: leave it out with ignore = ["a"]'),
        ("a,y\n" + "".join(f"n{i},{i % 2}\n" * 2 for i in range(201)), {}, "more than 200 different texts"),
        ("a,b,y\n1,2,3\n", {"ignore": ("y",)}, "data.ignore: 'y' is the target"),
        ("a,bee,y\n1,2,3\n", {"ignore": ("be",)}, "data.ignore: table.csv has no column 'be'; did you mean 'bee'?"),
        ("a,y\n1,2\n2,3\n", {"categories": ("y",)}, "data.categories: 'y' is the target"),
        ("a,y\n1,é\n".encode("latin-1"), {}, "isn't UTF-8 text (it holds the byte 0xe9)"),
        ("a,y\n1,2\n".encode("utf-16"), {}, "isn't UTF-8 text"),
        (b"a,y\n1\x00,2\n", {}, "isn't UTF-8 text"),
        (b"PK\x03\x04whatever", {}, "is a spreadsheet or an archive"),
        ('a,y\n"' + "x" * 200_000 + "\n", {}, "is a quotation mark left open?"),
    ],
)  # fmt: skip
def test_what_cannot_be_learned_from_is_refused_in_one_sentence(table, content, options, message):
    said = refusal(table(content, **options))
    assert message in said
    assert "\n" not in said


def test_a_wrong_byte_deep_inside_a_large_file_is_found(table):
    content = b"a,y\n" + b"1,0\n2,1\n" * 40_000 + b"\xff,0\n"
    assert "0xff" in refusal(table(content))


def test_a_file_that_is_not_there_is_named_with_what_is(table, tmp_path):
    table(PEOPLE)
    assert "did you mean table.csv?" in refusal(Csv(csv=str(tmp_path / "tabel.csv"), target="y"))
    assert "there is no folder" in refusal(Csv(csv=str(tmp_path / "nowhere" / "table.csv"), target="y"))
    assert "is a folder" in refusal(Csv(csv=str(tmp_path), target="y"))
    assert "can't be the name of a file" in refusal(Csv(csv="a\0b", target="y"))


def test_a_file_that_may_not_be_read_is_refused(table, monkeypatch):
    source = table(PEOPLE, "bought")

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root may read everything, so permissions alone don't show it
    assert "may not be read" in refusal(source)


def test_a_file_is_scanned_once_until_it_changes(table, monkeypatch):
    opened = []
    monkeypatch.setattr(csv_scan, "open_table", lambda *args, real=csv_scan.open_table: (opened.append(args), real(*args))[1])
    source = table(PEOPLE, "bought", ignore=("name",))
    for scale in ("none", "standardize", "minmax"):
        Csv(csv=source.csv, target="bought", ignore=("name",), scale=scale).facts()
    source.load(0)
    assert len(opened) == 1
    source = table(PEOPLE + "guy,29,black,no\n", "bought", ignore=("name",))
    assert "colour=black" in source.facts().features
    assert len(opened) == 2


def test_a_file_that_changes_between_scan_and_reading_is_refused(table, monkeypatch):
    source = table(PEOPLE, "bought", ignore=("name",))
    known = csv_scan.profile(source)
    monkeypatch.setattr(csv_scan, "profile", lambda source: known)
    for changed in (PEOPLE + "guy,29,black,no\n", PEOPLE + "guy,29,red,no\n", PEOPLE.replace("20", "u"), PEOPLE[: -len("fay,32,red,no\n")]):
        Path(source.csv).write_text(changed)
        with pytest.raises(DataError, match="changed while it was being read"):
            source.load(0)


def test_file_names_are_seen_from_the_folder_of_the_description(tmp_path):
    inside = Csv(csv="data/f.csv", target="y").anchored(tmp_path)
    assert Path(inside.csv) == tmp_path / "data" / "f.csv"
    assert inside.anchored(tmp_path / "elsewhere") == inside
    assert Path(Csv(csv="f.csv", target="y").anchored(Path("sub")).csv) == Path.cwd() / "sub" / "f.csv"
