"""Each symptom is found where its signs are, and not where one of them is missing."""

import json
import math

import keras
import numpy as np
import pytest
import tiny_gan
from conftest import ROOT
from test_examples import problems

from seminar_gan import datasets, files
from seminar_gan.doctor import Diagnosis, Watch, diagnose
from seminar_gan.doctor.evidence import compare
from seminar_gan.doctor.rules import RULES

ROWS = 12
HEALTHY = {
    "d_loss": 1.2,
    "g_loss": 0.9,
    "d_real": 0.7,
    "d_fake": 0.3,
    "real_logit_0": -2.0,
    "real_logit_50": 1.0,
    "real_logit_100": 4.0,
    "fake_logit_0": -4.0,
    "fake_logit_50": -1.0,
    "fake_logit_100": 2.0,
    "d_real_alone": 0.7,
    "d_real_in_loss": 0.7,
    "d_fake_alone": 0.3,
    "d_fake_in_loss": 0.3,
    "d_gradient": 2.0,
    "g_gradient": 1.0,
    "d_moved": 0.1,
    "g_moved": 0.1,
    "real_low": -1.0,
    "real_high": 1.0,
    "fake_low": -1.0,
    "fake_high": 1.0,
    "real_ends": 0.8,
    "fake_ends": 0.7,
    "variety": 0.8,
    "shift": 0.2,
    "gap": np.linspace(1.2, 0.2, ROWS),
    "range_low": -1.0,
    "range_high": 1.0,
    "scaled": 1.0,
    "boundary": 0.0,
    "chance": 2 * math.log(2),
}
BAD = {"gap": 1.3}
CRITIC = {"d_real": None, "d_fake": None, "boundary": math.nan, "chance": 0.0}
SIGNS = {  # what differs from a healthy table
    "divergence": {"g_loss": np.geomspace(1, 1e4, ROWS)},
    "wrong range": {"real_low": 0.0, "real_high": 255.0, "scaled": 0.0},
    "flipped labels": {"d_real": 0.0, "d_fake": 1.0, "d_loss": 0.1},
    "double sigmoid": {"real_logit_0": 0.1, "real_logit_100": 1.0, "fake_logit_0": 0.0, "fake_logit_100": 0.9},
    "frozen D": {"d_moved": 0.0},
    "frozen G": {"g_moved": 0.0},
    "mixed batch normalisation": {"d_fake_in_loss": 0.0, "d_fake_alone": 0.9},
    "D helps G": {"d_real": 1.0, "d_fake": 1.0, "d_loss": 1.3},
    "mode hopping": {"variety": 0.05, "shift": 0.7, "gap": 0.45},
    "mode collapse": {"variety": 0.05, "shift": 0.05, "gap": 0.45},
    "saturated G": {"fake_ends": 0.99, **BAD},
    "D too strong": {"d_real": 1.0, "d_fake": 0.0, "d_loss": 0.01, **BAD},
    "D too weak": {"d_fake": 1.0, "d_loss": 6.0, **BAD},
    "D at 50 %": {"d_real": 0.5, "d_fake": 0.5, **BAD},
    "non-convergence": {"shift": 0.8, "gap": 0.9},
}
NEARLY = {  # one sign is missing, and all is well or at least unknown
    "divergence": {"g_loss": np.linspace(1, 8, ROWS)},
    "wrong range": {"real_low": 0.0},  # light images that fit itself scaled
    "flipped labels": {"d_real": 0.0, "d_fake": 1.0, "d_loss": 1.5},
    "double sigmoid": {"real_logit_0": 0.1, "real_logit_100": 1.0, "fake_logit_0": -0.1, "fake_logit_100": 0.9},
    "frozen D": {"d_moved": [0.0] * (ROWS - 1) + [1e-3]},  # a gate that was closed for long
    "frozen G": {"g_moved": [1e-3] + [0.0] * (ROWS - 1)},
    "mixed batch normalisation": {"d_fake_in_loss": 0.2, "d_fake_alone": 0.4},
    "D helps G": {"d_real": 0.9, "d_fake": 0.9, "d_loss": 1.3},
    "mode hopping": {"variety": np.linspace(0.01, 0.19, ROWS), "shift": 0.7},  # its beginning
    "mode collapse": {"variety": 0.05, "shift": 0.05},  # the samples still come nearer
    "saturated G": {"fake_ends": 0.99},
    "D too strong": {"d_real": 1.0, "d_fake": 0.0, "d_loss": 0.01},
    "D too weak": {"d_fake": 1.0, "d_loss": 6.0},
    "D at 50 %": {"d_real": 0.5, "d_fake": 0.5},  # the end of a good game
    "non-convergence": {"shift": 0.8, "gap": 0.4},
}


