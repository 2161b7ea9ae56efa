"""Matplotlib figures of images and of trainings. No function writes a file.

Figures are about 16 cm wide in the notebook and stay readable at 8 cm. Colours are those of Okabe & Ito, which readers
with any colour vision can tell apart; lines differ in style as well. A figure looks the same under any matplotlibrc and
style; for a look of your own, change what is in it: `figure.axes[0].set_title(...)`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
