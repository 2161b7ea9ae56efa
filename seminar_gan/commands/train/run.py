"""Train in a folder, from where an earlier call stopped, and write the results."""

from datetime import UTC, datetime

import keras
import numpy as np

from seminar_gan import files, keras_settings, recipes, runs
from seminar_gan.commands import UserError
from seminar_gan.commands.train import results
from seminar_gan.commands.train.folder import sentence
from seminar_gan.training.fit.checks import image_range
from seminar_gan.training.watch.frames import FrameFolder, SampleGrid
from seminar_gan.training.watch.history import HistoryCSV
from seminar_gan.training.watch.progress import StepProgress

REPORT_EVERY = 100
MOST_BYTES = 2**36  # of images at once; more is a slip of the keyboard
LARGE_STEP = 2**22  # pixels in a batch, as 64 images of 256 x 256 have
ASKED = ("data", "model", "conditional", "seconds", "steps", "samples", "size", "channels", "background", "batch_size")
GRID = {"rows": 3, "columns": 8}  # of the film
FRAMES = 16  # from any step to twice that step


class Claim(keras.callbacks.Callback):
    """Claim the folder once a step has been made: until then, all that fails leaves no trace."""

    def __init__(self, folder, call, data):
        super().__init__()
        self.folder, self.call, self.data = folder, call, data

    def on_train_begin(self, logs=None):
        self.call["from_step"] = step = self.model.step
        if not self.model.step and (self.folder.path / "samples.npz").is_file():
            raise UserError(
                f"{self.folder} has results, but no checkpoint to go on from: a training would begin anew and replace "
                "them. Take another folder with --to."
            )
        model, start = self.call["parameters"]["model"], f" from step {step:,} on" if step else ""
        print(f"Training {model} on {self.data}{start}. Stop it, call again, and it goes on.", flush=True)

    def on_train_batch_end(self, batch, logs=None):
        if self.call not in self.folder.record["calls"]:
            self.folder.begin(self.call)
            if self.data.files:
                columns = dict(zip(("file", "what was done"), zip(*self.data.files, strict=True), strict=True))
                files.write_csv(self.folder.path / "images.csv", columns)


