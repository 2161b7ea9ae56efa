# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 00 · Start here
#
# Notebooks from which you learn autoencoders and generative adversarial networks, and write a seminar paper that you can defend. Each page rebuilds
# experiments of a paper, measures its claims, and says so plainly where the measurement disagrees.

# %% [markdown]
# ## The pages
#
# | page | the question | time to run |
# |---|---|---|
# | 00 Start here | What is here, and does it run on this machine? | seconds |
# | [01 Simple autoencoder](01_simple_autoencoder.ipynb) | Why does one network paint digits and fail on faces? | a minute and a half |
# | [02 Deep autoencoder](02_deep_autoencoder.ipynb) | Is deeper better, and when? | under two minutes |
# | [03 Convolutional autoencoder](03_convolutional_autoencoder.ipynb) | What do convolutions buy, and what do they cost? | a minute and a half |
# | [04 Variational autoencoder](04_variational_autoencoder.ipynb) | What makes a decoder a generator, and why are its digits blurred? | a minute and a half |
# | [05 The game](05_the_game.ipynb) | What do two networks play, and what does theory promise? | a minute and a half |
# | [06 Vanilla GAN](06_vanilla_gan.ipynb) | What do dense layers draw, how far is it from digits, and who tells it from real ones? | a minute and a half |
# | [07 DCGAN](07_dcgan.ipynb) | What do convolutions bring, at what price, and what lies between two digits? | a minute and a half |
# | [08 Conditional GAN](08_conditional_gan.ipynb) | Can you order an image, and does the generator obey? | two minutes |
# | [09 PANIC](09_panic.ipynb) | Can gates keep a GAN of 42 cells in balance? | a minute |
# | [10 Few images](10_few_images.ipynb) | What can 42 images teach a GAN, and what can they tell about it? Or images of your own? | a minute and a half |
#
# Read them in this order: what one page explains, the next ones import. On each page you will meet the same rhythm. **Predict:** write down a number or
# pick an outcome *before* you run the cell. Run it. **Read:** what the output says, and what it does not. Below a Read stands a folded cell, *Statements*: its sentences once more, each with the
# comparison that makes it true. The cell prints nothing as long as they hold. Change a parameter or the seed, and it names the sentences that your run refutes.

# %% [markdown]
# ## Does it run here?

# %% tags=["setup", "nbval-ignore-output"]
import json
import os
import platform

import keras
import numpy as np
import tensorflow as tf

import seminar_gan as sg

# %% tags=["parameters"]
SEED = 0  # which images are drawn below

# %% tags=["setup"]
sg.parameters.check(globals(), SEED=(0, 2_000_000_000))

# %% [markdown]
# This cell names the versions and the device. If it says CPU, everything works, on any laptop; a GPU makes the convolutional pages faster.

# %% tags=["nbval-ignore-output"]
gpus = [
    tf.config.experimental.get_device_details(gpu)["device_name"]
    for gpu in tf.config.list_physical_devices("GPU")
]
print("device:", ", ".join(gpus) or f"CPU, {os.cpu_count()} cores")
print(f"Python {platform.python_version()}, TensorFlow {tf.__version__}, Keras {keras.__version__}")

# %% [markdown]
# ## The data in pictures
#
# Both data sets come with the package: no download, no account. A loader checks its file before it hands out the arrays, and
# returns them as Keras's own loaders do: `uint8`, training part and test part.
#
# **MNIST**: 70,000 handwritten digits (LeCun et al. 1998).

# %%
(digits, digit_labels), (test_digits, test_labels) = sg.datasets.load_mnist()
print(
    "training",
    digits.shape,
    "test",
    test_digits.shape,
    digits.dtype,
    f"{digits.min()} to {digits.max()}",
)

# %%
rng = np.random.default_rng(SEED)
chosen = np.concatenate(
    [rng.choice(np.flatnonzero(digit_labels == digit), size=3) for digit in range(10)]
)
figure = sg.plotting.image_grid(digits[chosen.reshape(10, 3).T.ravel()])
sg.plotting.show(
    figure,
    "Thirty handwritten digits in three rows, light on black. Each row goes from 0 to 9.",
)

# %% [markdown]
# **Smile**: 417 small drawings of faces, faint on white, made of drawings from Quick, Draw! (Google, CC BY 4.0; shrunk and placed on a canvas). The
# second row is the *binarised* set: white becomes 0, everything else 1.

