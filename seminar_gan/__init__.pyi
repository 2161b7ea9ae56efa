from . import claims as claims
from . import comparisons as comparisons
from . import datasets as datasets
from . import export as export
from . import losses as losses
from . import metrics as metrics
from . import models as models
from . import parameters as parameters
from . import plotting as plotting
from . import ranges as ranges
from . import recipes as recipes
from . import runs as runs
from . import training as training
from . import tricks as tricks
from . import variations as variations
from . import weights as weights
from .commands.compare import compare as compare
from .training.gan import GAN as GAN

__version__: str
