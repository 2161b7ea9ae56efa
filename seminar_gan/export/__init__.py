"""What goes into a paper: figures with their origin, and tables as Markdown and LaTeX."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
