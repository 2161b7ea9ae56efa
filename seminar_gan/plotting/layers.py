"""What a Keras network is made of, in the words of papers: the steps that `architecture` draws.

No function imports Keras: layers are told by the names of their classes.
"""

import re
from collections import Counter
from dataclasses import dataclass

__all__ = []

WEIGHTS = {
    "Dense": "dense",
    "Conv1D": "conv",
    "Conv2D": "conv",
    "Conv3D": "conv",
    "Conv2DTranspose": "transposed conv",
    "SeparableConv2D": "separable conv",
    "DepthwiseConv2D": "depthwise conv",
    "Embedding": "embedding",
}
JOINS = {"Concatenate": "concatenate", "Add": "add", "Multiply": "multiply", "Dot": "dot product", "Average": "mean"}
BEFORE = {"Flatten": "flatten", "Rescaling": "rescale"}  # written with the step that follows
AFTER = {  # written with the step that they follow
    "BatchNormalization": "batch norm",
    "LayerNormalization": "layer norm",
    "GroupNormalization": "group norm",
    "Dropout": "dropout",
    "SpatialDropout2D": "dropout",
    "GaussianNoise": "noise",
    "Activation": "",
    "ReLU": "ReLU",
    "LeakyReLU": "leaky ReLU",
    "PReLU": "PReLU",
    "ELU": "ELU",
    "Softmax": "softmax",
    "Reshape": "reshape",
    "MaxPooling2D": "max pool",
    "AveragePooling2D": "average pool",
    "GlobalMaxPooling1D": "maximum",
    "GlobalMaxPooling2D": "global max pool",
    "GlobalAveragePooling2D": "global average pool",
}
OTHERS = {"CategoryEncoding": "one-hot", "UpSampling2D": "up", "ZeroPadding2D": "zero padding", "Cropping2D": "crop"}
WORDS = WEIGHTS | JOINS | BEFORE | AFTER | OTHERS
ACTIVATIONS = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU", "gelu": "GELU", "selu": "SELU", "silu": "SiLU"}


@dataclass(eq=False)
class Step:
    """What happens between two tensors that are drawn.

    Args:
        words: what is done, in order; empty for an input.
        sources: the steps whose outputs it takes.
        shape: of its output, without the batch.
        name: that the author gave to the output, or None.
        kind: "input", "weights", "join", "before", "after", "other" or "unknown".
        is_output: whether the network returns it.
    """

    words: list
    sources: list
    shape: tuple
    name: str | None
    kind: str
    is_output: bool = False


def graph_of(model, function):
    """Return the graph of a Functional or Sequential model; `function` is named in what refuses anything else."""
    if not hasattr(model, "count_params"):
        raise TypeError(f"{function} takes a Keras model, not {type(model).__name__}")
    graph = getattr(model, "_functional", model)  # the graph inside a Sequential model
    if not hasattr(graph, "operations"):
        raise ValueError(
            f"the shapes inside this {type(model).__name__} are not known. Begin a Sequential model with keras.Input; "
            "of a model of your own class, give the networks inside it."
        )
    return graph


def own_name(layer):
    """Return the name that the author gave to a layer; None for one that Keras made up, such as dense_14."""
    kind = type(layer).__name__
    snake = re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)).lower()
    return None if re.fullmatch(rf"({snake}|keras_tensor)(_\d+)?", layer.name) else layer.name


def size_text(shape):
    """Return a shape without the batch as text: 28 × 28 × 1."""
    return " × ".join("any" if size is None else str(size) for size in shape) or "1"


def steps_of(model, function):
    """Return the `Step`s of a model, each after its sources. A model inside the model is drawn step by step."""
    graph = graph_of(model, function)
    made, found = {}, []
    _walk(graph, made, found)
    outputs = list(dict.fromkeys(made[id(tensor)] for tensor in graph.outputs))
    for step in outputs:
        step.is_output = True
    became = _merge(found, outputs)
    return _in_order([became.get(step, step) for step in outputs])


