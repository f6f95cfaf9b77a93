"""The app, and the admin site it brings."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from partners.values import sorting


class AdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "partners.admin_site.PartnersAdminSite"


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = "Partners"
    default = True

    def ready(self):
        from partners.accounts import groups  # noqa: PLC0415 — models can be imported only now
        from partners.models import stamps, trigrams  # noqa: PLC0415 — models can be imported only now
        from partners.rows import bookkeeping, freshness  # noqa: PLC0415 — models can be imported only now

        connection_created.connect(sorting.register)
        bookkeeping.connect()
        pre_migrate.connect(freshness.install, sender=self)  # what migrations write is noted, too
        post_migrate.connect(groups.fill, sender=self)
        post_migrate.connect(stamps.install, sender=self)  # before the token that vouches for them
        post_migrate.connect(freshness.install, sender=self)
        post_migrate.connect(trigrams.install, sender=self)
        post_migrate.connect(bookkeeping.repair_after_migration, sender=self)
