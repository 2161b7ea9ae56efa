"""A GAN whose networks are told class labels."""

import keras
import numpy as np
import pytest
import tiny_gan

from seminar_gan.training.conditional import ConditionalGAN


@pytest.mark.long
def test_a_conditional_gan_obeys_after_training():
    keras.utils.set_random_seed(0)
    trained = ConditionalGAN(
        tiny_gan.generator((1, 1, 1), class_labels=True),
        tiny_gan.discriminator((1, 1, 1), class_labels=True, dropout=0),
    )
    d_optimizer, g_optimizer = (keras.optimizers.Adam(1e-2, beta_1=0.5) for _ in "dg")
    trained.compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer)
    classes = tiny_gan.labels(500)
    values = (classes * 0.3 - 0.6 + np.random.default_rng(0).normal(0, 0.02, 500)).reshape(-1, 1, 1, 1)
    trained.fit(values.clip(-1, 1), classes, steps=400, batch_size=50)
    means = [trained.generate(200, np.full(200, label)).mean() for label in range(5)]
    assert np.all(np.diff(means) > 0.1)


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (np.arange(7), ValueError, r"class_labels must have shape \(40,\), one for each image; got \(7,\)"),
        (np.zeros((40, 5)), ValueError, r"got \(40, 5\)"),
        (np.zeros(40), TypeError, "class_labels must be integers; got float64"),
        (np.arange(40), ValueError, "from 0 to 4, the classes of the generator 'generator'; got 0 to 39"),
        (
            np.arange(40) % 6 - 1,
            ValueError,
            "7 of 40 class_labels are -1, which usually means unlabelled: leave these images out",
        ),
        (24_300 + np.arange(40), ValueError, r"got 24300 to 24339\. datasets\.number_classes\(class_labels\) numbers"),
        (np.array(["cat", "dog"] * 20), TypeError, r"must be integers; got <U3\. datasets\.number_classes"),
        (np.array([None, "dog"] * 20), TypeError, r"must be integers; got object\. datasets\.number_classes"),
        (np.eye(5)[np.arange(40) % 5], ValueError, r"from one-hot vectors take np\.argmax\(class_labels, axis=1\)"),
        ([[1, 2], [3]], ValueError, "class_labels must be one array, so all must have one shape; these differ"),
    ],
)
def test_labels_that_cannot_be_are_refused(labels, error, message):
    trained = tiny_gan.begin(conditional=True)
    with pytest.raises(error, match=message):
        tiny_gan.fit(trained, 1, tiny_gan.images(), labels)
    with pytest.raises(error, match=message):
        trained.generate(40, labels)


def test_mismatched_pairs_take_the_place_of_the_first_fakes():
    evaluated = []

    class Recording(ConditionalGAN):
        def discriminate(self, images, class_labels):
            evaluated.append((images, class_labels))
            return super().discriminate(images, class_labels)

    trained = tiny_gan.gan(Recording, conditional=True, mismatched=0.25)
    real, fake, classes = tiny_gan.images(8), -tiny_gan.images(8), tiny_gan.labels(8).astype("int32")
    trained.discriminator_loss((real, classes), (fake, classes))
    (real_images, real_labels), (fake_images, fake_labels) = evaluated
    assert np.array_equal(real_images, real) and np.array_equal(real_labels, classes)
    assert np.array_equal(fake_images, [*real[:2], *fake[2:]])
    assert np.array_equal(fake_labels, [classes[-1], classes[0], *classes[2:]])


@pytest.mark.parametrize("mismatched", [-0.1, 1.5, float("nan")])
def test_a_share_of_mismatched_pairs_that_cannot_be_is_refused(mismatched):
    with pytest.raises(ValueError, match=f"mismatched must be from 0 to 1, such as 0.03; got {mismatched}"):
        tiny_gan.gan(conditional=True, mismatched=mismatched)


@pytest.mark.parametrize(
    "layout",
    [lambda y: y[:, None], lambda y: y.astype("uint8"), list, lambda y: keras.ops.convert_to_tensor(y[:, None])],
    ids=["Keras's (n, 1)", "uint8", "a list", "a tensor (n, 1)"],
)
def test_labels_are_taken_in_any_usual_layout(layout):
    expected = tiny_gan.fit(one := tiny_gan.begin(conditional=True), 2, tiny_gan.images(), tiny_gan.labels())
    history = tiny_gan.fit(other := tiny_gan.begin(conditional=True), 2, tiny_gan.images(), layout(tiny_gan.labels()))
    assert history == expected and tiny_gan.same(tiny_gan.state(one), other)