def _walk(graph, made, found):
    """Append the steps of a graph to `found`; `made` maps the ids of tensors to steps, and has those of its inputs."""
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        for node in graph._nodes_by_depth[depth]:
            layer, kind = node.operation, type(node.operation).__name__
            sources = [made[id(tensor)] for tensor in node.input_tensors]
            inner = getattr(layer, "_functional", layer)
            if hasattr(inner, "_nodes_by_depth") and sources:
                inside = {id(tensor): step for tensor, step in zip(inner.inputs, sources, strict=True)}
                _walk(inner, inside, found)
                made |= {
                    id(tensor): inside[id(within)]
                    for tensor, within in zip(node.output_tensors, inner.outputs, strict=True)
                }
            elif not all(id(tensor) in made for tensor in node.output_tensors):  # an inner input is there already
                words = [_words(layer)] if sources else []
                shape = tuple(node.output_tensors[0].shape[1:])
                step = Step(words, sources, shape, own_name(layer), _kind(kind, sources))
                found.append(step)
                made |= {id(tensor): step for tensor in node.output_tensors}


def _kind(name, sources):
    if not sources:
        return "input"
    groups = {"weights": WEIGHTS, "join": JOINS, "before": BEFORE, "after": AFTER, "other": OTHERS}
    return next((kind for kind, group in groups.items() if name in group), "unknown")


def _merge(found, outputs):
    """Write what belongs together as one step, as papers do: dense, batch norm, ReLU. Return {step: what it is in}."""
    uses = Counter(source for step in found for source in step.sources) + Counter(outputs)
    became = {}
    for step in found:
        step.sources = [became.get(source, source) for source in step.sources]
        (first,) = step.sources if len(step.sources) == 1 else (None,)
        if first is not None and first.kind == "input" and step.kind == "after" and step.shape == first.shape:
            step.kind = "before"
        if first is None or uses[first] > 1:
            continue
        if step.words == ["one-hot"] and first.kind == "input":
            first.name, first.shape = f"{first.name or 'labels'}, one-hot", step.shape
            uses[first], became[step] = uses[step], first
        elif step.kind == "after" and first.kind not in ("input", "unknown", "other"):
            first.words, first.shape, first.name = first.words + step.words, step.shape, step.name
            first.is_output, uses[first], became[step] = step.is_output, uses[step], first
        elif first.kind == "before" and step.kind in ("weights", "before"):
            step.words, step.sources = first.words + step.words, first.sources
    return became


def _in_order(outputs):
    """Return the steps that lead to the outputs, each after its sources, and a branch in one piece."""
    ordered, stack = {}, [(step, False) for step in reversed(outputs)]
    while stack:
        step, is_ready = stack.pop()
        if step in ordered:
            continue
        if is_ready:
            ordered[step] = None
        else:
            stack += [(step, True), *((source, False) for source in reversed(step.sources))]
    return list(ordered)


def _words(layer):
    kind = type(layer).__name__
    words = [WORDS.get(kind, kind)]
    sizes = getattr(layer, "kernel_size", None) if kind in WEIGHTS else getattr(layer, "pool_size", None)
    sizes = layer.size if kind == "UpSampling2D" else sizes
    if sizes:
        words[0] += f" {_sizes(sizes, square=kind not in WEIGHTS)}"
    if kind in WEIGHTS and sizes and set(layer.strides) != {1}:
        words.append(f"stride {_sizes(layer.strides, square=True)}")
    if kind in WEIGHTS and sizes and layer.padding == "valid" and set(sizes) != {1}:
        words.append("no padding")
    if "Dropout" in kind and kind in AFTER:
        words[0] += f" {layer.rate:g}"
    if kind == "Activation" or kind in WEIGHTS:
        words += _activation(getattr(layer, "activation", None))
    return ", ".join(filter(None, words))


def _sizes(sizes, square):
    return str(sizes[0]) if square and len(set(sizes)) == 1 else " × ".join(map(str, sizes))


def _activation(function):
    if function is None:
        return []
    name = getattr(function, "__name__", type(function).__name__)
    return [] if name == "linear" else [ACTIVATIONS.get(name, AFTER.get(name, name.replace("_", " ")))]
