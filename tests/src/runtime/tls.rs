//! A certificate authority of the bench's own, by the cryptography that moto_server brings along.

use std::{path::PathBuf, process::Command, sync::Arc};

use tempfile::TempDir;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    },
};

use crate::{repository, skipped};

/// Writes `authority.pem`, and `server.pem` with `server.key` for 127.0.0.1.
const MAKE: &str = r#"
import datetime, ipaddress, sys
from pathlib import Path
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization as form
from cryptography.hazmat.primitives.asymmetric import ec

def name(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

def certificate(subject, key, issuer, by, *extensions):
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    for extension in extensions:
        made = made.add_extension(extension, critical=False)
    return made.sign(by, hashes.SHA256()).public_bytes(form.Encoding.PEM)

folder = Path(sys.argv[1])
authority, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
root = certificate("bench", authority, "bench", authority, x509.BasicConstraints(ca=True, path_length=None))
address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
(folder / "authority.pem").write_bytes(root)
(folder / "server.pem").write_bytes(certificate("server", server, "bench", authority, address))
key = server.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
(folder / "server.key").write_bytes(key)
"#;

/// An authority that nobody trusts but whoever is told to, and a certificate of it for 127.0.0.1.
pub struct Authority(TempDir);

impl Authority {
    /// Makes keys and certificates; `None`, and said, where the tools for it are not installed.
    pub fn new() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let python = repository().join(".tools/venv/bin/python");
        let made = Command::new(python).arg("-c").arg(MAKE).arg(folder.path()).status();
        if !made.is_ok_and(|status| status.success()) {
            skipped("there is no cryptography in .tools/venv; `make template` installs it");
            return None;
        }
        Some(Self(folder))
    }

    /// What `SSL_CERT_FILE` names to trust it.
    pub fn file(&self) -> PathBuf {
        self.0.path().join("authority.pem")
    }

    /// The server's side of TLS.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let certificate = CertificateDer::from_pem_file(self.0.path().join("server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(self.0.path().join("server.key")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate], key).unwrap()))
    }
}
