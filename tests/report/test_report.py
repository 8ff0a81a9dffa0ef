"""The report is one self-contained, safe, complete file, written whole or not at all."""

import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from digitwise import metrics
from digitwise.distributions import GaussianMixture
from digitwise.report import write_report
from digitwise.report.numbers import plain


class NormalModel:
    """A fitted regressor with the verbs that a report uses; its laws are right for ``y = 3 x``."""

    def __init__(self, spread=1.0, note="default"):
        self.spread, self.note = spread, note
        self.history_ = [
            {
                "epoch": i,
                "train_loss": 1.0 / i,
                "validation_crps": 2.0 / i,
                "validation_rmse": 3.0 / i,
            }
            for i in range(1, 6)
        ]
        self.best_epoch_ = 5
        self.fit_summary_ = {
            "training rows": 80,
            "why this scaling": "heavy tail <b>",
            "rate": 0.0123,
        }

    def predict_distribution(self, X):
        column = X.iloc[:, 0] if hasattr(X, "iloc") else np.asarray(X, dtype=object)[:, 0]
        x = np.asarray(column, dtype=np.float64)[:, None]
        return GaussianMixture(np.ones_like(x), 3.0 * x, self.spread * (0.5 + np.abs(x)))

    def predict(self, X):
        return self.predict_distribution(X).mean()

    def get_params(self, deep=True):
        return {"spread": self.spread, "note": self.note}


class Page(HTMLParser):
    """Text, tags, ids and references of a page."""

    def __init__(self, html):
        super().__init__()
        self.words, self.tags, self.ids, self.references, self.open = "", [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in ("meta", "br", "use", "path", "rect", "image", "line", "circle"):
            self.open.append(tag)
        for key, value in attrs:
            if key == "id":
                self.ids.append(value)
            if key in ("src", "href", "xlink:href", "action", "data", "srcset"):
                self.references.append(value)

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data):
        self.words += data


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(150, 2))
    return X, 3 * X[:, 0] + (0.5 + np.abs(X[:, 0])) * rng.standard_normal(150)


