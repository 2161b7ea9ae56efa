"""Builders of networks: they take sizes and return an untrained keras.Model.

    sg.models.autoencoders   three autoencoders of Temkeng 2020
    sg.models.variational    the encoder and the decoder of a variational autoencoder
    sg.models.mlp            dense generators and discriminators, also of points in the plane
    sg.models.dcgan          convolutional generators and discriminators
    sg.models.conditional    the same with a class label or with attributes
    sg.models.large          the recommended ones of these for images of more than 64 pixels
    sg.models.few            a pair for a few dozen images
    sg.models.panic          the generator and the discriminators of PANIC
    sg.models.minibatch      discriminators that see a batch as a whole
    sg.models.augmentation   random changes to images
    sg.models.classifiers    a classifier of digits
    sg.models.regressors     a regressor of attributes
    sg.models.sizes          checks of the sizes that builders take

Every layer has a name, to get it by: `model.get_layer("code")`.
"""

import lazy_loader

from seminar_gan import keras_settings  # noqa: F401

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
