"""From the evidence to a diagnosis in words."""

import textwrap
from dataclasses import dataclass

from seminar_gan.doctor import rules
from seminar_gan.doctor.evidence import read

__all__ = ["Diagnosis", "diagnose"]

HEALTHY, UNKNOWN = "healthy", "can't tell"
EVIDENCE = {  # what a rule cannot do without, and what would be missed
    "samples (doctor.Watch, or samples.npz of a run)": ("variety", "mode collapse and bad samples"),
    "D's outputs (doctor.Watch)": ("real_logit_50", "saturation"),
    "gradients and weights (doctor.Watch)": ("g_gradient", "vanishing gradients and frozen networks"),
    "d_real and d_fake": ("d_real", "which player is too strong"),
}
WIDTH = 100


def __dir__():
    return __all__


@dataclass(frozen=True)
class Diagnosis:
    """What ails a GAN: the worst symptom, and the others.

    Args:
        name: the symptom in the field's words; "healthy" or "can't tell".
        evidence: tuple of sentences, with steps and numbers.
        advice: what to try.
        page: which page of the collection shows it.
        others: tuple of further diagnoses, the worse ones first.
    """

    name: str
    evidence: tuple = ()
    advice: str = ""
    page: str = ""
    others: tuple = ()

    @property
    def names(self):
        """All symptoms, tuple of str, the worst first."""
        return (self.name, *(other.name for other in self.others))

    @property
    def is_ill(self):
        """Whether a symptom was found."""
        return self.name not in (HEALTHY, UNKNOWN)

    def __str__(self):
        lines = [self.name]
        parts = [*(("-", sentence) for sentence in self.evidence), ("try:", self.advice), ("see:", self.page)]
        for mark, text in parts:
            if text:
                lines += textwrap.wrap(f"{mark} {text}", WIDTH, initial_indent="  ", subsequent_indent="    ")
        for other in self.others:
            lines += ["", f"also {other}"]
        return "\n".join(lines)

    __repr__ = __str__


def diagnose(source, *, images=None):
    """Name what ails a GAN, from what is known of its training.

    Args:
        source: a GAN that was trained with `Watch`; the `Watch`; what `fit` returned; a dict of columns, as a loop of
            one's own collects them (d_loss and g_loss, of logits; d_real and d_fake, shares called real); or the
            folder of `python -m seminar_gan train`.
        images: for a folder: uint8 (n, height, width, channels), the real images, if they are not an embedded data set.

    Returns:
        `Diagnosis`. Where evidence is missing, "can't tell" says which.

    Raises:
        TypeError: for something else.
        ValueError: for columns of different lengths, and for a table with nothing to judge.
        FileNotFoundError: if a folder has no history.csv.

    Source:
        thresholds and rules are ours: `doctor.rules` says where each comes from.

    Example:
        >>> history = {"d_loss": [0.7, 0.5] * 5, "g_loss": [0.8, float("nan")] * 5}
        >>> diagnose(history).name
        'divergence'
    """
    table = read(source, images)
    found = []
    for name, (find, advice, page) in rules.RULES.items():
        long_enough = name in rules.AT_ONCE or is_long_enough(table)
        if long_enough and (evidence := find(table)):
            found.append(Diagnosis(name, tuple(f"{sentence}." for sentence in evidence), advice, page))
    if found:
        return Diagnosis(**{**vars(found[0]), "others": tuple(found[1:])})
    return without_symptom(table)


def is_long_enough(table):
    """Whether thirds of the table say something: see `rules.ROWS`."""
    return table.rows >= rules.ROWS and not table.steps < rules.STEPS


def without_symptom(table):
    """ "healthy" where the samples are near the real images or come nearer; otherwise "can't tell", and why."""
    if not is_long_enough(table):
        steps = f", {table.steps:,.0f} steps" if "step" in table else ""
        return Diagnosis(
            UNKNOWN,
            (f"There are {table.rows} reports{steps}; {rules.ROWS} reports and {rules.STEPS} steps are the least.",),
            "Train longer, or report more often (report_every).",
        )
    missing = {what: missed for what, (column, missed) in EVIDENCE.items() if column not in table}
    if "variety" not in table:
        absent = tuple(f"Without {what}: {missed} cannot be seen." for what, missed in missing.items())
        return Diagnosis(
            UNKNOWN, ("The losses show no symptom.", *absent), "Train with callbacks=[sg.doctor.Watch()].", rules.FAIL
        )
    near = tuple(f"{sentence}." for sentence in rules.about_gap(table))
    if rules.is_near(table):
        return Diagnosis(
            HEALTHY, (*near, f"{rules.about_variety(table)}.", "No symptom was found in what was recorded.")
        )
    return Diagnosis(
        UNKNOWN,
        (*near, "No known symptom was found, but the samples are not near, and do not come nearer."),
        "Look at the samples, train longer, and compare with a recipe that works on such images.",
    )
