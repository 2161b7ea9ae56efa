"""Every link of every page and text resolves: in JupyterLab, on GitHub, and from the working copies in my/."""

import itertools
import json
import posixpath
import re
import subprocess
from urllib.parse import unquote, urlsplit

import pytest
from conftest import ROOT
from markdown_it import MarkdownIt

from seminar_gan.commands import address

if not (ROOT / ".git").exists():
    pytest.skip("git is asked which files belong to the repository", allow_module_level=True)
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
TEXTS = [name for name in TRACKED if name.endswith((".md", ".ipynb")) and (ROOT / name).is_file()]
HOME = address.home(ROOT)
COLAB = "https://colab.research.google.com/github/" + HOME.removeprefix("https://github.com/")


def markdown_of(name):
    """The Markdown of a text, or of a notebook's cells."""
    text = (ROOT / name).read_text(encoding="utf-8")
    if name.endswith(".md"):
        return text
    return "\n\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown")


def tokens_of(markdown):
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        yield from [token, *(token.children or [])]


def links_of(markdown):
    """The targets of links and pictures, in Markdown and in HTML, and the addresses that stand in the text."""
    for token in tokens_of(markdown):
        if token.type in ("link_open", "image"):
            yield token.attrs.get("href") or token.attrs.get("src")
        elif token.type in ("html_inline", "html_block"):
            yield from re.findall(r'(?:href|src)="([^"]*)"', token.content)
        elif token.type == "text":
            yield from re.findall(r"https?://[^\s<>)\]]+[^\s<>)\].,;:]", token.content)


def anchors_of(name):
    """What a heading is called in a link: on GitHub for a text, in JupyterLab and on GitHub for a notebook."""
    tokens = list(tokens_of(markdown_of(name)))
    headings = [after.content for token, after in itertools.pairwise(tokens) if token.type == "heading_open"]
    plain = [re.sub(r"[`*]", "", heading) for heading in headings]
    if name.endswith(".ipynb"):
        return {heading.replace(" ", "-") for heading in plain}
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def fault_of(name, link):
    """What is wrong with a link in the file `name`, or an empty text."""
    for home in (f"{HOME}/blob/main/", f"{HOME}/tree/main/", f"{COLAB}/blob/main/"):
        if link.startswith(home):
            return "" if (ROOT / link.removeprefix(home)).exists() else "is not in the repository"
    parts = urlsplit(link)
    if parts.scheme:
        well_formed = parts.scheme in ("http", "https") and re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?", parts.netloc)
        return "" if well_formed else "is not an address"
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path))) if parts.path else name
    if path.startswith(("../", "/")):
        return "leads out of the repository"
    if not any(tracked == path or tracked.startswith(f"{path}/") for tracked in TRACKED):
        return "is not in the repository"
    if parts.fragment and unquote(parts.fragment) not in anchors_of(path):
        return f"names no heading of {path}"
    if name.startswith("notebooks/") and path.startswith("notebooks/") and not re.search(r"/\d\d_\w+\.ipynb$", path):
        return "does not resolve in my/, where only the pages are copied to"
    return ""


def test_there_are_pages_and_texts():
    assert {"README.md", "CONTRIBUTING.md", "data/README.md", "notebooks/00_start_here.ipynb"} <= set(TEXTS)
    assert sum(len(list(links_of(markdown_of(name)))) for name in TEXTS) > 80


@pytest.mark.parametrize("name", TEXTS)
def test_every_link_resolves(name):
    faults = [f"{link}: {fault_of(name, link)}" for link in links_of(markdown_of(name)) if fault_of(name, link)]
    assert faults == []


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("01_simple_autoencoder.ipynb", ""),
        ("../data/README.md", ""),
        ("../data", ""),
        ("../references.bib", ""),
        (f"{HOME}/blob/main/LICENSE", ""),
        (f"{HOME}/issues", ""),
        ("https://doi.org/10.1000/1", ""),
        ("#The-pages", ""),
        ("../README.md#ten-lines", ""),
        ("../README.md#Ten-lines", "names no heading of README.md"),
        ("#the-pages", "names no heading of notebooks/00_start_here.ipynb"),
        ("data/README.md", "is not in the repository"),
        ("../build/quick", "is not in the repository"),
        ("../../elsewhere.md", "leads out of the repository"),
        ("/data/README.md", "leads out of the repository"),
        ("pictures/smile.png", "does not resolve in my/, where only the pages are copied to"),
        (f"{HOME}/blob/main/LICENCE", "is not in the repository"),
        (f"{COLAB}/blob/main/notebooks/99.ipynb", "is not in the repository"),
        ("htps://doi.org", "is not an address"),
        ("https://doi", "is not an address"),
        ("mailto:x@y.example", "is not an address"),
    ],
)
def test_faults_are_found(link, fault):
    assert fault_of("notebooks/00_start_here.ipynb", link) == fault


def test_links_are_found_wherever_they_stand():
    text = '[a](one.md "title") ![b](two.png)\n\n| t |\n|---|\n| [c](three.md) |\n\n<a href="four.md">d</a>'
    text += "\n\n`[no](five.md)` See https://six.example/a_b. [e][ref]\n\n[ref]: seven.md\n\n```\n[no](eight.md)\n```"
    assert list(links_of(text)) == ["one.md", "two.png", "three.md", "four.md", "https://six.example/a_b", "seven.md"]