def table(changes=None, rows=ROWS, first=100, each=100):
    columns = {"step": first + each * np.arange(rows)}
    for name, value in (HEALTHY | (changes or {})).items():
        if value is not None:
            columns[name] = np.broadcast_to(value, rows) if np.ndim(value) == 0 else np.asarray(value)[-rows:]
    return columns


def test_every_rule_is_tested():
    assert list(RULES) == list(SIGNS) == list(NEARLY)


@pytest.mark.parametrize("name", SIGNS)
def test_a_symptom_is_found_by_its_signs(name):
    found = diagnose(table(SIGNS[name]))
    assert found.name == name and found.is_ill
    assert found.evidence and all(sentence.endswith(".") for sentence in found.evidence)
    assert found.advice and found.page.endswith(".ipynb")


@pytest.mark.parametrize("name", NEARLY)
def test_and_not_where_one_is_missing(name):
    assert diagnose(table(NEARLY[name])).name == "healthy"


def test_a_healthy_table_is_healthy():
    found = diagnose(table())
    assert found.name == "healthy" and not found.is_ill and found.names == ("healthy",)
    assert "0.34" in found.evidence[0]  # the median gap of the last four rows


def test_the_evidence_names_steps_and_numbers():
    (sentence, *_) = diagnose(table(SIGNS["D too weak"])).evidence
    assert "from step 900 to step 1,200" in sentence and "100%" in sentence and "1.386" in sentence


def test_without_steps_rows_are_named():
    columns = table(SIGNS["D too weak"])
    del columns["step"]
    assert "from row 9 to row 12" in diagnose(columns).evidence[0]


def test_several_symptoms_stand_in_one_order():
    found = diagnose(table(SIGNS["D too strong"] | SIGNS["mode collapse"] | {"d_moved": 0.0} | BAD))
    assert found.names == ("frozen D", "mode collapse", "D too strong")
    assert [other.name for other in found.others] == ["mode collapse", "D too strong"]
    text = str(found)
    assert text.startswith("frozen D\n") and "\nalso mode collapse\n" in text and repr(found) == text
    assert max(map(len, text.splitlines())) <= 100


def test_a_good_end_does_not_hide_a_bad_one():
    """A long training is judged by its end: 80 good reports, then 20 of collapse."""
    rows = 100
    columns = {name: np.resize(values, rows).astype(float) for name, values in table().items()}
    columns["step"] = 100.0 * np.arange(1, rows + 1)
    columns["gap"][:], columns["variety"][80:], columns["shift"][80:] = 0.3, 0.02, 0.0
    assert diagnose(columns).name == "mode collapse"


# Critics


def test_a_critic_is_not_judged_by_shares_that_it_has_not():
    assert diagnose(table(CRITIC | {"d_loss": -8.0, "g_loss": 3.0})).name == "healthy"


def test_scores_between_0_and_1_are_no_double_sigmoid():
    assert diagnose(table(CRITIC | SIGNS["double sigmoid"])).name == "healthy"
    assert diagnose(table({"boundary": 0.5} | SIGNS["double sigmoid"])).name == "healthy"  # least squares


