//! A certificate for localhost, made anew at each start by a root that is made with it.

use std::io;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What the server shows, and what a client must trust.
pub struct Certificate {
    pub acceptor: TlsAcceptor,
    /// The root certificate.
    pub root_pem: String,
}

impl Certificate {
    /// For `localhost` and `127.0.0.1`.
    ///
    /// # Errors
    /// If the operating system has no randomness.
    pub fn make() -> io::Result<Certificate> {
        let mut root = CertificateParams::default();
        root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        root.distinguished_name.push(DnType::CommonName, "Countersign sandbox root");
        let root_key = KeyPair::generate().map_err(io::Error::other)?;
        let root = CertifiedIssuer::self_signed(root, root_key).map_err(io::Error::other)?;

        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut leaf = CertificateParams::new(names).map_err(io::Error::other)?;
        leaf.distinguished_name.push(DnType::CommonName, "Countersign sandbox");
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let leaf = leaf.signed_by(&key, &root).map_err(io::Error::other)?;

        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .map_err(io::Error::other)?;
        Ok(Certificate { acceptor: TlsAcceptor::from(Arc::new(config)), root_pem: root.pem() })
    }
}
