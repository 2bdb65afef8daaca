//! HTTPS with an authority that no system knows.

use super::Upstream;
use super::proxy::{Act, Proxy};
use crate::cli::Project;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// An authority of its own, and a server's certificate it signed for `name`.
pub(super) struct Authority {
    pub(super) pem: String,
    pub(super) config: rustls::ServerConfig,
}

pub(super) fn authority(name: &str) -> Authority {
    let mut own = CertificateParams::new(Vec::new()).unwrap();
    own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(own, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())))
        .unwrap();
    Authority { pem: issuer.pem(), config }
}

#[test]
fn given_authorities_are_trusted_and_others_are_not() {
    let upstream = Upstream::start();
    let Authority { pem, config } = authority("localhost");
    let proxy = Proxy::start_tls(&upstream.address(), Some(config), |_| Act::Pass);
    let url = format!("https://localhost:{}", proxy.port);

    // Unknown to the system: nothing is asked, and the token stays here.
    let strange = upstream.project(&url);
    let error = strange.refused(&["deploy"], 5, "certificate");
    assert!(error["cause"].as_str().unwrap().contains("does not know"), "{error:#}");
    assert!(error["hint"].as_str().unwrap().contains("PNP_CA_FILE"), "{error:#}");
    assert!(proxy.seen().is_empty());

    // Named by the environment: a whole life.
    let named = upstream.project(&url).file("ca.pem", &pem).with("PNP_CA_FILE", "ca.pem");
    named.done(&["deploy"]);
    let billed = named.done(&["bill", "--units", "1", "--price", "100"]);
    assert_eq!(billed["receipt"]["gross"], 100);

    // Standing in for the system's, as everywhere.
    let path = named.path().join("ca.pem").display().to_string();
    let system = upstream.project(&url).with("SSL_CERT_FILE", &path);
    system.done(&["account", "new", "alice"]);
    system.done(&["asset", "create", "--unit", "TLS"]);

    // Named by the project, for a network of its own.
    let section = format!("[networks.mine]\nalgod = '{url}'\nalgod_token = '{}'\nca = 'own/ca.pem'\n", "a".repeat(64));
    let own = Project::new().file("own/ca.pem", &pem).file("pnp.toml", &section);
    own.refused(&["--net", "mine", "bill", "--units", "1"], 1, "no_contract");
    let none = Project::new().file("pnp.toml", &section);
    none.refused(&["--net", "mine", "bill", "--units", "1"], 1, "certificates");
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let upstream = Upstream::start();
    let Authority { pem, config } = authority("other.example");
    let proxy = Proxy::start_tls(&upstream.address(), Some(config), |_| Act::Pass);
    let project = upstream.project(&format!("https://localhost:{}", proxy.port));
    let project = project.file("ca.pem", &pem).with("PNP_CA_FILE", "ca.pem");
    let error = project.refused(&["asset", "show"], 5, "certificate");
    assert!(error["cause"].as_str().unwrap().contains("another host"), "{error:#}");
}
