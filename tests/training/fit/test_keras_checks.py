"""What Keras offers: it works as Keras's users expect, or it is rejected by name."""

import keras
import numpy as np
import pytest
import tiny_gan
from keras import layers

from seminar_gan.training.fit.decay import LinearDecay
from seminar_gan.training.gan import GAN


def test_optimizers_have_to_be_two_and_unused():
    def compile(trained, d_optimizer, g_optimizer):
        trained.compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer)

    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="d_optimizer and g_optimizer must be two objects"):
        compile(tiny_gan.gan(), adam, adam)
    used = tiny_gan.gan()
    with pytest.raises(ValueError, match="g_optimizer has been used by another model"):
        compile(tiny_gan.gan(), adam, used.g_optimizer)
    compile(used, used.d_optimizer, used.g_optimizer)  # its own may stay


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        ([keras.callbacks.BackupAndRestore("state")], r"use fit\(..., checkpoints=folder\) instead"),
        ([keras.callbacks.EarlyStopping(restore_best_weights=True)], "would set back the networks and not their optim"),
        ([LinearDecay(), keras.callbacks.LearningRateScheduler(float)], "give no other callback that sets them"),
        ([keras.callbacks.SwapEMAWeights()], r"SwapEMAWeights would have no effect here: average by GAN\(\.\.\., ema"),
        (
            [keras.callbacks.EarlyStopping()],
            "monitors 'val_loss', which no report here has.* has step, seconds, d_loss, g",
        ),
        ([keras.callbacks.ReduceLROnPlateau("loss")], "ReduceLROnPlateau monitors 'loss', which no report here has"),
        (
            [keras.callbacks.ModelCheckpoint("m.keras", save_best_only=True)],
            "ModelCheckpoint monitors 'val_loss', which",
        ),
        (
            [keras.callbacks.EarlyStopping("g_loss")],
            r"EarlyStopping\(monitor='g_loss'\) must also say mode='min' or mode=",
        ),
    ],
)
def test_callbacks_that_would_do_half_of_their_work_are_refused(callbacks, message):
    with pytest.raises(ValueError, match=message):
        tiny_gan.begin().fit(tiny_gan.images(), steps=1, callbacks=callbacks)


def test_an_optimizer_that_averages_by_itself_is_refused():
    d_optimizer, g_optimizer = keras.optimizers.Adam(use_ema=True), keras.optimizers.Adam()
    with pytest.raises(ValueError, match=r"d_optimizer has use_ema=True.*average by GAN\(..., ema=0.995\)"):
        tiny_gan.gan().compile(d_optimizer=d_optimizer, g_optimizer=g_optimizer)


def test_callbacks_are_objects():
    with pytest.raises(
        TypeError, match=r"callbacks must be objects such as keras\.callbacks\.CSVLogger\(path\); got <class"
    ):
        tiny_gan.begin().fit(tiny_gan.images(), steps=1, callbacks=[keras.callbacks.TerminateOnNaN])


class Distance(keras.callbacks.Callback):
    """A user's measure, which falls and then rises."""

    def on_epoch_end(self, epoch, logs=None):
        logs["distance"] = abs(epoch - 1)


def test_early_stopping_minds_the_history_and_what_a_callback_before_it_adds():
    stop = keras.callbacks.EarlyStopping("distance", mode="min", patience=0)
    assert tiny_gan.fit(tiny_gan.begin(), 12, report_every=2, callbacks=[Distance(), stop])["step"] == [2, 4, 6]
    stop = keras.callbacks.EarlyStopping("distance", mode="min", patience=0)
    measure = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(distance=abs(epoch - 1)))
    assert tiny_gan.fit(tiny_gan.begin(), 12, report_every=2, callbacks=[measure, stop])["step"] == [2, 4, 6]
    stop = keras.callbacks.EarlyStopping("step", mode="min", patience=1)
    assert tiny_gan.fit(tiny_gan.begin(), 12, report_every=2, callbacks=stop)["step"] == [2, 4]


def test_keras_callbacks_work_as_ever(tmp_path, capsys):
    kinds = keras.callbacks
    callbacks = [
        kinds.CSVLogger(tmp_path / "log.csv"),
        kinds.ModelCheckpoint(tmp_path / "{epoch}.weights.h5", save_weights_only=True),
        kinds.TerminateOnNaN(),
        kinds.ProgbarLogger(),
    ]
    tiny_gan.fit(trained := tiny_gan.begin(), 4, report_every=2, callbacks=callbacks)
    assert (tmp_path / "log.csv").read_text().splitlines()[0].split(",")[0] == "epoch"
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 3 and "Epoch 2/2" in capsys.readouterr().out
    (other := tiny_gan.begin()).load_weights(tmp_path / "2.weights.h5")
    assert other.step == 4 and np.array_equal(other.generate(2), trained.generate(2))
    assert tiny_gan.fit(other, 6, report_every=2)["step"] == [2, 4, 6]  # the file has the history


