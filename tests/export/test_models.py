"""The table of a model's layers."""

import numpy as np
import pytest
from keras import Input, Model, Sequential, layers, ops

from seminar_gan import export


def autoencoder():
    images = Input((28, 28, 1), name="images")
    codes = layers.Dense(32, activation="relu", name="encoder_1")(layers.Flatten()(images))
    return Model(images, layers.Dense(784, activation="sigmoid")(codes))


def test_functional_model_and_totals():
    assert str(export.model_table(autoencoder())).split("\n") == [
        "layer                output shape  parameters",
        "-------------------  ------------  ----------",
        "images (InputLayer)  28 × 28 × 1            0",
        "Flatten              784                    0",
        "encoder_1 (Dense)    32                25,120",
        "Dense                784               25,872",
        "-------------------  ------------  ----------",
        "total                                  50,992",
    ]


def test_the_second_time_in_a_session_the_table_is_the_same():
    assert repr(export.model_table(autoencoder())) == repr(export.model_table(autoencoder()))


def test_sequential_model_with_weights_that_are_not_trained():
    model = Sequential(
        [Input((8, 8, 1)), layers.Conv2DTranspose(3, 2), layers.BatchNormalization(), layers.LeakyReLU()]
    )
    table = export.model_table(model, caption="A network")
    assert table.rows == (
        ("InputLayer", "8 × 8 × 1", "0"),
        ("Conv2DTranspose", "9 × 9 × 3", "15"),
        ("BatchNormalization", "9 × 9 × 3", "12"),
        ("LeakyReLU", "9 × 9 × 3", "0"),
        ("total", "", "27"),
        ("trainable", "", "21"),
        ("not trainable", "", "6"),
    )
    assert (table.footer, table.caption) == (3, "A network")


def test_frozen_layers_are_not_trainable():
    model = autoencoder()
    model.trainable = False
    assert export.model_table(model).rows[-2:] == (("trainable", "", "0"), ("not trainable", "", "50,992"))


def test_nested_model_is_one_row():
    inner = Sequential([Input((4,)), layers.Dense(3)], name="generator")
    outer = Sequential([Input((4,)), inner, Sequential([Input((3,)), layers.Dense(1)])])
    assert export.model_table(outer).rows == (
        ("InputLayer", "4", "0"),
        ("generator (Sequential)", "3", "15"),
        ("Sequential", "1", "4"),
        ("total", "", "19"),
    )


def test_several_inputs_and_outputs_and_operations():
    small, large = Input((4, 2)), Input((None, 2))
    shared = layers.Dense(3, name="shared")
    model = Model([small, large], {"a": shared(small), "b": ops.mean(shared(large) * 2, axis=(1, 2))})
    rows = {row[0]: row[1:] for row in export.model_table(model).rows}
    assert rows["shared (Dense)"] == ("4 × 3, any × 3", "9")
    assert rows["Multiply"] == ("any × 3", "0")
    assert rows["Mean"] == ("scalar", "0")
    assert rows["total"] == ("", "9")


def test_a_layer_shows_its_shape_in_this_model():
    layer = layers.Conv2D(2, 3)
    small, large = [Sequential([Input((size, size, 1)), layer]) for size in (8, 16)]
    assert export.model_table(small).rows[1][1] == "6 × 6 × 2"
    assert export.model_table(large).rows[1][1] == "14 × 14 × 2"


def test_a_model_called_on_data_is_known():
    model = Sequential([layers.Dense(2)])
    with pytest.raises(ValueError, match=r"shapes inside this Sequential are not known. Begin .* keras\.Input"):
        export.model_table(model)
    model(np.zeros((5, 3), "float32"))
    assert export.model_table(model).rows[1] == ("Dense", "2", "8")


def test_other_models_are_rejected():
    class Own(Model):
        def call(self, inputs):
            return inputs

    with pytest.raises(ValueError, match="of a model of your own class, give the networks inside it"):
        export.model_table(Own())
    with pytest.raises(TypeError, match="takes a Keras model, not str"):
        export.model_table("model")
