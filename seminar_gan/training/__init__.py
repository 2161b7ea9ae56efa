"""How GANs are trained: one loop, its variants, and what watches them."""

import lazy_loader

from seminar_gan import keras_settings  # noqa: F401

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