def test_gradient_accumulation_is_refused():
    d_optimizer = keras.optimizers.SGD(0.1, gradient_accumulation_steps=8)
    with pytest.raises(
        ValueError, match=r"d_optimizer has gradient_accumulation_steps=8: most steps would update noth"
    ):
        tiny_gan.gan().compile(d_optimizer=d_optimizer, g_optimizer="adam")


@pytest.mark.parametrize("options", [{"metrics": ["mae"]}, {"loss_weights": [1]}, {"weighted_metrics": ["mae"]}])
def test_compile_options_without_effect_are_refused(options):
    with pytest.raises(TypeError, match=f"{next(iter(options))} would have no effect here"):
        tiny_gan.gan(compiled=options)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_frozen_player_is_refused_before_and_after_compile(player):
    networks = {"generator": tiny_gan.generator(), "discriminator": tiny_gan.discriminator()}
    networks[player].trainable = False
    rates = {"d_optimizer": "adam", "g_optimizer": "adam"}
    with pytest.raises(ValueError, match=f"no weight of the '{player}' can be trained: set its trainable = True"):
        (trained := GAN(**networks)).compile(**rates)
    networks[player].trainable = True
    trained.compile(**rates)
    networks[player].trainable = False
    with pytest.raises(ValueError, match=f"no weight of the '{player}' can be trained"):
        trained.fit(tiny_gan.images(), steps=1)


def test_a_layer_that_was_frozen_for_good_stays_and_one_frozen_later_needs_compile():
    trained = GAN(tiny_gan.generator(), tiny_gan.discriminator())
    hidden = trained.generator.get_layer("hidden")
    hidden.trainable = False
    trained.compile(d_optimizer="sgd", g_optimizer="sgd")
    before = [weight.copy() for weight in hidden.get_weights()]
    trained.fit(tiny_gan.images(), steps=1, batch_size=4)
    assert all(map(np.array_equal, before, hidden.get_weights()))
    hidden.trainable = True
    with pytest.raises(ValueError, match="other weights of the 'generator' are trainable than when it was compiled"):
        trained.fit(tiny_gan.images(), steps=2)


def test_shared_layers_are_refused():
    shared = layers.Dense(16, name="both")
    z, x = keras.Input((3,)), keras.Input((4, 4, 1))
    generator = keras.Model(z, layers.Reshape((4, 4, 1))(shared(layers.Dense(16)(z))))
    with pytest.raises(ValueError, match="share weights, both/kernel, both/bias: each would undo"):
        GAN(generator, keras.Model(x, layers.Dense(1)(shared(layers.Flatten()(x)))))


def regularised(**options):
    x = keras.Input((4, 4, 1))
    answer = layers.Dense(1, name="answer", **options)(layers.Flatten()(x))
    return GAN(tiny_gan.generator(), keras.Model(x, answer, name="judge"))


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_regulariser_of_weights_counts(player):
    ends = []
    for regularizer in (None, keras.regularizers.L2(0.5)):
        trained = tiny_gan.scalars()
        getattr(trained, player).trainable_weights[0].regularizer = regularizer
        trained.fit(np.ones((4, 1), "float32"), steps=1, batch_size=4)
        ends.append(getattr(trained, player).get_weights()[0].item())
    start = {"generator": 0.5, "discriminator": 0.3}[player]
    assert ends[1] == pytest.approx(ends[0] - 0.1 * 2 * 0.5 * start, abs=1e-6)  # rate times d/dw of w^2 / 2


def test_a_regulariser_of_activity_is_refused_by_name():
    trained = regularised(activity_regularizer="l2")
    trained.compile(d_optimizer="adam", g_optimizer="adam")
    with pytest.raises(ValueError, match=r"in the 'judge', answer adds a loss by add_loss or activity_regularizer"):
        trained.fit(tiny_gan.images(), steps=1)


def test_a_frozen_layer_may_have_a_regulariser_which_is_not_heard():
    judge = regularised(kernel_regularizer="l2").discriminator
    judge.trainable = False
    trained = GAN(tiny_gan.generator(), keras.Model(judge.inputs, layers.Dense(1)(judge.outputs[0])))
    trained.compile(d_optimizer="sgd", g_optimizer="sgd")
    before = judge.get_weights()
    trained.fit(tiny_gan.images(), steps=1)
    assert trained.step == 1 and all(map(np.array_equal, before, judge.get_weights()))


