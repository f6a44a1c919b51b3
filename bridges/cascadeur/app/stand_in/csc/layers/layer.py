"""csc.layers.layer"""

from ..world import Fixation, IkFk, Interpolation, Interval, Key, Section

__all__ = ["Fixation", "IkFk", "Interpolation", "Interval", "Key", "Section"]