def test_scores_that_explode_are_divergence():
    found = diagnose(table(CRITIC | {"d_loss": -np.geomspace(1, 1e5, ROWS), "g_loss": 3.0}))
    assert found.name == "divergence" and "d_loss" in found.evidence[0]


# Less evidence


def of_losses(changes=None):
    wanted = ("step", "d_loss", "g_loss", "d_real", "d_fake")
    return {name: values for name, values in table(changes).items() if name in wanted}


def test_a_history_without_a_symptom_cannot_tell_and_says_what_is_missing():
    found = diagnose(of_losses())
    assert found.name == "can't tell" and not found.is_ill
    assert any("mode collapse" in sentence for sentence in found.evidence)
    assert "Watch" in found.advice


@pytest.mark.parametrize("name", ["divergence", "flipped labels", "D helps G", "D too strong", "D too weak"])
def test_these_symptoms_show_in_the_losses_alone(name):
    assert diagnose(of_losses(SIGNS[name])).name == name


def test_two_sigmoids_show_in_the_bands_of_the_losses():
    bands = {"d_loss": 1.2, "g_loss": 0.5, "d_real": 1.0, "d_fake": 1.0}
    assert diagnose(of_losses(bands)).name == "double sigmoid"
    assert diagnose(of_losses(bands | {"g_loss": 0.2})).name == "D helps G"


def test_even_odds_in_the_losses_alone_are_no_symptom():
    """They may be the end of a good game: without samples nobody knows."""
    assert diagnose(of_losses({"d_real": 0.5, "d_fake": 0.5, "d_loss": 1.386})).name == "can't tell"


def test_names_of_other_loops_are_understood():
    assert diagnose({"D_loss": [0.01] * 8, "gen_loss": [math.nan] * 8}).name == "divergence"
    assert diagnose({"disc_loss": [1.3] * 8, "generator_loss": [0.7] * 8}).name == "can't tell"


@pytest.mark.parametrize(("rows", "each", "said"), [(5, 100, "5 reports"), (12, 10, "120 steps")])
def test_what_is_too_short_is_not_judged(rows, each, said):
    found = diagnose(table(SIGNS["mode collapse"], rows=rows, first=each, each=each))
    assert found.name == "can't tell" and said in found.evidence[0]


def test_divergence_and_a_wrong_range_show_at_once():
    assert diagnose(table({"d_loss": math.inf}, rows=1)).name == "divergence"
    assert diagnose(table(SIGNS["wrong range"], rows=1)).name == "wrong range"


def test_far_samples_without_a_symptom_are_unknown():
    found = diagnose(table({"gap": 0.9}))
    assert found.name == "can't tell" and "do not come nearer" in found.evidence[-1]


def test_a_narrow_range_and_one_that_no_sample_reaches_are_wrong():
    nearly_black = {"real_low": -1.0, "real_high": -0.99}
    assert diagnose(table(nearly_black)).name == "wrong range"
    linear = {"range_low": math.nan, "range_high": math.nan, "real_ends": math.nan, "fake_ends": math.nan}
    assert diagnose(table(linear)).name == "healthy"
    assert diagnose(table(linear | {"real_high": 255.0})).name == "wrong range"


# What can be given


def test_a_gan_a_watch_a_history_and_a_dict_give_the_same():
    gan, watch = tiny_gan.begin(), Watch(count=16)
    history = gan.fit(tiny_gan.images(), steps=240, batch_size=8, report_every=20, callbacks=[watch])
    found = {str(diagnose(source)) for source in (gan, watch, history, watch.history)}
    assert len(found) == 1
    assert diagnose(history.history).name == "can't tell"
    gan.fit(tiny_gan.images(), steps=260, batch_size=8, report_every=20)
    assert diagnose(gan).evidence[0] == "The losses show no symptom."  # what Watch saw is not its end


def test_a_gan_without_watch_is_judged_by_its_history():
    gan = tiny_gan.begin()
    tiny_gan.fit(gan, 240)
    assert diagnose(gan).name == "can't tell"


