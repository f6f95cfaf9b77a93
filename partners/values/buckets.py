"""Uploads and made files in an S3-compatible bucket that all servers share: STORAGE_URL.

Nothing in it is public by itself: no object has an ACL, and readers get uploads from the site,
under the addresses that they have in a folder as well. Imported only where there is a bucket.
"""

import shutil
import tempfile
import time
from contextlib import ExitStack, contextmanager
from urllib.parse import parse_qs, unquote, urlsplit

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from partners.values.renditions import WithRenditions

#: As much of a file (bytes) is held in memory; the rest is on the disk meanwhile.
MOST_IN_MEMORY = 2_000_000
#: For how long (seconds) a process does not ask a bucket that did not answer.
SILENCE = 30
CLIENT = Config(
    connect_timeout=2,  # seconds: a request waits for it
    read_timeout=3,
    retries={"total_max_attempts": 2},
    # Else botocore adds checksums that only Amazon's own and the newest of the others know.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
#: One part after the other: ten at once would hold ten parts in memory.
ONE_BY_ONE = TransferConfig(use_threads=False)


def place(url):
    """What S3Storage wants to know of the bucket of that address (dict); see `.env.example`."""
    parts = urlsplit(url)
    scheme = "http" if parts.scheme == "s3+http" else "https"
    host = parts.netloc.rpartition("@")[2]
    return {
        "bucket_name": parts.path.strip("/"),
        "endpoint_url": f"{scheme}://{host}" if host else None,
        "region_name": parse_qs(parts.query).get("region", [None])[0],
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
    }


@contextmanager
def as_os_errors(name=""):
    """What a bucket answers is told as a folder tells it, for nobody else knows the library.

    FileNotFoundError for what is not there; ConnectionError for all that an operator has to mend: a
    bucket that is away, missing, or closed to us. After one that did not answer this process asks
    nothing for SILENCE: else a bucket that does not even refuse holds all workers, one question
    each, and the site with them.
    """
    if time.monotonic() < Bucket.silent_until:
        raise ConnectionError("The bucket does not answer. It is asked again soon.")
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            raise FileNotFoundError(f"There is no {name} in the bucket.") from error
        raise ConnectionError(f"The bucket refuses: {error}") from error
    except (BotoCoreError, Boto3Error) as error:
        Bucket.silent_until = time.monotonic() + SILENCE
        raise ConnectionError(f"The bucket does not answer: {error}") from error


class Fetched(File):
    """A file of the bucket, to be read; where it was closed, it is fetched again."""

    def __init__(self, storage, name):
        super().__init__(storage.fetched(name), name)
        self.storage = storage

    def open(self, mode=None):
        if self.closed:
            self.file = self.storage.fetched(self.name)
        self.seek(0)
        return self


class Bucket(S3Storage):
    """A part of the bucket, as Django's storages are: what goes wrong is an OSError."""

    default_acl = None
    querystring_auth = file_overwrite = False
    client_config, transfer_config = CLIENT, ONE_BY_ONE
    #: Until when (seconds of the monotonic clock) this process asks no part of it anything.
    silent_until = 0

    def __init__(self):
        super().__init__(**place(settings.BUCKET_KEY))

    def _open(self, name, mode="rb"):
        return Fetched(self, name)

    def fetched(self, name):
        """Its whole content, open in binary: one request, where the library's file needs three."""
        with ExitStack() as undone, as_os_errors(name):
            file = undone.enter_context(tempfile.SpooledTemporaryFile(MOST_IN_MEMORY))
            shutil.copyfileobj(self._object(name).get()["Body"], file)
            undone.pop_all()
        file.seek(0)
        return file

    def _save(self, name, content):
        with as_os_errors(name):
            return super()._save(name, content)

    def delete(self, name):
        with as_os_errors(name):
            super().delete(name)

    def exists(self, name):
        with as_os_errors(name):
            return super().exists(name)

    def listdir(self, path):
        with as_os_errors(path):
            return super().listdir(path)

    def size(self, name):
        with as_os_errors(name):
            return super().size(name)

    def get_modified_time(self, name):
        with as_os_errors(name):
            return super().get_modified_time(name)

    def put(self, name, content):
        """Keep `content` (bytes) under this very name, whatever is there. Raises OSError."""
        kind = self._get_write_parameters(name)
        with as_os_errors(name):
            self._object(name).put(Body=content, **kind)

    def _object(self, name):
        return self.bucket.Object(self._normalize_name(name))


class Uploads(WithRenditions, Bucket):
    """The uploads: as in a folder, under addresses of the site, which gives them itself."""

    location = "media"
    #: What is tried out: beside the uploads, so that no reader finds it.
    PROBE = "probe"

    def url(self, name, **unused):
        """The address that it has in a folder as well: the page's ETag never changes by it."""
        return settings.MEDIA_URL + filepath_to_uri(name)

    def is_known(self, name):
        """Whether it is there, for a page that can do without: no, where nobody knows."""
        try:
            return self.exists(name)
        except ConnectionError:
            return False

    def try_out(self, content):
        """Raise OSError where as much as `content` (bytes) could not be kept.

        A bucket that is missing, or closed for writing, is seen only by writing to it.
        """
        probe = self.bucket.Object(self.PROBE)
        with as_os_errors():
            probe.put(Body=content)
            probe.delete()


class Made(Bucket):
    """Files that were made: what makes them again makes the same."""

    location = "data"
    file_overwrite = True
