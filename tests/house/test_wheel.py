"""What is installed elsewhere has everything that lies beside the code: pages, migrations, models, words."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.source import PACKAGES, ROOT, tracked


@pytest.mark.slow
def test_the_wheel_carries_every_file_of_the_packages(tmp_path: Path) -> None:
    ours = [file for file in tracked() if file.relative_to(ROOT).parts[0] in PACKAGES]
    handed = [file for file in (ROOT / "manifests").rglob("*") if file.is_file()]
    source = tmp_path / "source"
    for file in [*ours, *handed, *(ROOT / name for name in ("pyproject.toml", "README.md", "LICENSE"))]:
        copy = source / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
        ".",
    ]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    assert len(ours) > 500
    assert [name for file in ours if (name := file.relative_to(ROOT).as_posix()) not in carried] == []
    beside = {name.partition("/share/deskhand/")[2] for name in carried}
    assert [name for file in handed if (name := file.relative_to(ROOT).as_posix()) not in beside] == []
