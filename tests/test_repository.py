"""Large files: each one, and each one that replaces another, stands with its reason in data/README.md.

Every version of a large file stays in the history for good, and everybody who clones it pays for it.
"""

import hashlib
import re
import shutil
import subprocess

import pytest
from conftest import ROOT

LARGE = 1_000_000  # bytes
BUDGET = 25_000_000  # bytes, of all of data/
README = (ROOT / "data" / "README.md").read_text(encoding="utf-8")


def unexplained(files, readme):
    """What is wrong with the large files of a repository, one sentence each.

    Args:
        files: {path: bytes}, the tracked files.
        readme: text of data/README.md; its section "Large files" has a row `| date | path | SHA-256 | why |` for each
            version of each large file, the newest last.
    """
    section = readme.partition("\n## Large files\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d{4}-\d\d-\d\d) \| `(.+?)` \| `([0-9a-f]{64})` \| (\S.*?) \|$", section, flags=re.M)
    newest = {path: sha256 for _, path, sha256, _ in rows}
    sentences = []
    for path, payload in files.items():
        sha256 = hashlib.sha256(payload).hexdigest()
        if len(payload) <= LARGE or newest.get(path) == sha256:
            continue
        found = "was replaced" if path in newest else "is new"
        sentences.append(
            f"{path} {found}, has {len(payload):,} bytes and no note. Make it smaller, or add to the section "
            f'"Large files" of data/README.md: | YYYY-MM-DD | `{path}` | `{sha256}` | why it is worth its size |'
        )
    return sentences


def test_every_large_file_has_a_note():
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = [ROOT / name for name in names.split("\0") if name]
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths if path.is_file()}
    assert not unexplained(files, README), "\n".join(unexplained(files, README))


def test_the_data_keep_to_their_budget():
    sizes = {path: path.stat().st_size for path in (ROOT / "data").rglob("*") if path.is_file()}
    total = sum(sizes.values())
    assert total < BUDGET, f"data/ has {total:,} bytes, of at most {BUDGET:,}; the largest: {max(sizes, key=sizes.get)}"
    for readme in (README, (ROOT / "README.md").read_text(encoding="utf-8")):
        assert f"{total / 1e6:.1f} MB" in readme


def note(path, payload, date="2026-11-27", why="it had to be"):
    return f"| {date} | `{path}` | `{hashlib.sha256(payload).hexdigest()}` | {why} |\n"


BIG, BIGGER, SMALL = b"a" * (LARGE + 1), b"b" * (LARGE + 2), b"c" * LARGE
HEAD = "# Data\n\n## Large files\n\n| since | file | SHA-256 | why |\n|---|---|---|---|\n"


def test_what_is_small_or_noted_passes():
    files = {"data/a.npz": BIG, "notebooks/b.ipynb": SMALL, "README.md": b""}
    assert unexplained(files, HEAD + note("data/a.npz", BIG) + "\n## Next\n") == []
    assert unexplained(files, HEAD + note("data/a.npz", BIGGER) + note("data/a.npz", BIG)) == []


@pytest.mark.parametrize(
    ("files", "rows", "sentence"),
    [
        ({"data/a.npz": BIGGER}, note("data/a.npz", BIG), "data/a.npz was replaced, has 1,000,002 bytes and no note"),
        ({"docs/ä b.mp4": BIG}, "", "docs/ä b.mp4 is new, has 1,000,001 bytes and no note"),
        ({"data/b.npz": BIG}, note("data/a.npz", BIG), "data/b.npz is new"),  # moved
        ({"data/a.npz": BIG}, note("data/a.npz", BIG) + note("data/a.npz", BIGGER), "a.npz was replaced"),  # put back
        ({"data/a.npz": BIG}, note("data/a.npz", BIG, why=" "), "data/a.npz is new"),
        ({"data/a.npz": BIG}, note("data/a.npz", BIG, date="yesterday"), "data/a.npz is new"),
        ({"data/a.npz": BIG}, "\n## Other\n" + note("data/a.npz", BIG), "data/a.npz is new"),
    ],
)
def test_what_is_not_noted_is_said(files, rows, sentence):
    (said,) = unexplained(files, HEAD + rows)
    assert sentence in said


def test_a_replaced_file_of_this_repository_would_be_said():
    path = ROOT / "data" / "mnist.npz"
    (said,) = unexplained({"data/mnist.npz": path.read_bytes() + b" "}, README)
    assert said.startswith("data/mnist.npz was replaced, has 11,266,755 bytes")
