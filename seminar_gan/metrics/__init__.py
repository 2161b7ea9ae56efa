"""Numbers that say how good images are. Features, class labels or uint8 images in, numbers out.

A number from samples depends on how many there were: say the counts with it. `report` does, and sets beside each
number the one that real images get, measured in the same way.

The functions here are NumPy only. `features` and `report` load Keras when they are first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
