"""Saved models: identical in a fresh process, refused when damaged, never half-written."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from digitwise import CrossEntropy, DecodingRegressor, PointwiseRegressor, SmoothedCrossEntropy
from digitwise.codecs.quantile_scaling import QuantileScaling
from tests.estimators.estimators import ESTIMATORS

rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(80, 3)), columns=["a", "b", "c"])
X["kind"] = np.where(X["a"] > 0, "high", "low")
Y = np.exp(rng.normal(size=80) * 2)


@pytest.mark.parametrize("name", list(ESTIMATORS))
@pytest.mark.parametrize("scaling", ["affine", "log", "symlog", "quantile", "auto"])
def test_predictions_survive_a_round_trip(name: str, scaling: str, tmp_path) -> None:
    model = ESTIMATORS[name](max_epochs=2, scaling=scaling).fit(X, Y)
    model.save(tmp_path / "model")
    loaded = type(model).load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_quantiles(X, [0.1, 0.9]), model.predict_quantiles(X, [0.1, 0.9]))
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.history_ == model.history_
    assert str(loaded.get_params()) == str(model.get_params())
    assert list(loaded.feature_names_in_) == list(model.feature_names_in_)


def test_a_fresh_process_predicts_the_same(tmp_path) -> None:
    model = ESTIMATORS["decoding"](max_epochs=2).fit(X, Y)
    model.save(tmp_path / "model")
    X.to_csv(tmp_path / "X.csv", index=False)
    program = (
        "import sys, pandas as pd; from digitwise import DecodingRegressor;"
        "X = pd.read_csv(sys.argv[2]); print(repr(DecodingRegressor.load(sys.argv[1]).predict(X).tolist()))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "model"), str(tmp_path / "X.csv")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    np.testing.assert_allclose(json.loads(printed), model.predict(X), rtol=1e-9)


def test_only_json_and_safetensors_and_no_training_targets(tmp_path) -> None:
    ESTIMATORS["decoding"](max_epochs=1).fit(X, Y).save(tmp_path / "model")
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == ["config.json", "model.safetensors"]
    assert list(tmp_path.iterdir()) == [tmp_path / "model"]  # nothing temporary is left


def test_warm_start_continues_a_loaded_model(tmp_path) -> None:
    ESTIMATORS["decoding"](max_epochs=2, warm_start=True).fit(X, Y).save(tmp_path / "model")
    loaded = DecodingRegressor.load(tmp_path / "model")
    assert isinstance(loaded.objective_, SmoothedCrossEntropy)
    assert loaded.fit(X, Y).n_iter_ == 4


def test_component_objects_survive(tmp_path) -> None:
    objective = CrossEntropy(digit_weights=(1.0, 1.0, 0.5, 0.5, 0.25, 0.25))
    ESTIMATORS["decoding"](max_epochs=1, objective=objective).fit(X, Y).save(tmp_path / "model")
    assert DecodingRegressor.load(tmp_path / "model").objective == objective


def test_saving_again_replaces_the_model(tmp_path) -> None:
    model = ESTIMATORS["decoding"](max_epochs=1).fit(X, Y)
    model.save(tmp_path / "model")
    other = ESTIMATORS["decoding"](max_epochs=3).fit(X, Y)
    other.save(tmp_path / "model")
    assert DecodingRegressor.load(tmp_path / "model").n_iter_ == 3
    assert list(tmp_path.iterdir()) == [tmp_path / "model"]


def test_other_folders_and_files_are_not_overwritten(tmp_path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "diary.txt").write_text("keep me")
    model = ESTIMATORS["decoding"](max_epochs=1).fit(X, Y)
    with pytest.raises(FileExistsError, match="not a saved model"):
        model.save(tmp_path / "notes")
    assert (tmp_path / "notes" / "diary.txt").read_text() == "keep me"


def test_a_failed_save_leaves_the_previous_model(tmp_path, monkeypatch) -> None:
    model = ESTIMATORS["decoding"](max_epochs=1).fit(X, Y)
    model.save(tmp_path / "model")
    before = (tmp_path / "model" / "config.json").read_text()

    def fail(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("digitwise.estimators.persistence.json.dumps", fail)
    with pytest.raises(OSError, match="disk full"):
        model.save(tmp_path / "model")
    assert (tmp_path / "model" / "config.json").read_text() == before
    assert list(tmp_path.iterdir()) == [tmp_path / "model"]


@pytest.fixture
def saved(tmp_path):
    ESTIMATORS["decoding"](max_epochs=1).fit(X, Y).save(tmp_path / "model")
    return tmp_path / "model"


def edit(folder, **changes) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))


def test_damage_is_named(saved) -> None:
    weights = bytearray((saved / "model.safetensors").read_bytes())
    weights[-3] ^= 1
    (saved / "model.safetensors").write_bytes(bytes(weights))
    with pytest.raises(ValueError, match="checksum differs"):
        DecodingRegressor.load(saved)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_missing_part_is_named(saved, name: str) -> None:
    (saved / name).unlink()
    with pytest.raises(FileNotFoundError, match=name):
        DecodingRegressor.load(saved)


def test_another_schema_is_refused(saved) -> None:
    edit(saved, schema=99)
    with pytest.raises(ValueError, match=r"schema 99.*Upgrade"):
        DecodingRegressor.load(saved)


def test_broken_json_is_named(saved) -> None:
    (saved / "config.json").write_text("{")
    with pytest.raises(ValueError, match="is damaged"):
        DecodingRegressor.load(saved)


def test_only_known_classes_are_built(saved) -> None:
    edit(saved, estimator="os.system")
    with pytest.raises(ValueError, match="unknown estimator"):
        DecodingRegressor.load(saved)
    config = json.loads((saved / "config.json").read_text())
    config["parameters"]["codec"] = {"component": "codec/os.system", "command": "true"}
    edit(saved, estimator="DecodingRegressor", parameters=config["parameters"])
    with pytest.raises(ValueError, match="unknown component"):
        DecodingRegressor.load(saved)


def test_missing_facts_are_named(saved) -> None:
    edit(saved, fitted={})
    with pytest.raises(ValueError, match="does not hold what its schema promises"):
        DecodingRegressor.load(saved)


def test_the_class_must_match(saved) -> None:
    with pytest.raises(TypeError, match="holds a DecodingRegressor"):
        PointwiseRegressor.load(saved)


def test_a_scaling_object_survives(tmp_path) -> None:
    scaling = QuantileScaling.fit(Y)
    ESTIMATORS["decoding"](max_epochs=1, scaling=scaling).fit(X, Y).save(tmp_path / "model")
    loaded = DecodingRegressor.load(tmp_path / "model")
    assert loaded.scaling == scaling
    assert loaded.warm_start is False
