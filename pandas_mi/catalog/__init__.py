"""Projects and datasets in a local directory: published whole, versioned, restored exactly."""

from __future__ import annotations

from pandas_mi.catalog.store import Catalog
from pandas_mi.catalog.versions import DataFile, Version

__all__ = ["Catalog", "DataFile", "Version"]
