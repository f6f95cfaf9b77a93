"""rdflib: the file as a graph, asked in SPARQL, without a network."""

import rdflib
from reading import tell, text

ASKED = """
PREFIX s: <http://schema.org/>
SELECT ?name ?startDate ?eventStatus ?eventAttendanceMode ?place ?url ?organizer {
  ?event a s:Event ; s:name ?name ; s:eventStatus ?eventStatus ; s:url ?url .
  ?event s:organizer [ s:name ?organizer ] .
  OPTIONAL { ?event s:startDate ?startDate }
  OPTIONAL { ?event s:eventAttendanceMode ?eventAttendanceMode }
  OPTIONAL { ?event s:location [ s:name ?place ] }
}
"""


def read(path):
    graph = rdflib.Graph().parse(path, format="json-ld")
    return {"events": [event(row.asdict()) for row in graph.query(ASKED)]}


def event(row):
    said = {
        name: text(row.get(name)) for name in ("name", "startDate", "place", "url", "organizer")
    }
    for name in ("eventStatus", "eventAttendanceMode"):
        said[name] = name in row and str(row[name]).rpartition("/")[2]
    return said


tell(read)
