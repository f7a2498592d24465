"""A bucket of an S3-compatible service, by boto3. All methods block: call them in a thread.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/ and, for multipart uploads,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

import io
import logging
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CONNECT_S = 10
ANSWER_S = 60
_GONE = frozenset({"NoSuchUpload", "NoSuchKey", "NotFound", "404"})


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """The place of a bucket, and the key to it.

    Attributes:
        bucket: its name.
        folder: in front of all keys, with a slash at its end; may be empty.
        endpoint: address of the service; empty for Amazon's.
        region: of the service.
        access_key: empty for what boto3 finds itself, such as the role of a machine.
        secret_key: empty with it.
    """

    bucket: str
    folder: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str

    def __repr__(self) -> str:
        return f"BucketAddress({self.bucket!r})"


class UploadFailed(Exception):
    """The service did not take something.

    Attributes:
        reason: its code, such as `AccessDenied`, or that of the connection; never a secret.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UploadGone(Exception):
    """The service does not know an upload, or a key, any more."""


class UploadStopped(Exception):
    """This process stops, or lost its lease."""


class Window(io.RawIOBase):
    """A part of a file, to be sent.

    Args:
        path: of the file.
        offset: of its first byte.
        length: in bytes.
        stopping: ends the sending when it is set.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path, offset: int, length: int, stopping: threading.Event) -> None:
        super().__init__()
        self._file = path.open("rb")
        self._offset = offset
        self._stopping = stopping
        self.length = length
        self._place = 0
        self._file.seek(offset)

    def readable(self) -> bool:
        """Called by boto3."""
        return True

    def seekable(self) -> bool:
        """Called by boto3."""
        return True

    def tell(self) -> int:
        """Called by boto3."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Called by boto3, for the length and to send again."""
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.length}[whence]
        self._place = min(max(begin + offset, 0), self.length)
        self._file.seek(self._offset + self._place)
        return self._place

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Called by boto3.

        Raises:
            UploadStopped: it is not to be sent any more.
        """
        if self._stopping.is_set():
            raise UploadStopped
        view = memoryview(buffer).cast("B")
        count = self._file.readinto(view[: self.length - self._place])
        self._place += count
        return count

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


class Bucket:
    """The calls that copies need, without retries of their own.

    Args:
        address: of the bucket.
    """

    def __init__(self, address: BucketAddress) -> None:
        self.name = address.bucket
        self._address = address

    @cached_property
    def _client(self) -> Any:
        """The client of boto3, which reads files when it is made."""
        import boto3
        from botocore.config import Config

        logging.getLogger("botocore").setLevel(logging.WARNING)
        config = Config(
            connect_timeout=CONNECT_S,
            read_timeout=ANSWER_S,
            retries={"total_max_attempts": 1},
            signature_version="s3v4",
            # Services other than Amazon's do not know the newer checksums; each part has its MD5.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return boto3.client(
            "s3",
            endpoint_url=self._address.endpoint or None,
            region_name=self._address.region,
            aws_access_key_id=self._address.access_key or None,
            aws_secret_access_key=self._address.secret_key or None,
            config=config,
        )

    def begin(self, name: str) -> str:
        """Begin an upload in parts; returns its id.

        Raises:
            UploadFailed: the service does not take it.
        """
        with _failures():
            return str(self._client.create_multipart_upload(**self._at(name))["UploadId"])

    def parts(self, name: str, upload: str) -> dict[int, str]:
        """The ETags of the parts that have arrived, by number.

        Raises:
            UploadFailed: the service does not answer.
            UploadGone: it has no such upload.
        """
        with _failures():
            pages = self._client.get_paginator("list_parts").paginate(
                **self._at(name), UploadId=upload
            )
            found = [part for page in pages for part in page.get("Parts", ())]
        return {part["PartNumber"]: part["ETag"].strip('"') for part in found}

    def put_part(self, name: str, upload: str, number: int, body: Window, md5: bytes) -> str:
        """Send a part; returns its ETag.

        Raises:
            UploadFailed: the service did not take it.
            UploadGone: it has no such upload.
            UploadStopped: it is not to be sent any more.
        """
        with _failures():
            answer = self._client.upload_part(
                **self._at(name),
                UploadId=upload,
                PartNumber=number,
                Body=body,
                ContentLength=body.length,
                ContentMD5=b64encode(md5).decode(),
            )
        return str(answer["ETag"]).strip('"')

    def complete(self, name: str, upload: str, etags: dict[int, str]) -> None:
        """Make an object of all parts.

        Raises:
            UploadFailed: the service does not.
            UploadGone: it has no such upload.
        """
        listed = [{"PartNumber": number, "ETag": f'"{etags[number]}"'} for number in sorted(etags)]
        with _failures():
            self._client.complete_multipart_upload(
                **self._at(name), UploadId=upload, MultipartUpload={"Parts": listed}
            )

    def abort(self, name: str, upload: str) -> None:
        """Delete the parts that have arrived, if the service does it."""
        with suppress(UploadFailed, UploadGone), _failures():
            self._client.abort_multipart_upload(**self._at(name), UploadId=upload)

    def put(self, name: str, body: Window, md5: bytes) -> None:
        """Send a small object.

        Raises:
            UploadFailed: the service did not take it.
            UploadStopped: it is not to be sent any more.
        """
        with _failures():
            self._client.put_object(
                **self._at(name),
                Body=body,
                ContentLength=body.length,
                ContentMD5=b64encode(md5).decode(),
            )

    def delete(self, name: str) -> None:
        """Delete an object, if there is one.

        Raises:
            UploadFailed: the service does not.
        """
        with suppress(UploadGone), _failures():
            self._client.delete_object(**self._at(name))

    def found(self, name: str) -> tuple[int, str]:
        """The size in bytes and the ETag of an object.

        Raises:
            UploadFailed: the service does not answer.
            UploadGone: it has no such object.
        """
        with _failures():
            answer = self._client.head_object(**self._at(name))
        return int(answer["ContentLength"]), str(answer["ETag"]).strip('"')

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self.name, "Key": f"{self._address.folder}{name}"}


def is_installed() -> bool:
    """Whether boto3 is there."""
    return find_spec("boto3") is not None


@contextmanager
def _failures() -> Iterator[None]:
    """Turn the errors of boto3 into ours. Their texts may have addresses, so codes are kept alone.

    Raises:
        UploadFailed: the service refused or was not reached.
        UploadGone: it says that something is not there.
    """
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if code in _GONE:
            raise UploadGone from error
        raise UploadFailed(code) from error
    except HTTPClientError as error:
        if isinstance(error.kwargs.get("error"), UploadStopped):
            raise UploadStopped from error
        raise UploadFailed(type(error).__name__) from error
    except BotoCoreError as error:
        raise UploadFailed(type(error).__name__) from error