class Film(SampleGrid):
    """Keep frames and a film of a training of any length: at first often, then ever more rarely, by the step alone.

    Nothing is written before the folder is claimed: this comes after `Claim`.
    """

    def on_train_begin(self, logs=None):
        self.step, self.first = self.model.step, self.draw()

    def on_train_batch_end(self, batch, logs=None):
        if self.first is not None:
            for output in self.outputs:
                output.begin(self.step, self.first)
            self.first = None
        self.step += 1
        if self.is_due():
            self.write()

    def on_train_end(self, logs=None):
        if self.first is None:
            if not self.is_due():
                self.write()
            for output in self.outputs:
                output.end()

    def is_due(self):
        """Whether a frame of this step is kept: `FRAMES` of them from any step, a power of two, to its double."""
        return self.step % max(FRAMES, 2 ** (self.step // FRAMES).bit_length() // 2) == 0


def run(args, folder, data):
    """Train, and write the results.

    Raises:
        UserError: for a model that cannot be, or that the data are not for.
    """
    use_usual_keras()
    model = args.model or folder.model or recommended(args, data)
    recipe = find_recipe(model, args.conditional)
    check_amounts(args, model, recipe, data)
    folder.model = model
    with folder.prepared():
        gan = build(recipe, model, data, args.seed)
        call = describe(args, model, recipe, gan)
        for earlier in folder.record["calls"]:  # a version that did not write it always took the recipe's batches
            earlier["images_a_step"] = earlier["images_a_step"] or recipe.batch_size * gan.batches_per_step
        fit(gan, recipe, data, folder, args, call)
        if call not in folder.record["calls"]:  # it only draws samples
            folder.begin({**call, "from_step": gan.step})
        results.write(gan, data, folder, args)


def use_usual_keras():
    """Let one command make the same pictures everywhere, whatever the keras.json of the user's other work says."""
    for name, usual in {"image_data_format": "channels_last", **keras_settings.DEFAULTS}.items():
        if (given := getattr(keras.config, name)()) != usual:
            print(f"keras.json sets {name} to {given}, and is left aside: it is {usual} here.", flush=True)
            getattr(keras.config, f"set_{name}")(usual)


def recommended(args, data):
    """Return the name of the model for the number and the size of the images; say it."""
    height, width, _ = shape = data.images.shape[1:]
    count = recipes.FEW_IMAGES if args.conditional else len(data.images)  # the conditional ones know no few
    try:
        model = recipes.recommend(count, shape)
    except ValueError as error:
        raise UserError(sentence(f"{args.data}: {error}")) from error
    if args.conditional:
        model = "mirza" if model == "winkler-dense" else "dcgan"
    print(f"--model {model}, as recommended for {len(data.images):,} images of {height} x {width}.", flush=True)
    return model


def check_amounts(args, model, recipe, data):
    """Refuse what no memory holds, before anything is trained; say it if a step is large."""
    height, width, channels = data.images.shape[1:]
    amounts = {"--samples": (args.samples, 1), "--batch-size": (args.batch_size or 0, 4)}  # bytes a value
    for option, (count, size) in amounts.items():
        if count * size * height * width * channels > MOST_BYTES:
            raise UserError(
                f"{option} {count:,} of {height} x {width} pixels would be more than {MOST_BYTES / 2**30:g} GB of "
                "images at once. Take fewer."
            )
    batch = args.batch_size or recipe.batch_size
    if batch * height * width > LARGE_STEP:
        print(
            f"A step of {model} takes {batch:,} images of {height} x {width}: it may last minutes, and needs much "
            "memory. Smaller images or a smaller --batch-size take less.",
            flush=True,
        )


def find_recipe(name, conditional):
    """Return the recipe of that name, among the conditional ones or among the others."""
    kinds = {"": recipes.RECIPES, " with --conditional": recipes.CONDITIONAL_RECIPES}
    known = kinds[" with --conditional" if conditional else ""]
    if name in known:
        return known[name]
    choices = "; ".join(", ".join(names) + kind for kind, names in kinds.items())
    raise UserError(
        f"There is no model {name!r}{' with' if conditional else ' without'} --conditional. Models: {choices}."
    )


def build(recipe, model, data, seed):
    """Return the GAN for images of that shape."""
    groups = recipe.sizes.get("num_classes")
    if groups and groups > len(data.images):
        raise UserError(
            f"{model} sorts the images into {groups} groups and needs at least {groups} images; there are "
            f"{len(data.images)}. Take --model {model}-plain."
        )
    changes = recipe.measured.get("changes", lambda images: ("mirror",))(data.images)
    if "mirror" not in changes:
        print("The images have a left and a right: the discriminator does not see them mirrored.", flush=True)
    try:
        return recipe.build_for(data.images, seed=seed, **({"num_classes": len(data.classes)} if data.classes else {}))
    except ValueError as error:
        raise UserError(sentence(f"The networks of {model} do not fit {data.name}: {error}")) from error


def film(gan, data, folder, seed):
    """Return the callback that keeps a film; classes are shown as often as they occur in the data."""
    labels = None
    if data.classes:
        labels = np.random.default_rng(seed).choice(data.labels, GRID["rows"] * GRID["columns"])
    to_uint8 = results.TO_UINT8[image_range(gan.generator)]
    return Film(FrameFolder(folder.path / "frames"), to_uint8=to_uint8, seed=seed, class_labels=labels, **GRID)


def describe(args, model, recipe, gan):
    """Return what a call asks for, and by which versions, as an entry of run.json."""
    asked = {name: getattr(args, name) for name in ASKED} | {
        "model": model,
        "batch_size": args.batch_size or recipe.batch_size,
    }
    images_a_step = asked["batch_size"] * gan.batches_per_step
    return {
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "from_step": gan.step,
        "images_a_step": images_a_step,
        **runs.describe(seed=args.seed, **asked).record(),
    }


def fit(gan, recipe, data, folder, args, call):
    """Train up to the step or for the time that was asked for."""
    callbacks = [
        *recipe.callbacks(),
        Claim(folder, call, data),
        film(gan, data, folder, args.seed),
        StepProgress(),
        HistoryCSV(folder.path / "history.csv"),
        HistoryCSV(folder.path / "history_german.csv", decimal=","),
    ]
    try:
        gan.fit(
            *((data.images,) if data.labels is None else (data.images, data.labels)),
            steps=args.steps,
            seconds=args.seconds,
            batch_size=call["parameters"]["batch_size"],
            report_every=REPORT_EVERY,
            callbacks=callbacks,
            checkpoints=folder.path / "checkpoints",
        )
    except ValueError as error:
        raise UserError(sentence(f"{call['parameters']['model']} cannot be trained on {data.name}: {error}")) from error
