"""What is the matter with figures: rows are looked at, and figures made of those that are told."""

from django.db.models import Q

from partners.care.attention import replies  # noqa: F401 — its rules come first
from partners.care.attention.rule import Rule
from partners.care.attention.scene import figure_of
from partners.models import Figure, Organisation


class OfFigures(Rule):
    """What `find` yields is made a Figure here, as far as it is told and not only counted."""

    def finding(self, name, row):
        figure = figure_of(row)
        organisation = Organisation(pk=figure.organisation_id, name=name)
        return super().finding(organisation, self.says(figure), figure, "figures-group")

    def says(self, figure):
        """What is the matter with it (str)."""
        raise NotImplementedError


class FigureWithoutDate(OfFigures):
    title = "Figures without a date"
    why = "A number that nobody can date is one that nobody can check."

    def find(self, scene):
        for _, _, *figure in scene.figures(Q(as_of="")):
            yield figure

    def says(self, figure):
        return f"{figure}: as of when?"


class FigureTooOld(OfFigures):
    title = "Figures that have grown old"
    why = "The number has probably changed; ask for the current one, or verify that it holds."

    def find(self, scene):
        for as_of, days, *figure in scene.figures(~Q(as_of="")):
            if as_of.latest + Figure.holds_for(days) < scene.today:
                yield figure

    def says(self, figure):
        return f"{figure}, as of {figure.as_of.display()}"
