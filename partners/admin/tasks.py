"""What is queued, and what became of it: for operators to read."""

from django.contrib import admin
from django_tasks_db.admin import DBTaskResultAdmin
from django_tasks_db.models import DBTaskResult

from partners.admin.base import ReadOnly, SafeLookups

admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class TaskAdmin(ReadOnly, SafeLookups, DBTaskResultAdmin):
    """The library's, that answers to our own addresses alone."""

    list_display = ["task_name", "status", "enqueued_at", "started_at", "finished_at"]
    list_filter = ["status"]
