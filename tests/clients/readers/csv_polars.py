"""polars, told nothing but where the table is."""

import polars
from reading import tell


def read(path):
    return {"events": polars.read_csv(path, infer_schema_length=None).to_dicts()}


tell(read)