@pytest.fixture(scope="module")
def html(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    assert write_report(NormalModel(), *rows, path, target_name="price", unit="EUR") == path
    return path.read_text(encoding="utf-8")


def test_nothing_is_fetched_and_nothing_runs(html):
    page = Page(html)
    assert page.references, "the pictures refer to their own parts"
    assert all(ref.startswith(("#", "data:")) for ref in page.references)
    assert not {"script", "link", "iframe", "object", "embed", "form"} & set(page.tags)
    assert not re.search(r"@import|@font-face|url\((?!#)|https?://", html)


def test_ids_are_unique_and_references_lead_somewhere(html):
    page = Page(html)
    assert len(page.ids) == len(set(page.ids))
    wanted = {ref[1:] for ref in page.references if ref[0] == "#"}
    wanted |= set(re.findall(r"url\(#([^)]+)\)", html))
    assert wanted <= set(page.ids)
    assert page.open == [], "every element is closed"


def test_it_holds_the_scores_and_the_sections(html, rows):
    X, y = rows
    model = NormalModel()
    words = Page(html).words
    found = metrics.evaluate(y, model.predict(X), model.predict_distribution(X))
    for name in ("rmse", "mae", "r2", "spearman", "crps", "nll", "width_90", "interval_score_90"):
        assert plain(found[name]) in words, name
    assert plain(y.std()) + " EUR" in words  # RMSE of the mean
    for heading in ("Scores", "Data", "Training", "Settings", "Use the model"):
        assert heading in words
    assert html.count("<svg") == 9
    assert "On 150 rows the typical error (RMSE) is" in words
    assert "price (EUR)" in words
    assert 'NormalModel.load("model_dir")' in words


def test_dark_mode_and_print_use_the_same_drawing(html):
    assert "prefers-color-scheme: dark" in html and "@media print" in html
    drawings = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert "var(--ink)" in drawings and "var(--law)" in drawings
    assert not re.search(r"#[0-9a-f]{6}\b(?!-)", re.sub(r'(url\(#|href="#)[^")]*', "", drawings))


def test_settings_that_differ_from_the_defaults_stand_out(rows, tmp_path):
    text = write_report(NormalModel(note="mine"), *rows, tmp_path / "r.html").read_text("utf-8")
    marked = re.findall(r'<div class="changed[^>]*><dt>(\w+)</dt>', text)
    assert marked == ["note"]


def test_names_and_values_are_escaped(rows, tmp_path):
    pd = pytest.importorskip("pandas")
    X, y = rows
    evil = "<script>alert(1)</script>&"
    frame = pd.DataFrame({"x": X[:, 0], evil: [evil] * len(y)})
    path = write_report(
        NormalModel(note=evil),
        frame,
        y,
        tmp_path / "r.html",
        title=evil,
        target_name=evil,
        unit=evil,
    )
    page = Page(path.read_text("utf-8"))
    assert "script" not in page.tags
    assert page.words.count(evil) > 5
    assert page.open == []


def test_labels_are_not_read_as_formulas(rows, tmp_path):
    path = write_report(NormalModel(), *rows, tmp_path / "r.html", target_name="US$", unit="$_{")
    drawings = re.findall(r"<svg.*?</svg>", path.read_text("utf-8"), re.DOTALL)
    assert sum("US$ ($_{)" in Page(drawing).words for drawing in drawings) == 3


def test_a_failure_leaves_the_file_that_was_there(rows, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("before")

    def full_disk(self, text, encoding):
        with open(self, "w") as file:
            file.write(text[:10])
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_text", full_disk)
    with pytest.raises(OSError, match="no space left"):
        write_report(NormalModel(), *rows, path)
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["report.html"]


def test_a_model_that_fails_leaves_no_file(rows, tmp_path):
    class Broken(NormalModel):
        def predict(self, X):
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        write_report(Broken(), *rows, tmp_path / "r.html")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("missing", ["matplotlib.pyplot", "jinja2"])
def test_a_missing_extra_is_a_sentence(missing, rows, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ModuleNotFoundError, match=r"digitwise\[plot\]"):
        write_report(NormalModel(), *rows, tmp_path / "r.html")
    assert os.listdir(tmp_path) == []


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["pandas", "polars", "lists"])
def test_frames_of_any_kind(kind, tmp_path):
    columns = {"x": [0.1, 0.2, 0.3, 0.4], "city": ["Rome", None, "Oslo", "Rome"]}
    if kind == "lists":
        X = [list(row) for row in zip(*columns.values(), strict=True)]
    else:
        X = pytest.importorskip(kind).DataFrame(columns)

    class FirstColumn(NormalModel):
        def predict_distribution(self, X):
            return super().predict_distribution(np.arange(len(X))[:, None])

    text = Page(write_report(FirstColumn(), X, [1, 2, 3, 4], tmp_path / "r.html").read_text()).words
    assert "3 values" not in text and "2 values: Rome (67%), Oslo (33%)" in text
    assert "1 of them with missing values" in text


def test_few_rows_a_constant_target_and_no_history(tmp_path):
    model = NormalModel()
    del model.history_, model.fit_summary_, model.best_epoch_
    text = write_report(model, [[0.0], [0.0]], [1.0, 1.0], tmp_path / "r.html").read_text("utf-8")
    assert "Training" not in Page(text).words


@pytest.mark.parametrize(
    ("y", "options", "sentence"),
    [
        ([1.0], {}, "at least two rows"),
        ([1.0, np.nan], {}, "1 finite values"),
        ([1.0, 2.0, 3.0], {}, "X has 2 and y has 3"),
        ([1.0, 2.0], {"n_rows": 1}, "from 2 to 30"),
    ],
)
def test_errors_say_what_must_hold(y, options, sentence, tmp_path):
    with pytest.raises(ValueError, match=sentence):
        write_report(NormalModel(), [[0.0], [0.5]], y, tmp_path / "r.html", **options)
    assert os.listdir(tmp_path) == []
