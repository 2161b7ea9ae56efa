"""The layers of a Keras model as a table."""

import math
import re

from seminar_gan.export.tables import table


def model_table(model, *, caption=None):
    """Return the `Table` of a Keras model's layers: name and type, output shape without the batch, parameters.

    model: Functional or Sequential, with known shapes. A model inside the model is one row: give it to `model_table`
    for its own layers. A name that Keras made up, such as dense_14, is left out, since it changes from run to run.
    Raises ValueError for a model whose shapes are not known, TypeError for anything else.
    """
    if not hasattr(model, "count_params"):
        raise TypeError(f"model_table takes a Keras model, not {type(model).__name__}")
    graph = getattr(model, "_functional", model)  # the graph inside a Sequential model
    if not hasattr(graph, "operations"):
        raise ValueError(
            f"the shapes inside this {type(model).__name__} are not known. Begin a Sequential model with keras.Input; "
            "of a model of your own class, give the networks that it is made of."
        )
    shapes = {}  # a layer that several models share has other nodes too: only those of this graph count
    for nodes in graph._nodes_by_depth.values():
        for node in nodes:
            texts = shapes.setdefault(node.operation.name, set())
            texts.update(_shape_text(tensor.shape) for tensor in node.output_tensors)
    rows = []
    for layer in graph.operations:
        parameters = layer.count_params() if hasattr(layer, "count_params") else 0  # an operation such as + has none
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
    made_up = re.fullmatch(rf"{snake}(_\d+)?", layer.name)
    return kind if made_up else f"{layer.name} ({kind})"
