"""Makes the Python SDK whole: `leadledger_sdk/rest` out of docs/openapi.json, beside what is written by hand.

`--check` does so in a temporary folder, and fails where the generator warns, an operation is missing, or the part
written by hand does not fit the part that is generated.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SDK = ROOT / "sdk" / "python"
DOCUMENT = ROOT / "docs" / "openapi.json"
PACKAGE, GENERATED = "leadledger_sdk", "rest"
TYPES = """[mypy]
strict = True
[mypy-leadledger_sdk.rest.*]
ignore_errors = True
"""


class SdkBroken(Exception):
    """The SDK cannot be made of the document as it is."""


def main(arguments: Sequence[str]) -> int:
    """Generate into the package, or with --check only try; the exit status is 0 when the SDK is whole."""
    try:
        if "--check" not in arguments:
            generate(SDK / PACKAGE / GENERATED)
            print(f"written: {(SDK / PACKAGE / GENERATED).relative_to(ROOT)}; install it with `pip install sdk/python`")
            return 0
        with tempfile.TemporaryDirectory(prefix="leadledger-sdk-") as folder:
            check_types(build(Path(folder)))
    except SdkBroken as broken:
        print(f"sdk/python: {broken}", file=sys.stderr)
        return 1
    return 0


def build(folder: Path) -> Path:
    """The whole package inside this folder, which can then be put on a path to import from.

    Raises:
        SdkBroken: the document says something the generator cannot make code of.
    """
    shutil.copytree(SDK / PACKAGE, folder / PACKAGE, ignore=shutil.ignore_patterns(GENERATED, "__pycache__"))
    generate(folder / PACKAGE / GENERATED)
    return folder


def generate(target: Path) -> None:
    """The generated part, in place of what was there.

    Raises:
        SdkBroken: the generator warns, or an operation of the document is not in what it wrote.
    """
    command = [str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--meta", "none"]
    told = ["--path", str(DOCUMENT), "--config", str(SDK / "generator.yml"), "--output-path", str(target)]
    more = ["--custom-template-path", str(SDK / "templates"), "--overwrite", "--fail-on-warning"]
    ended = subprocess.run([*command, *told, *more], capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SdkBroken(f"the generator refuses docs/openapi.json:\n{ended.stdout}{ended.stderr}")
    missing = operation_ids() - {path.stem for path in target.glob("api/*/*.py")}
    if missing:
        raise SdkBroken(f"operations are missing in what was generated: {', '.join(sorted(missing))}")


def operation_ids() -> set[str]:
    """Every operation of the document."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return {operation["operationId"] for path in document["paths"].values() for operation in path.values()}


def check_types(folder: Path) -> None:
    """Hold what is written by hand against what is generated.

    Raises:
        SdkBroken: types do not fit.
    """
    (folder / "mypy.ini").write_text(TYPES, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--cache-dir", str(folder / "cache"), PACKAGE]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SdkBroken(ended.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
