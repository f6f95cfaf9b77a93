"""Where a record's statements come from, and what changed on its page."""

from partners.history import public_log
from partners.views.base import RootDetail


class RootHistory(RootDetail):
    """The sources of any root, and its public log; give `model` in the URLconf."""

    template_name = "partners/history.html"

    def get_context_data(self, **context):
        log = public_log(self.object, self.request.now)
        figures = getattr(self.object, "figures", None)
        return super().get_context_data(
            log=log, history_url=None, figures=figures.all() if figures else (), **context
        )
