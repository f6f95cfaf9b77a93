"""What is done after the answer: the framework of tasks, from the package that brings it here.

A function under `@task` is queued by its `enqueue`, in the transaction of the caller, and done by
`manage.py work`. Its arguments lie in a table: numbers, texts and lists of them, and never a
secret. It may be cut short anywhere, and is not begun again: it does all or nothing.
"""

import django

if django.VERSION < (6,):
    from django_tasks import task
else:
    from django.tasks import task

__all__ = ["task"]
