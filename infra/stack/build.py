"""The functions as deployable zips: built natively, in one go, with the profile and the artefacts of the tests."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import zipfile
from pathlib import Path

from .paths import ROOT, STATE, functions
from .console import Stop, step

ARTIFACTS = STATE / "artifacts"


def architecture():
    """This machine's, in the template's words."""
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


def package():
    """Builds what changed and returns the zip of every function."""
    given = os.environ.get("OMS_BOOTSTRAPS")
    bootstraps = _given(Path(given)) if given else _cargo_build()
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    with step("Packing the functions") as packing:
        zips = {name: _zip(name, binary) for name, binary in bootstraps.items()}
        packing.detail = f"{sum(path.stat().st_size for path in zips.values()) / 1e6:.0f} MB"
    return zips


def _given(folder):
    found = {name: folder / name / "bootstrap" for name in functions()}
    missing = [name for name, path in found.items() if not path.is_file()]
    if missing:
        raise Stop(f"OMS_BOOTSTRAPS={folder} has no bootstrap for {', '.join(missing)}.")
    return found


def _cargo_build():
    if shutil.which("cargo") is None:
        raise Stop("cargo was not found. Install Rust from https://rustup.rs and open a new shell.")
    names = functions()
    packages = [argument for name in names for argument in ("-p", name)]
    with step("Building the functions (the first time takes minutes)"):
        if subprocess.run(["cargo", "build", "--locked", *packages], cwd=ROOT).returncode != 0:
            raise Stop("the functions do not build; cargo says why above.")
    told = subprocess.run(
        ["cargo", "metadata", "--format-version=1", "--no-deps", "--offline"], cwd=ROOT, capture_output=True, text=True
    )
    if told.returncode != 0:
        raise Stop(f"cargo metadata failed: {told.stderr.strip()}")
    target = Path(json.loads(told.stdout)["target_directory"])
    return {name: target / "debug" / name for name in names}


def _zip(name, binary):
    """The zip for this very binary. Named by its content, so that an unchanged function is not deployed again."""
    known = ARTIFACTS / f"{name}.seen"
    status = binary.stat()
    seen = f"{binary} {status.st_size} {status.st_mtime_ns}"
    if known.is_file():
        before, zipped = known.read_text().split("\n")
        if before == seen and Path(zipped).is_file():
            return Path(zipped)

    stripped = ARTIFACTS / f"{name}.bootstrap"
    if os.environ.get("OMS_BOOTSTRAPS") or not _strip(binary, stripped):
        shutil.copyfile(binary, stripped)
    content = stripped.read_bytes()
    stripped.unlink()
    for old in ARTIFACTS.glob(f"{name}-*.zip"):
        old.unlink()
    zipped = ARTIFACTS / f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.zip"
    entry = zipfile.ZipInfo("bootstrap", date_time=(2020, 1, 1, 0, 0, 0))
    entry.external_attr = 0o755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr(entry, content, compresslevel=1)
    known.write_text(f"{seen}\n{zipped}")
    return zipped


def _strip(binary, into):
    """Leaves the debug information behind, which is most of an unoptimised binary. False where there is no `strip`."""
    try:
        return subprocess.run(["strip", "-S", "-o", str(into), str(binary)], capture_output=True).returncode == 0
    except OSError:
        return False
