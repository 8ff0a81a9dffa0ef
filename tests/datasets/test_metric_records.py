"""Records of a text and a number: fields, spaces, parts, and every bad record by its number."""

import gzip
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from digitwise.datasets import read_metric_records

pytest.importorskip("pandas")


def record(text: object = "x = 1", number: object = 96, space: str = "APPS") -> dict[str, Any]:
    return {"identifier": "1", "space": space, "input": text, "target": number}


def write(path: Path, *lines: object) -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["apps.jsonl", "apps.jsonl.gz"])
def test_one_file_has_no_split(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, record("a\nb"), "", record("é", "1.5e3"), record("", -2))
    data = read_metric_records(str(path))
    assert data.X["text"].tolist() == ["a\nb", "é", ""] and data.y.tolist() == [96, 1500, -2]
    assert (data.name, data.feature_names, data.target, data.split) == ("apps", ("text",), "target", None)


@pytest.mark.parametrize("validation", ["val", "valid", "validation"])
def test_files_of_a_folder_are_the_published_split(tmp_path: Path, validation: str) -> None:
    folder = tmp_path / "cdss" / "python"
    for part, n in (("test", 1), ("train", 3), (validation, 2)):
        write(folder / f"{part}.jsonl", *[record(part)] * n)
    data = read_metric_records(folder)
    assert data.split is not None and data.split.tolist() == ["train"] * 3 + ["validation"] * 2 + ["test"]
    assert data.X["text"].tolist() == ["train"] * 3 + [validation] * 2 + ["test"]


def test_a_folder_of_several_sets_needs_a_prefix(tmp_path: Path) -> None:
    for name in ("APPS_rl_train", "KBSS_rl_train", "KBSS_rl_test", "contest"):
        write(tmp_path / f"{name}.jsonl", record(name))
    with pytest.raises(ValueError, match=r"for train .* has APPS_rl_train\.jsonl, KBSS_rl_train\.jsonl"):
        read_metric_records(tmp_path)
    assert read_metric_records(tmp_path, prefix="KBSS").X["text"].tolist() == ["KBSS_rl_train", "KBSS_rl_test"]


def test_one_space_is_kept_and_the_others_are_not_checked(tmp_path: Path) -> None:
    path = write(tmp_path / "all.jsonl", record(), record(None, "none", "CDSS"), record("k", 0.5, "KBSS"), {"input": 1})
    data = read_metric_records(path, space="KBSS")
    assert (data.name, data.X["text"].tolist(), data.y.tolist()) == ("all_KBSS", ["k"], [0.5])
    with pytest.raises(ValueError, match=r"none of the space 'kbss'\. It has APPS, CDSS, KBSS, None"):
        read_metric_records(path, space="kbss")


def test_fields_have_names_of_their_own_and_lie_deeper(tmp_path: Path) -> None:
    chat = [{"role": "system", "content": "Predict."}, {"role": "user", "content": "code"}]
    path = write(tmp_path / "dar.jsonl", {"prompt": chat, "extra_info": {"response": "0.25"}, "a.b": 7})
    data = read_metric_records(path, text="prompt.-1.content", metric="extra_info.response")
    assert (data.X["text"].tolist(), data.y.tolist()) == (["code"], [0.25])
    assert read_metric_records(path, text="prompt.0.content", metric="a.b").y.tolist() == [7]
    with pytest.raises(ValueError, match=r"dar\.jsonl:1: no text in 'prompt\.2\.content'"):
        read_metric_records(path, text="prompt.2.content", metric="a.b")


BAD = [
    '{"input": "x", ',
    [1, 2],
    {"target": 1},
    record(5),
    record("x", None),
    record("x", "fast"),
    record("x", True),
    '{"input": "x", "target": NaN}',
    '{"input": "x", "target": 1e999}',
]


def test_bad_records_are_reported_by_number(tmp_path: Path) -> None:
    path = write(tmp_path / "bad.jsonl", record(), *BAD, record("last"))
    with pytest.raises(ValueError, match=r"but 9 do not: bad\.jsonl:2: no JSON .*bad\.jsonl:3: no record but list"):
        read_metric_records(path)
    with pytest.warns(UserWarning, match=r"9 bad records .*bad\.jsonl:6: no finite number in 'target'; and 4 more"):
        data = read_metric_records(path, invalid="drop")
    assert data.X["text"].tolist() == ["x = 1", "last"]


@pytest.mark.parametrize("bad", BAD)
def test_each_kind_of_bad_record_is_one(tmp_path: Path, bad: object) -> None:
    with pytest.raises(ValueError, match=r"but 1 do not: one\.jsonl:2: "):
        read_metric_records(write(tmp_path / "one.jsonl", record(), bad))


def test_text_in_another_encoding_is_a_bad_record(tmp_path: Path) -> None:
    path = tmp_path / "latin.jsonl"
    path.write_bytes('{"input": "é", "target": 1}\n'.encode("latin-1"))
    with pytest.raises(ValueError, match=r"latin\.jsonl:1: no JSON"):
        read_metric_records(path)


def test_parquet_holds_the_same_records(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = [record(f"x = {i}", float(i), "KBSS" if i % 2 else "APPS") for i in range(2500)]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "data.parquet")
    write(tmp_path / "data.jsonl", *rows)
    one, other = (read_metric_records(tmp_path / f"data.{end}", space="KBSS") for end in ("parquet", "jsonl"))
    assert one.X["text"].tolist() == other.X["text"].tolist() and one.y.tolist() == other.y.tolist()
    assert one.n_rows == 1250


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no file .*absent\.jsonl"):
        read_metric_records(tmp_path / "absent.jsonl")
    with pytest.raises(FileNotFoundError, match=r"must hold train\.jsonl, valid\.jsonl or test\.jsonl"):
        read_metric_records(tmp_path)
    with pytest.raises(ValueError, match=r"ends in \.jsonl"):
        read_metric_records(write(tmp_path / "table.csv", "a,b"))
    with warnings.catch_warnings(), pytest.raises(ValueError, match="at least one record"):
        warnings.simplefilter("ignore")
        read_metric_records(write(tmp_path / "bad.jsonl", "[]"), invalid="drop")
