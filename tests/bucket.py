"""A bucket in the memory of a test's process, which answers as Amazon's does."""

from contextlib import contextmanager
from importlib import import_module

from django.core.files.storage import default_storage, storages

URL = "s3://key:secret@/partners?region=eu-central-1"
#: Nobody listens there.
AWAY = "s3+http://key:secret@127.0.0.1:1/partners"


@contextmanager
def in_memory(settings):
    """Uploads and made files are in a bucket, which is empty; yields it, as boto3 has it."""
    with import_module("moto").mock_aws():  # a second to import: only for those who need it
        use(settings, URL)
        bucket = default_storage.bucket
        bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield bucket


def use(settings, url):
    """Let uploads and made files be in the bucket of that address."""
    settings.BUCKET_KEY = url
    import_module("partners.values.buckets").Bucket.silent_until = 0  # of another one
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "partners.values.buckets.Uploads"},
        "made": {"BACKEND": "partners.values.buckets.Made"},
    }


def keys(bucket):
    """The names of all that is in it."""
    return {each.key for each in bucket.objects.all()}


@contextmanager
def counted():
    """The list of what the bucket is asked within: ["HeadObject", …]."""
    asked = []

    def note(model, **unused):
        asked.append(model.name)

    clients = [storage.connection.meta.client for storage in (default_storage, storages["made"])]
    for client in clients:
        client.meta.events.register("before-call.s3", note)
    yield asked
    for client in clients:
        client.meta.events.unregister("before-call.s3", note)
