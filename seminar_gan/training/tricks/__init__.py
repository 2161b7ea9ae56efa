"""Tricks that need a small GAN of their own, on the seams of `GAN`. `seminar_gan.tricks` makes recipes of them."""