def test_what_is_no_optimizer_is_refused_by_name():
    for wrong in (None, keras.optimizers.Adam, 1e-4):
        with pytest.raises(TypeError, match=r"d_optimizer must be an optimizer such as keras.optimizers.Adam\(2e-4\)"):
            tiny_gan.gan().compile(d_optimizer=wrong, g_optimizer="adam")


def test_a_schedule_under_loss_scaling_is_no_number_that_a_callback_could_set():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    trained, scaled = tiny_gan.gan(), keras.optimizers.LossScaleOptimizer
    trained.compile(**{f"{player}_optimizer": scaled(keras.optimizers.Adam(schedule)) for player in "dg"})
    with pytest.raises(
        ValueError, match="the learning rate of d_optimizer is a schedule, which LinearDecay cannot set"
    ):
        trained.fit(tiny_gan.images(), steps=1, callbacks=[LinearDecay()])


def test_a_network_that_another_gan_has_trained_is_warned_of():
    first = tiny_gan.gan()
    tiny_gan.fit(first, 1)
    second = GAN(tiny_gan.generator(), first.discriminator)
    second.compile(d_optimizer="adam", g_optimizer="adam")
    with pytest.warns(UserWarning, match="the discriminator 'discriminator' has been trained in another model"):
        tiny_gan.fit(second, 1)
    tiny_gan.fit(second, 2)  # said once


@pytest.mark.parametrize("method", ["predict", "evaluate", "train_on_batch", "test_on_batch", "__call__"])
def test_keras_methods_on_data_say_what_a_gan_has_instead(method):
    with pytest.raises(
        TypeError, match=r"generate\(count\) makes images, generator\(z\) .*trained by fit\(images, steps"
    ):
        getattr(tiny_gan.begin(), method)(tiny_gan.images())


def rates(trained):
    return [float(optimizer.learning_rate) for optimizer in (trained.d_optimizer, trained.g_optimizer)]


@pytest.mark.parametrize(
    "change",
    [
        lambda optimizer: optimizer.learning_rate.assign(1e-4),
        lambda optimizer: optimizer.learning_rate.assign(optimizer.learning_rate * 0.5),
        lambda optimizer: optimizer.learning_rate.assign_sub(1e-4),
        lambda optimizer: setattr(optimizer, "learning_rate", 1e-4),
        lambda optimizer: (
            keras.ops.convert_to_numpy(optimizer.learning_rate) == np.float32(2e-4)
            and optimizer.learning_rate.assign(1e-4)
        ),
    ],
)
def test_what_a_users_callback_does_to_the_rate_both_follow(change):
    def begin(trained):
        trained.compile(d_optimizer=keras.optimizers.Adam(2e-4), g_optimizer=keras.optimizers.Adam(6e-4))
        return trained

    own = keras.callbacks.Callback()
    own.on_train_begin = lambda logs=None: change(own.model.optimizer)
    tiny_gan.fit(trained := begin(tiny_gan.gan()), 2, callbacks=[own])
    assert rates(trained) == pytest.approx([1e-4, 3e-4])
    change((other := begin(tiny_gan.gan())).optimizer)  # before fit, too
    assert rates(other) == pytest.approx([1e-4, 3e-4])


def test_an_optimizer_that_was_exchanged_after_compile_is_refused():
    tiny_gan.fit(trained := tiny_gan.gan(), 1)
    message = "the 'discriminator' or its optimizer was exchanged after compile: call compile again"
    for other in (keras.optimizers.SGD(0.1), tiny_gan.gan().d_optimizer):
        trained.d_optimizer = other
        with pytest.raises(ValueError, match=message):
            tiny_gan.fit(trained, 2)
    assert trained.step == 1


def test_the_class_of_an_optimizer_is_told_from_an_object():
    with pytest.raises(TypeError, match=r"g_optimizer must be an optimizer .*got the class Adam: write Adam\(\)"):
        tiny_gan.gan().compile(d_optimizer="adam", g_optimizer=keras.optimizers.Adam)


def test_pure_half_precision_is_warned_of():
    keras.config.set_dtype_policy("float16")
    try:
        trained = GAN(tiny_gan.generator(), tiny_gan.discriminator())
    finally:
        keras.config.set_dtype_policy("float32")
    with pytest.warns(UserWarning, match=r"the weights of the '.*' are float16.*set_dtype_policy\('mixed_float16'\)"):
        trained.compile(d_optimizer="adam", g_optimizer="adam")
