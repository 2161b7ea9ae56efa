"""seminar-gan: notebooks on autoencoders and GANs, and the small package behind them.

    import seminar_gan as sg
    (x_train, y_train), (x_test, y_test) = sg.datasets.load_mnist()

What is where:

    sg.datasets   MNIST, Smile, 42 cells, drawn smileys, a folder of your own
    sg.ranges     pixels as uint8, in [0, 1] and in [-1, 1]
    sg.models     networks: autoencoders, and generators with their discriminators
    sg.losses     losses of discriminator and generator, in pairs
    sg.training   the GAN loop, its variants, penalties, and callbacks that show a training
    sg.recipes    GANs by name, each with all its settings
    sg.tricks     the tricks of the papers, each as a change of a recipe
    sg.variations a recipe with another loss, penalty, trick ...
    sg.weights    generators that took hours to train, ready to use
    sg.metrics    numbers that say how good generated images are
    sg.plotting   figures of images and of trainings
    sg.compare    a page or trainings, for every setting and every seed
    sg.comparisons  what such runs come to: medians, spreads, tests
    sg.claims     a sentence with a number and a bound: PASS or FAIL
    sg.export     figures and tables for a paper
    sg.parameters a page's parameters, checked before it takes time
    sg.runs       where a result came from: parameters, seed, commit, versions
    sg.GAN        short for sg.training.GAN

Each part is loaded when it is first used, so that `import seminar_gan` takes hardly any time.
"""

try:
    import lazy_loader
except ModuleNotFoundError:  # before set-up, when only `python -m seminar_gan` runs

    def _lazy(name):
        raise AttributeError(f"lazy_loader is not installed, so seminar_gan has no {name}; run `make setup` first")
else:
    _lazy, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name):
    if name == "__version__":  # of the installed package; "unknown" in a checkout that was never installed
        import importlib.metadata

        try:
            return importlib.metadata.version("seminar-gan")
        except importlib.metadata.PackageNotFoundError:
            return "unknown"
    return _lazy(name)
