"""The site's addresses: the public ones are the app's; staff work under /admin/."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path, re_path

from partners.views import pages
from partners.views.account import account
from partners.views.passwords import AskForLink

#: The pages of the password carry the name of the admin that they lead back to.
NAMED = {
    "extra_context": {
        "site_header": admin.site.site_header,
        "site_title": admin.site.site_title,
    }
}
PASSWORD_RESET = [
    path("", AskForLink.as_view(**NAMED), name="admin_password_reset"),
    path("sent/", auth.PasswordResetDoneView.as_view(**NAMED), name="password_reset_done"),
    path(
        "<uidb64>/<token>/",
        auth.PasswordResetConfirmView.as_view(**NAMED),
        name="password_reset_confirm",
    ),
    path(
        "done/",
        auth.PasswordResetCompleteView.as_view(**NAMED),
        name="password_reset_complete",
    ),
]

urlpatterns = [
    path("admin/password-reset/", include(PASSWORD_RESET)),
    path("admin/account/", account, name="account"),
    path("admin/", admin.site.urls),
    # Logos are few and small. A web server in front may serve this folder itself if it asks the
    # application for what is missing: the renditions are made there.
    re_path(r"^media/(?P<name>logos/[A-Za-z0-9_.]{1,100})$", pages.upload),
    re_path(r"^media/(?P<name>cards/[0-9a-f]{32}\.png)$", pages.upload),
    path("", include("partners.urls")),
]

handler400 = "partners.views.errors.bad_request"
handler403 = "partners.views.errors.permission_denied"
handler404 = "partners.views.errors.page_not_found"
handler500 = "partners.views.errors.server_error"