def test_a_loss_that_is_missing_at_first_is_no_divergence():
    """As in a head start of D, in which G has no loss."""
    g_loss = [math.nan] * 3 + [0.9] * (ROWS - 3)
    assert diagnose(table({"g_loss": g_loss})).name == "healthy"


def test_a_training_that_diverged_before_its_first_report():
    gan = tiny_gan.scalars(rate=1e30)
    with pytest.raises(ArithmeticError):
        gan.fit(np.array([[2.0], [4.0]], "float32"), steps=50, batch_size=2, callbacks=[watch := Watch(count=4)])
    for source in (gan, watch):
        assert diagnose(source).name == "divergence"


def test_a_history_of_keras_is_read():
    history = keras.callbacks.History()
    history.history = {"d_loss": [1.0, math.nan], "g_loss": [1.0, 1.0]}
    assert diagnose(history).name == "divergence"


@pytest.mark.parametrize(
    ("source", "error", "said"),
    [
        (3, TypeError, "takes a GAN"),
        ({"d_loss": ["high"]}, TypeError, "must hold numbers"),
        ({"d_loss": [1.0], "g_loss": [1.0, 2.0]}, ValueError, "one length"),
        ({"accuracy": [1.0]}, ValueError, "needs d_loss and g_loss"),
        ({}, ValueError, "no columns"),
    ],
)
def test_what_cannot_be_judged_is_refused(source, error, said):
    with pytest.raises(error, match=said):
        diagnose(source)


# Folders of `train`


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "run.json").write_text(json.dumps({"calls": [{"parameters": {"data": "smiles"}}]}))
    columns = {name: values.tolist() for name, values in of_losses().items()}
    files.write_csv(tmp_path / "history.csv", columns)  # as training.HistoryCSV does
    return tmp_path


def test_a_folder_is_judged_by_history_and_samples(folder):
    (smiles, _), _ = datasets.load_smiles()
    assert diagnose(folder).name == "can't tell"
    np.savez(folder / "samples.npz", x=smiles[:300, ..., None], y=0)
    assert diagnose(folder).name == "healthy"
    np.savez(folder / "samples.npz", x=np.repeat(smiles[:1, ..., None], 300, axis=0), y=0)
    assert diagnose(str(folder)).name == "mode collapse"
    assert diagnose(folder / "history.csv").name == "can't tell"


def test_images_of_ones_own_stand_in_for_embedded_ones(folder):
    (folder / "run.json").write_text(json.dumps({"calls": [{"parameters": {"data": "photos"}}]}))
    images = np.random.default_rng(0).integers(0, 256, (40, 4, 4, 1), "uint8")
    np.savez(folder / "samples.npz", x=images[:20], y=0)
    assert diagnose(folder).name == "can't tell"
    assert diagnose(folder, images=images).name == "healthy"
    with pytest.raises(ValueError, match="of one size"):
        diagnose(folder, images=images[:, :2])


def test_no_folder_of_a_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"history\.csv is not there"):
        diagnose(tmp_path)


def test_samples_are_compared_as_watch_compares_them():
    black, white = np.zeros((3, 2, 2, 1), "uint8"), np.full((3, 2, 2, 1), 255, "uint8")
    both = np.concatenate([black[:1], white[:1]])
    found = compare(both, white)  # two real images are 4 apart, in units of [-1, 1]; all samples are one of them
    assert found["variety"] == 0
    assert found["gap"] == pytest.approx((2 * 2 - 4 - 0) / 4)


# The collection


def test_the_pages_exist():
    assert {page for _, _, page in RULES.values()} <= {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").glob("*.ipynb")
    }


def test_the_example_shows_what_happens(tmp_path):
    assert problems(diagnose, tmp_path) == []


def test_a_diagnosis_can_be_made_by_hand():
    assert Diagnosis("healthy").names == ("healthy",)
