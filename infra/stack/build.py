"""Builds the functions for this machine and packs each into a zip.

Uses cargo's dev profile, so that the build shares its artifacts with the tests.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import zipfile
from pathlib import Path

from .console import CommandError, Step
from .paths import ARTIFACTS, ROOT
from .template import function_names


def architecture():
    """This machine's processor, as a value of the template parameter Architecture."""
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


def package():
    """Builds and packs what has changed, and returns the path of every function's zip by function name."""
    prebuilt = os.environ.get("OMS_BOOTSTRAPS")
    binaries = _prebuilt(Path(prebuilt)) if prebuilt else _cargo_build()
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    with Step("Packing the functions") as step:
        zips = {name: _zip(name, binary, strip=not prebuilt) for name, binary in binaries.items()}
        step.detail = f"{sum(path.stat().st_size for path in zips.values()) / 1e6:.0f} MB"
    return zips


def _prebuilt(folder):
    binaries = {name: folder / name / "bootstrap" for name in function_names()}
    missing = [name for name, path in binaries.items() if not path.is_file()]
    if missing:
        raise CommandError(f"OMS_BOOTSTRAPS={folder} has no bootstrap for {', '.join(missing)}.")
    return binaries


def _cargo_build():
    if shutil.which("cargo") is None:
        raise CommandError("cargo was not found. Install Rust from https://rustup.rs and open a new shell.")
    names = function_names()
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version=1", "--no-deps", "--offline"], cwd=ROOT, capture_output=True, text=True
    )
    if metadata.returncode != 0:
        raise CommandError(f"cargo metadata failed: {metadata.stderr.strip()}")
    metadata = json.loads(metadata.stdout)
    packages = [argument for name in names for argument in ("-p", _package_of(name, metadata))]
    with Step("Building the functions (the first build takes minutes)"):
        if subprocess.run(["cargo", "build", "--locked", *packages], cwd=ROOT).returncode != 0:
            raise CommandError("the build of the functions failed; cargo's errors are above.")
    target = Path(metadata["target_directory"])
    return {name: target / "debug" / name for name in names}


def _package_of(binary, metadata):
    """The name of the package of a binary. It differs where a crate in `shared` has the binary's name."""
    for package in metadata["packages"]:
        if any(target["name"] == binary and "bin" in target["kind"] for target in package["targets"]):
            return package["name"]
    raise CommandError(f"no package has a binary {binary}.")


def _zip(name, binary, strip):
    """The zip of a binary.

    Its file name contains a hash of the content, so that an unchanged function is not deployed again. The `.seen` file
    records which binary (path, size, time) the zip was made from, so that an unchanged binary is not packed again.
    """
    record = ARTIFACTS / f"{name}.seen"
    status = binary.stat()
    source = f"{binary} {status.st_size} {status.st_mtime_ns}"
    if record.is_file():
        recorded_source, recorded_zip = record.read_text().split("\n")
        if recorded_source == source and Path(recorded_zip).is_file():
            return Path(recorded_zip)

    bootstrap = ARTIFACTS / f"{name}.bootstrap"
    if not strip or not _strip(binary, bootstrap):
        shutil.copyfile(binary, bootstrap)
    content = bootstrap.read_bytes()
    bootstrap.unlink()
    for old in ARTIFACTS.glob(f"{name}-*.zip"):
        old.unlink()
    path = ARTIFACTS / f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.zip"
    entry = zipfile.ZipInfo("bootstrap", date_time=(2020, 1, 1, 0, 0, 0))
    entry.external_attr = 0o755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, content, compresslevel=1)
    record.write_text(f"{source}\n{path}")
    return path


def _strip(binary, target):
    """Copies a binary without its debug information, which is most of its size. False when `strip` is missing."""
    try:
        return subprocess.run(["strip", "-S", "-o", str(target), str(binary)], capture_output=True).returncode == 0
    except OSError:
        return False
