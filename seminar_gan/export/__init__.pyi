from .figures import COLUMN_CM as COLUMN_CM
from .figures import save_figure as save_figure
from .generators import save_generator as save_generator
from .models import model_table as model_table
from .portable import save_onnx as save_onnx
from .tables import Table as Table
from .tables import table as table
