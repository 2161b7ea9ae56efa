"""seminar-gan: notebooks on autoencoders and GANs, and the small package behind them.

Submodules load on first use, so that `import seminar_gan as sg` costs nothing and needs only the standard library:

    import seminar_gan as sg
    (x_train, y_train), (x_test, y_test) = sg.datasets.load_mnist()

`sg.__version__` is the version of the installed package, "unknown" in a checkout that was never installed.
"""

import importlib
import importlib.metadata
import pkgutil


def __getattr__(name):
    if name == "__version__":
        try:
            return importlib.metadata.version("seminar-gan")
        except importlib.metadata.PackageNotFoundError:
            return "unknown"
    module = f"{__name__}.{name}"
    if not name.startswith("_"):
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    submodules = [module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")]
    return sorted([*globals(), *submodules, "__version__"])
