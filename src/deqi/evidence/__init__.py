"""Published results, as tables: what was seen, in whom, and how sure the figure is."""

from deqi.evidence.gerac import PublishedMean, gerac_pain

__all__ = ["PublishedMean", "gerac_pain"]
