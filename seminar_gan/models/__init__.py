"""Builders: numbers in, untrained named networks out."""

from seminar_gan import submodules_on_demand

__getattr__ = submodules_on_demand(__name__)
