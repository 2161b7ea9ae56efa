"""Numbers that say how good images are. Features, class labels or uint8 images in, numbers out.

A number measured on samples depends on how many samples there are, so state the counts with it. `report.compare` does,
and puts beside each number the one that real images get when they are measured in the same way.

`equations` has the measures in the few lines in which their papers define them.

All is NumPy but `features`, which loads Keras when it is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
