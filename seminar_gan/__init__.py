"""seminar-gan: notebooks on autoencoders and GANs, and the small package behind them.

Submodules load on first use, so that `import seminar_gan as sg` costs nothing and needs only the standard library:

    import seminar_gan as sg
    (x_train, y_train), (x_test, y_test) = sg.datasets.load_mnist()

`sg.__version__` is the version of the installed package, "unknown" in a checkout that was never installed.
"""

import importlib
import importlib.metadata
import pkgutil


def submodules_on_demand(package):
    """Return a module-level `__getattr__` that imports the submodules of `package` when they are first named."""

    def __getattr__(name):
        module = f"{package}.{name}"
        if not name.startswith("_"):
            try:
                return importlib.import_module(module)
            except ModuleNotFoundError as error:
                if error.name != module:
                    raise
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return __getattr__


_submodule = submodules_on_demand(__name__)


def __getattr__(name):
    if name == "__version__":
        try:
            return importlib.metadata.version("seminar-gan")
        except importlib.metadata.PackageNotFoundError:
            return "unknown"
    return _submodule(name)


def __dir__():
    submodules = [module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")]
    return sorted([*globals(), *submodules, "__version__"])