# %%
(smiles, _), (test_smiles, _) = sg.datasets.load_smiles()
(binarised, _), _ = sg.datasets.load_smiles(binarised=True)
print(
    "training", smiles.shape, "test", test_smiles.shape, smiles.dtype, f"mean {smiles.mean():.1f}"
)
smile_figure = sg.plotting.image_rows({"raw": smiles[:10], "binarised": binarised[:10]})
sg.plotting.show(
    smile_figure,
    "Two rows of ten small drawings of faces: the raw images, faint strokes on white, above the "
    "binarised ones, white strokes on black.",
)

# %% [markdown]
# ## Two sizes of every page
#
# A page's first cells hold its *parameters*, at a quick size: `MNIST_EPOCHS = 10  # paper: 100`. Change one and run the page again. The sizes of the papers are one command away:
#
# | command | what it does |
# |---|---|
# | `make run-all` | executes every page, quick size, into `build/`; what is done is not repeated |
# | `make run-all PAGES="01 03" PROFILE=paper` | two pages at the paper's size |
# | `make run-all PAGES=01 PARAMS="SEED=1 MNIST_EPOCHS=30"` | one page with your own values |
#
# Without `make`: `python -m seminar_gan run-all --pages 01 --profile paper`.

# %% [markdown]
# ## From a page into your paper
#
# A figure goes into a paper with its origin. `save_figure` writes a PDF for LaTeX, a PNG for everything else, and a JSON file that says which page,
# parameters, seed and commit made it, with the caption:

# %%
run = sg.runs.describe("00_start_here", seed=SEED)
caption = "Drawings of faces, raw and binarised."
path = sg.export.save_figure(smile_figure, "smile_raw_and_binarised_examples", run, caption=caption)
print(path)

# %% tags=["nbval-ignore-output", "timing"]
origin = run.record()  # what stands in the JSON file
print(json.dumps({key: origin[key] for key in ("page", "seed", "commit", "versions")}, indent=1))

# %% [markdown]
# On Colab the files are gone when the machine is given back. This line, which every page has, downloads the folder as a zip file there. Elsewhere it only says where the files are:

# %%
sg.export.colab.download("figures")

# %% [markdown]
# A table is Markdown on the page and LaTeX (booktabs) in the paper:

# %%
sizes = sg.export.table(
    ["data set", "training", "test"],
    [["MNIST", len(digits), len(test_digits)], ["Smile", len(smiles), len(test_smiles)]],
    caption="The two data sets.",
)
print(sizes.latex)

# %% [markdown]
# Four habits make the result one that you can defend:
#
# 1. Give the seed, the parameters and the commit with every figure. The JSON file has them.
# 2. Say on which data a number was measured. Choices are made on validation images; test images are looked at once.
# 3. Run more than one seed (`PARAMS="SEED=1"`), and report the spread.
# 4. Copy code with its source. Cells tagged `paper` can be copied alone: they need only Keras, NumPy, Matplotlib and `sg`.
#
# How to cite the collection stands in `CITATION.cff`; the original papers stand at the end of each page and in `references.bib`.

# %% [markdown]
# ## When something goes wrong
#
# * A message of this package names what came, what was wanted and what to do. Read it to its end.
# * *A data file is missing or altered:* the message says how to get it back.
# * *Numbers differ in the last digits from those on the page:* that is normal on another processor. The claims at the end of
#   a page must still say PASS.
# * *A page stops:* `make run-all PAGES=02` shows the end of the error and keeps the stopped page in `build/quick/failed/`.
#
# Otherwise ask at {repository}/issues. Give the output of the cell that names the versions and the device, the whole error message, and what you changed.

# %% [markdown]
# ## Exercises
#
# 1. Draw the same picture of MNIST with another seed. Find a digit that you cannot read yourself.
# 2. What share of all Smile pixels is exactly 255? Compare it with MNIST's share of exactly 0.
#
# The [solutions](solutions/00_start_here.ipynb) are a page of their own.

# %% [markdown] tags=["solution"]
# **Exercise 1.** Set `SEED = 1` in the parameters cell and run the page again. **Exercise 2.**

# %% tags=["solution"]
(digits, _), _ = sg.datasets.load_mnist()
(smiles, _), _ = sg.datasets.load_smiles()
print(f"Smile: {(smiles == 255).mean():.1%} of the pixels are 255")
print(f"MNIST: {(digits == 0).mean():.1%} of the pixels are 0")

# %% [markdown]
# ## References
#
# LeCun et al. 1998, *Gradient-based learning applied to document recognition*. Google, *The Quick, Draw! Dataset*. Temkeng 2020,
# *Bildgenerierung mit neuronalen Netzen*: the source of pages 01 to 03.
