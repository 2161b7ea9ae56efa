from .callback import Doctor as Doctor
from .diagnosis import Diagnosis as Diagnosis
from .diagnosis import diagnose as diagnose
from .watch import Watch as Watch
