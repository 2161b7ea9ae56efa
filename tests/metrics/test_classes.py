import numpy as np
import pytest

from seminar_gan import metrics


def test_class_shares():
    labels = np.repeat(np.arange(3, dtype="uint8"), [20, 5, 15])
    assert metrics.class_shares(labels, 4).tolist() == [0.5, 0.125, 0.375, 0]
    np.testing.assert_array_equal(metrics.class_shares(labels[::-1], 4), metrics.class_shares(labels, 4))


def test_class_entropy():
    assert metrics.class_entropy([0.25] * 4) == 2
    assert metrics.class_entropy([0.5, 0.25, 0.25, 0]) == 1.5
    assert str(metrics.class_entropy([0, 1, 0])) == "0.0"  # not -0.0


def test_covered_classes():
    assert metrics.covered_classes([0.1] * 10) == 10
    assert metrics.covered_classes([0.91, 0.01, 0.01, 0.01, 0.06, 0, 0, 0, 0, 0]) == 5  # a tenth of 0.1 is enough
    assert metrics.covered_classes([0.991, 0.009, 0, 0, 0, 0, 0, 0, 0, 0]) == 1
    assert metrics.covered_classes([0.98, 0.02], expected=[0.9, 0.1]) == 2
    assert metrics.covered_classes([0.995, 0.005], expected=[0.9, 0.1]) == 1
    assert metrics.covered_classes([0.5, 0.5], expected=[1, 0]) == 1
    with pytest.raises(ValueError, match="2 shares, and 3 are expected"):
        metrics.covered_classes([0.5, 0.5], expected=[0.5, 0.25, 0.25])


@pytest.mark.parametrize("shares", [[0.5, 0.4], [1.5, -0.5], [np.nan, 1], [], [[1.0]], 1.0])
@pytest.mark.parametrize("name", ["class_entropy", "covered_classes"])
def test_shares_add_up_to_one(name, shares):
    with pytest.raises(ValueError, match=f"{name} wants shares"):
        getattr(metrics, name)(shares)


def test_label_fidelity():
    wanted = np.arange(200) % 10
    assert metrics.label_fidelity(wanted, wanted.astype("uint8")) == 1
    assert metrics.label_fidelity(np.where(np.arange(200) < 30, 10, wanted), wanted) == 0.85
    with pytest.raises(ValueError, match="200 predicted labels and 150 wanted ones"):
        metrics.label_fidelity(wanted, wanted[:150])


@pytest.mark.parametrize(
    ("labels", "error", "text"),
    [
        (np.zeros(200), TypeError, "wants integers; {name} has dtype float64"),
        (np.zeros(200, bool), TypeError, "wants integers; {name} has dtype bool"),
        (np.zeros((200, 1), int), ValueError, r"wants labels \(n,\); {name} has shape \(200, 1\)"),
        (np.zeros(99, int), ValueError, "{name} has 99 labels, and fewer than 100"),
    ],
)
def test_wrong_labels_are_refused(labels, error, text):
    with pytest.raises(error, match=text.format(name="class_labels")):
        metrics.class_shares(labels, 10)
    with pytest.raises(error, match=text.format(name="predicted")):
        metrics.label_fidelity(labels, np.zeros(200, int))
    with pytest.raises(error, match=text.format(name="wanted")):
        metrics.label_fidelity(np.zeros(200, int), labels)


@pytest.mark.parametrize("stray", [-1, 10])
def test_labels_outside_the_classes_are_refused(stray):
    with pytest.raises(ValueError, match=r"with 10 classes labels are 0 to 9; got (-1 to 5|5 to 10)"):
        metrics.class_shares(np.append(np.full(200, 5), stray), 10)
