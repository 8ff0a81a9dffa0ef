"""What predictions depend on."""

from digitwise.explain.permutation import permutation_importance

__all__ = ["permutation_importance"]
