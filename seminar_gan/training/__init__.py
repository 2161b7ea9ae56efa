"""Training: callbacks, and later the one GAN loop."""

from seminar_gan import submodules_on_demand

__getattr__ = submodules_on_demand(__name__)
