"""The layers of a Keras model as a table."""

import math
import re

from seminar_gan.export.tables import table

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
    if not hasattr(model, "count_params"):
        raise TypeError(f"model_table takes a Keras model, not {type(model).__name__}")
    graph = getattr(model, "_functional", model)  # the graph inside a Sequential model
    if not hasattr(graph, "operations"):
        raise ValueError(
            f"the shapes inside this {type(model).__name__} are not known. Begin a Sequential model with keras.Input; "
            "of a model of your own class, give the networks inside it."
        )
    shapes = {}  # only from nodes of this graph: a layer that several models share has others too
    for nodes in graph._nodes_by_depth.values():
        for node in nodes:
            texts = shapes.setdefault(node.operation.name, set())
            texts.update(_shape_text(tensor.shape) for tensor in node.output_tensors)
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
    return " × ".join("any" if size is None else str(size) for size in shape[1:]) or "scalar"


def _layer_text(layer):
    kind = type(layer).__name__
    snake = re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)).lower()
    named_by_keras = re.fullmatch(rf"{snake}(_\d+)?", layer.name)
    return kind if named_by_keras else f"{layer.name} ({kind})"
