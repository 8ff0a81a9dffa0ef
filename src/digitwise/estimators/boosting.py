"""Boosted digits as an estimator's network: how they are put together and trained."""

from dataclasses import dataclass

from digitwise.codecs import DigitTree, OpenTree, tree_of
from digitwise.encoders.columns import Columns
from digitwise.encoders.columns_as_memory import ColumnsAsMemory
from digitwise.estimators.fitted_target import FittedTarget
from digitwise.estimators.head_parts import decoding_head_for
from digitwise.nn import NextTokenModel
from digitwise.nn.boosted_digits import BoostedDigits
from digitwise.objectives import CrossEntropy, DecodingHead
from digitwise.training import Network, Rows
from digitwise.training.boosted_fit import BoostingResult, fit_boosted_digits
from digitwise.training.boosting_settings import BoostingSettings

MOST_LEAVES = 4096


@dataclass(frozen=True, kw_only=True)
class Boosted:
    """The boosted digits as a decoder: what it builds looks at the columns themselves."""

    def build(self, tree: DigitTree | OpenTree, memory_dim: int) -> NextTokenModel:
        """Return an untrained `BoostedDigits`.

        Raises
        ------
        ValueError
            If the tree is not written out, or its digits are not binary.
        """
        if not isinstance(tree, DigitTree):
            raise ValueError("Boosted digits need a tree that is written out: use fewer digits, or model='network'.")
        return BoostedDigits(tree, memory_dim)


def can_be_boosted(target: FittedTarget) -> bool:
    """Return whether a target is written in binary digits, all allowed everywhere, few enough to list."""
    assert target.codec is not None
    grammar, length = target.codec.grammar, target.codec.length
    if grammar.count(length) > MOST_LEAVES:
        return False
    tree = tree_of(target.codec)
    return isinstance(tree, DigitTree) and tree.vocab_size == 2 and tree.n_leaves == 2**tree.length


def boosted_network(columns: Columns, target: FittedTarget) -> Network:
    """Return an untrained network whose encoder hands over the columns, and whose head boosts digits."""
    encoder = ColumnsAsMemory(columns.n_numeric, columns.cardinalities)
    return Network(encoder, decoding_head_for(target, Boosted(), CrossEntropy(), encoder.out_dim))


def train_boosted(
    network: Network, rows: Rows, validation: Rows, seed: int, like: BoostingResult | None = None
) -> BoostingResult:
    """Train the boosters of a `boosted_network` in place, with as many trees as ``like`` where that is given."""
    head = network.head
    assert isinstance(head, DecodingHead) and isinstance(head.policy.model, BoostedDigits)
    settings = BoostingSettings(seed=seed)
    if like is not None:
        settings = like.repeated(settings)
    network.eval()
    return fit_boosted_digits(head.policy.model, rows, validation, settings, edges=head.policy.cells.edges)
