"""What fine-tuning changed on the validation rows, as the model itself has kept it."""

from typing import Any

import numpy as np

from digitwise import plots
from digitwise.report.evidence import Evidence
from digitwise.report.numbers import moved, percent, plain
from digitwise.report.picture import Picture, Section, Table
from digitwise.report.svg import draw


def finetune_change(evidence: Evidence) -> Section | None:
    """Return what fine-tuning changed on the validation rows; None if there was none."""
    found: dict[str, Any] | None = getattr(evidence.model, "finetune_summary_", None)
    if found is None:
        return None
    fit = evidence.model.fit_summary_
    n_rows = int(fit["validation rows"]) or int(fit["training rows"])
    stages = {
        name: (np.array([found[f"coverage_90 {when}"]]), np.array([found[f"width_90 {when}"]]))
        for name, when in (("before", "before"), ("after", "after"))
    }
    names = {"crps": "CRPS", "rmse": "RMSE", "nll": "NLL", "coverage_90": "coverage, 90%", "width_90": "width, 90%"}
    rows = []
    for key, name in names.items():
        form = percent if key == "coverage_90" else plain
        rows.append([name, form(found[f"{key} before"]), form(found[f"{key} after"])])
    was, now = found["crps before"], found["crps after"]
    sentence = (
        f"Fine-tuning ({found['objective']}) kept the weights of epoch {found['best epoch']} of {found['epochs']}; "
        f"on the validation rows the CRPS {moved(was, now)}."
        if found["best epoch"]
        else f"Fine-tuning ({found['objective']}) gained nothing in {found['epochs']} epochs: the weights are those "
        "of the first stage."
    )
    return Section(
        heading="What did fine-tuning change?",
        sentences=[
            sentence,
            f"These figures are of the {n_rows:,} validation rows, which also chose the epoch: they flatter a little.",
        ],
        pictures=[
            Picture(
                svg=draw(
                    plots.coverage_by_stage,
                    np.array([0.9]),
                    stages,
                    n_rows=n_rows,
                    unit=evidence.unit,
                    name="finetuning",
                    description="Coverage against mean width of the 90% intervals before and after fine-tuning",
                    height=3.4,
                ),
                heading="90% intervals before and after fine-tuning.",
                reading="To the left: sharper. Fine as long as the arrow ends in the grey band. An arrow that falls "
                "out of it is a model that has become too sure of itself.",
            )
        ],
        table=Table(columns=["on validation rows", "before", "after"], rows=rows),
        beside=True,
    )
