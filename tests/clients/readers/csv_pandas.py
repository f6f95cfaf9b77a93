"""pandas, told nothing but where the table is."""

import pandas
from reading import tell


def read(path):
    rows = pandas.read_csv(path).replace({float("nan"): None})
    return {"events": rows.to_dict("records")}


tell(read)
