"""Data sets: one record type, ready-made and synthetic sets, readers of folders, tables and records, and splitting."""

from digitwise.datasets.code_metrics import load_code_metrics
from digitwise.datasets.dataset import Dataset, MixtureParameters
from digitwise.datasets.embedded import load_diabetes
from digitwise.datasets.metric_records import read_metric_records
from digitwise.datasets.moleculenet import load_moleculenet
from digitwise.datasets.molecules import canonical_smiles, invalid_smiles, random_smiles
from digitwise.datasets.qualified import QualifiedTargets
from digitwise.datasets.query_folder import list_queries, load_query_features
from digitwise.datasets.scaffold_split import scaffold_split
from digitwise.datasets.smiles_table import read_smiles
from digitwise.datasets.splitting import Split, train_validation_test, with_calibration
from digitwise.datasets.synthetic import (
    make_bimodal,
    make_constant,
    make_heavy_tail,
    make_line,
    make_step,
)
from digitwise.datasets.tabular_folder import list_tabular, load_tabular
from digitwise.datasets.talent_folder import list_talent, load_talent
from digitwise.datasets.text_folder import list_texts, load_text

__all__ = [
    "Dataset",
    "MixtureParameters",
    "QualifiedTargets",
    "Split",
    "train_validation_test",
    "with_calibration",
    "load_code_metrics",
    "load_diabetes",
    "make_bimodal",
    "make_line",
    "make_step",
    "make_heavy_tail",
    "make_constant",
    "list_tabular",
    "load_tabular",
    "list_talent",
    "load_talent",
    "list_queries",
    "load_query_features",
    "list_texts",
    "load_text",
    "read_metric_records",
    "read_smiles",
    "load_moleculenet",
    "canonical_smiles",
    "invalid_smiles",
    "random_smiles",
    "scaffold_split",
]
