from .figures import COLUMN_CM as COLUMN_CM
from .figures import save_figure as save_figure
from .models import model_table as model_table
from .tables import Table as Table
from .tables import table as table
