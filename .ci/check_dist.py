"""Check that wheel and sdist hold what they should, and nothing else: check_dist.py DIRECTORY."""

import sys
import tarfile
import zipfile
from pathlib import Path

NEEDED = ["pandas_mi/__init__.py", "pandas_mi/py.typed", "pandas_mi/data/penguins.csv"]
TOP_OF_SDIST = {
    ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "PKG-INFO", "README.md",
    "conftest.py", "docs", "pandas_mi", "pyproject.toml", "tests",
}  # fmt: skip
UNWANTED = ("__pycache__", ".pyc", "_build", "docs/generated", ".hypothesis", ".DS_Store")


def main(directory: Path) -> None:
    """Look at the one wheel and the one sdist of a directory."""
    (wheel,), (sdist,) = directory.glob("*.whl"), directory.glob("*.tar.gz")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    info = next(top for top in tops if top.endswith(".dist-info"))
    require(tops == {"pandas_mi", info}, f"the wheel holds {sorted(tops)}")
    require(set(NEEDED) <= set(names), f"the wheel misses {set(NEEDED) - set(names)}")
    require(f"{info}/licenses/LICENSE" in names, "the wheel misses its licence")
    require(not unwanted(names), f"the wheel holds {unwanted(names)}")

    with tarfile.open(sdist) as archive:
        inside = [name.partition("/")[2] for name in archive.getnames()]
    tops = {name.split("/")[0] for name in inside if name}
    require(tops == TOP_OF_SDIST, f"the sdist differs in {sorted(tops ^ TOP_OF_SDIST)}")
    require(set(NEEDED) <= set(inside), "the sdist misses parts of the package")
    require(not unwanted(inside), f"the sdist holds {unwanted(inside)}")
    print(f"{wheel.name}: {len(names)} files; {sdist.name}: {len(inside)} files")


def unwanted(names: list[str]) -> list[str]:
    """Return the names that nobody should get."""
    return [name for name in names if any(part in name for part in UNWANTED)]


def require(holds: bool, complaint: str) -> None:
    """Stop with a complaint unless something holds."""
    if not holds:
        sys.exit(complaint)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
