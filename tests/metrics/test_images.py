import numpy as np
import pytest

from seminar_gan import metrics


def test_specks_are_lit_pixels_without_a_stroke():
    drawing = np.zeros((2, 5, 6), "uint8")
    drawing[0, 0, 0] = drawing[0, 4, 5] = 255  # alone, in the corners: opposite edges are no neighbours
    drawing[1, 2, 1:5] = 128  # a stroke of four: its two ends have one lit neighbour each
    drawing[1, 4, 1] = 127  # not lit
    assert metrics.specks(drawing) == metrics.specks(drawing[..., None]) == pytest.approx(4 / 6)
    assert metrics.specks(np.full((1, 5, 6), 255, "uint8")) == 0
    assert np.isnan(metrics.specks(np.zeros((1, 5, 6), "uint8")))
