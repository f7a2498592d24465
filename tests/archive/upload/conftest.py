"""One S3 service for all tests of copies."""

from collections.abc import Iterator

import pytest

from tests.archive.upload.services import BUCKET, Service


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(tmp_path_factory.mktemp("service"))
    made.start()
    yield made
    made.kill()


@pytest.fixture
def empty(service: Service) -> Iterator[Service]:
    """The service, with an empty bucket afterwards."""
    yield service
    for path in sorted((service.folder / BUCKET).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
