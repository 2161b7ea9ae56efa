"""What to do about images and labels that came in another form, for the errors of whatever part is given them."""

import numpy as np

__all__ = ["CHANNELS_LAST", "CLASS_OF_ONE_HOT", "unlabelled"]

CHANNELS_LAST = "np.moveaxis({images}, 1, -1)"
CLASS_OF_ONE_HOT = "np.argmax({labels}, axis=1)"


def __dir__():
    return __all__


def unlabelled(labels, name="labels"):
    """Say how many labels are negative, and what to do about them.

    Args:
        labels: integers (n,), some of them negative.
        name: what the reader calls them.

    Returns:
        str.

    Example:
        >>> unlabelled(np.array([0, -1, 2]))[:59]
        '1 of 3 labels are -1, which usually means unlabelled: leave'
    """
    negative, least = labels[labels < 0], int(np.min(labels))
    what = f"{least}" if np.all(negative == least) else f"below 0, the least is {least}"
    cure = "leave these images out, x[y >= 0] and y[y >= 0]"
    if negative.size == labels.size:
        cure = "train on the images alone, without labels"
    return (
        f"{negative.size:,} of {labels.size:,} {name} are {what}, which usually means unlabelled: {cure}; "
        f"if {least} is a class, rename it, for example y + {-least}"
    )
