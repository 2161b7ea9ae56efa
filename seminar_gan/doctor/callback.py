"""A doctor who looks on while a GAN trains."""

import dataclasses
import warnings

from seminar_gan.doctor.diagnosis import diagnose
from seminar_gan.doctor.watch import Watch

__all__ = ["Doctor"]


class Doctor(Watch):
    """A `Watch` that warns while the GAN trains: once for each symptom, with the reason. It never stops the training.

    It says nothing before there is enough to judge by, and a symptom must be there at two looks in a row, so that a
    moment in a healthy training alarms nobody.

    Args:
        every, count: as for `Watch`.
    """

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.told, self.seen_before = set(), set()

    def look(self):
        """Add a row to the table, and warn of what is new in it."""
        super().look()
        found = diagnose(self)
        symptoms = {each.name: each for each in (found, *found.others)} if found.is_ill else {}
        lasting = symptoms.keys() & self.seen_before
        for name, each in symptoms.items():
            if name in lasting - self.told:
                warnings.warn(f"step {self.step:,}: {dataclasses.replace(each, others=())}", stacklevel=2)
        self.told |= lasting
        self.seen_before = set(symptoms)
