"""seminar-gan: notebooks on autoencoders and GANs, and the small package behind them.

    import seminar_gan as sg
    (x_train, y_train), (x_test, y_test) = sg.datasets.load_mnist()

What is where:

    sg.datasets   MNIST, Smile, 42 cells, drawn smileys, a folder of your own
    sg.ranges     pixels as uint8, in [0, 1] and in [-1, 1]
    sg.models     networks: autoencoders, and generators with their discriminators
    sg.losses     losses of discriminator and generator
    sg.training   the GAN loop, its variants, penalties, and what watches a training
    sg.recipes    complete settings by name
    sg.weights    generators that were trained for hours
    sg.metrics    how good are generated images?
    sg.plotting   arrays to figures
    sg.claims     a sentence, a number, a bound: PASS or FAIL
    sg.export     figures and tables for a paper
    sg.runs       what a run was: parameters, seed, commit, versions
    sg.GAN        short for sg.training.GAN

Everything is loaded when it is first used, so that `import seminar_gan` takes no time.
"""

try:
    import lazy_loader
except ModuleNotFoundError:  # before set-up only `python -m seminar_gan` runs, which needs none of this
    pass
else:
    _lazy, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name):
    if name == "__version__":  # of the installed package; a checkout that was never installed has none
        import importlib.metadata

        try:
            return importlib.metadata.version("seminar-gan")
        except importlib.metadata.PackageNotFoundError:
            return "unknown"
    return _lazy(name)
