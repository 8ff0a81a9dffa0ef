"""What other packages take: frames for pandas, estimators for MAPIE, and `digitwise.adapters.skpro`."""

from digitwise.adapters.frames import metric_frame
from digitwise.adapters.mapie import quantile_estimators

__all__ = ["metric_frame", "quantile_estimators"]
