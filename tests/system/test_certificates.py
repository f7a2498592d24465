import ipaddress
from pathlib import Path

import pytest
from cryptography import x509

from broadcaster.system import certificates


def generated(data_dir: Path) -> x509.Certificate:
    certificates.server_context(None, None, data_dir)
    return x509.load_pem_x509_certificate((data_dir / "tls" / "certificate.pem").read_bytes())


def names(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def test_a_generated_certificate_is_kept_and_its_key_is_private(tmp_path: Path) -> None:
    first = generated(tmp_path)
    assert generated(tmp_path) == first
    assert (tmp_path / "tls" / "key.pem").stat().st_mode & 0o077 == 0


def test_another_network_address_gets_another_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = generated(tmp_path)
    monkeypatch.setattr(certificates, "lan_address", lambda: "192.0.2.44")
    second = generated(tmp_path)
    assert second != first
    addresses = names(second).get_values_for_type(x509.IPAddress)
    assert {ipaddress.ip_address(text) for text in ("127.0.0.1", "192.0.2.44")} <= set(addresses)


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    for name in ("one", "other"):
        generated(tmp_path / name)
    chain = tmp_path / "one" / "tls" / "certificate.pem"
    key = tmp_path / "other" / "tls" / "key.pem"
    with pytest.raises(ValueError, match="does not belong"):
        certificates.server_context(chain, key, tmp_path)
