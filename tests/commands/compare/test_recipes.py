"""compare on trainings of recipes: the plan, and one run of each kind of data."""

import json
import os

import numpy as np
import pytest

from seminar_gan.commands import UserError
from seminar_gan.commands.compare import plan, train
from seminar_gan.commands.train.data import Data

TRAINING = {"data": "mnist", "size": None, "channels": None, "background": None}
TRAINING |= {"steps": 2, "seconds": None, "samples": 300}


@pytest.fixture(scope="module")
def squares(tmp_path_factory):
    """A file of 30 images with a square somewhere."""
    images = np.zeros((30, 16, 16, 1), "uint8")
    for image, (row, column) in zip(images, np.random.default_rng(0).integers(2, 8, (30, 2)), strict=True):
        image[row : row + 6, column : column + 5] = 200 + row
    path = tmp_path_factory.mktemp("data") / "squares.npz"
    np.savez(path, x=images)
    return str(path)


def planned(names=("winkler-dense",), seeds=(0,), training=TRAINING, **settings):
    return plan.of_recipes(list(names), settings, list(seeds), training, "")


@pytest.mark.long
def test_a_plan_has_every_recipe_setting_and_seed(squares):
    training = TRAINING | {"data": squares}
    comparison = planned(["few", "dcgan-plain"], [0, 3], training, LOSS=["minimax"], batch_size=["4", 8], steps=["5"])
    assert comparison.settings == ["recipe", "loss", "batch_size", "steps"]
    assert len(comparison.runs) == 8 == len({run.fingerprint for run in comparison.runs})
    run = comparison.runs[-1]
    assert run.job.name == "recipe=dcgan-plain,loss=minimax,batch_size=8,steps=5,seed=3"
    assert run.job.contents["settings"] == {"loss": "minimax", "batch_size": 8}
    assert (run.job.contents["steps"], run.job.contents["seed"]) == (5, 3)
    assert comparison.main == ("distance_in_floors", "variety")


@pytest.mark.parametrize(
    ("names", "training", "settings", "message"),
    [
        (["gan"], {}, {}, "no recipe 'gan'"),
        (["few", "few"], {}, {}, "one value twice"),
        (["few"], {}, {"losses": ["x"]}, "no setting 'losses'"),
        (["few"], {}, {"loss": ["x"]}, "loss is 'x'"),
        (["few"], {"steps": None}, {}, "How long is each training to be"),
        (["few"], {}, {"batch_size": ["60000"]}, "a step takes 60000 x 1 images, and 50,000 are trained on"),
        (["few"], {"data": "no-such-folder"}, {}, "there is no"),
        (["few"], {}, {"steps": ["0"]}, "steps is '0'"),
    ],
)
def test_what_cannot_be_is_said_before_anything_starts(names, training, settings, message):
    with pytest.raises(UserError, match=message):
        planned(names, training=TRAINING | training, **settings)


def run(folder, **job):
    (folder / "job.json").write_text(json.dumps({**TRAINING, "settings": {}, "seed": 0, "parent": os.getppid(), **job}))
    train.main(folder)
    return json.loads((folder / "result.json").read_text())


@pytest.mark.long
def test_digits_are_measured_against_digits_that_nobody_trained_on(tmp_path):
    result = run(tmp_path, recipe="winkler-dense")
    assert result["error"] == ""
    assert result["metrics"]["step"] == 2
    assert result["metrics"]["frechet_distance"] > 50
    assert 0 <= result["metrics"]["covered_classes"] <= 10
    data = train.load_data(TRAINING)
    images, held = train.split(data)
    assert (len(images), len(held)) == (50_000, 10_000)


@pytest.mark.long
def test_other_images_are_measured_in_floors(tmp_path, squares):
    result = run(
        tmp_path, recipe="few", data=squares, steps=None, seconds=0.5, settings={"batch_size": 4}, samples=None
    )
    assert result["error"] == ""
    assert result["metrics"]["distance_in_floors"] > 0
    assert result["metrics"]["seconds_in_steps"] >= 0.5


@pytest.mark.long
def test_a_training_that_fails_leaves_its_reason(tmp_path):
    result = run(tmp_path, recipe="winkler-dense", settings={"learning_rate": 1e6})
    assert "diverged" in result["error"] or "not finite" in result["error"]
    assert result["metrics"] == {}


def test_copies_of_an_image_stay_on_one_side():
    images = np.random.default_rng(0).integers(0, 256, (30, 16, 16, 1)).astype("uint8")
    images[1::2] = images[::2]
    training, held = train.split(Data("x", images))
    assert len(training) + len(held) == 30
    assert not {image.tobytes() for image in training} & {image.tobytes() for image in held}


def test_too_few_images_are_refused():
    with pytest.raises(ValueError, match="at least 12; got 5"):
        train.split(Data("x", np.zeros((5, 16, 16, 1), "uint8")))
