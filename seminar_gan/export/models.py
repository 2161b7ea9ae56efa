"""The layers of a Keras model as a table."""

import math

from seminar_gan.export.tables import table
from seminar_gan.plotting.layers import graph_of, own_name, size_text

__all__ = ["model_table"]


def model_table(model, *, caption=None):
    """Return the `Table` of a Keras model's layers: name and type, output shape without the batch, parameters.

    A model inside the model is one row: give it to `model_table` for its own layers. A name that Keras made up, such as
    dense_14, is left out, since it changes from run to run.

    Args:
        model: keras.Model, Functional or Sequential, with known shapes.
        caption: str, or None for a table without a caption.

    Returns:
        Table, with one row for each layer, then the totals.

    Raises:
        TypeError: if it is not a Keras model.
        ValueError: if the shapes inside the model are not known.

    Example:
        >>> model_table(keras.Sequential([keras.Input((784,)), keras.layers.Dense(32)]))
        layer       output shape  parameters
        ----------  ------------  ----------
        InputLayer  784                    0
        Dense       32                25,120
        ----------  ------------  ----------
        total                         25,120
    """
    graph = graph_of(model, "model_table")
    shapes = {}  # only from nodes of this graph: a layer that several models share has others too
    for nodes in graph._nodes_by_depth.values():
        for node in nodes:
            texts = shapes.setdefault(node.operation.name, set())
            texts.update(_shape_text(tensor.shape[1:]) for tensor in node.output_tensors)
    rows = []
    for layer in graph.operations:
        parameters = (
            layer.count_params() if hasattr(layer, "count_params") else 0
        )  # an operation such as + has no parameters
        rows.append([_layer_text(layer), ", ".join(sorted(shapes[layer.name])), parameters])
    totals = [["total", None, model.count_params()]]
    if fixed := sum(math.prod(weight.shape) for weight in model.non_trainable_weights):
        totals += [["trainable", None, model.count_params() - fixed], ["not trainable", None, fixed]]
    columns = ["layer", "output shape", "parameters"]
    return table(columns, rows + totals, align="llr", caption=caption, footer=len(totals))


def _shape_text(shape):
    return size_text(shape) if shape else "scalar"


def _layer_text(layer):
    kind = type(layer).__name__
    return f"{layer.name} ({kind})" if own_name(layer) else kind
