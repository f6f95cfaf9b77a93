"""Where a record's statements come from, and what changed on its page."""

from partners.rows.differences import for_readers
from partners.rows.history import public_log
from partners.views.base import RootDetail


class RootHistory(RootDetail):
    """The sources of any root, and its public log; give `model` in the URLconf."""

    template_name = "partners/history.html"

    def get_context_data(self, **context):
        figures = getattr(self.object, "figures", None)
        return super().get_context_data(
            log=list(self._told()),
            history_url=None,
            figures=figures.all() if figures else (),
            **context,
        )

    def _told(self):
        """(since when, what changed) of each change that readers are told of, the latest first."""
        *changed, first = public_log(self.object, self.request.now)
        for entry in changed:
            if news := for_readers(entry.changes):
                yield entry.at, news
        yield first.at, ["Published"]
