"""Data sets, checked as they are loaded: the embedded ones, drawn smileys, and a folder of one's own."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
