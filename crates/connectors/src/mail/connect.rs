//! Reaches a server: addresses, the rule that nothing goes unprotected beyond this machine, TLS. It
//! speaks neither IMAP nor SMTP.

use super::config::{Endpoint, MailServer, Tls};
use super::fault::{Fault, NOT_PROTECTED};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

/// A line to a server, protected or not.
pub(super) trait Line: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug> Line for T {}

/// The addresses of a server. Without protection only this machine's own are left, and none is a
/// fault: a password in the clear must not leave it, whatever a name resolves to.
pub(super) async fn addresses(
    endpoint: &Endpoint,
    patience: Duration,
) -> Result<Vec<SocketAddr>, Fault> {
    let place = format!("{}:{}", endpoint.host, endpoint.port);
    let found = timeout(patience, lookup_host((endpoint.host.as_str(), endpoint.port))).await;
    let all: Vec<SocketAddr> = match found {
        Ok(Ok(found)) => found.collect(),
        Ok(Err(error)) => return Err(Fault::unavailable(format!("find {place}: {error}"))),
        Err(_) => return Err(Fault::unavailable(format!("find {place}: no answer"))),
    };
    if endpoint.tls != Tls::Plain {
        return Ok(all);
    }
    let own: Vec<SocketAddr> = all.into_iter().filter(|at| at.ip().is_loopback()).collect();
    if own.is_empty() {
        let why = format!("connect to {place}: without TLS only this machine is allowed");
        return Err(Fault::broken(NOT_PROTECTED, why));
    }
    Ok(own)
}

/// Connects, without TLS yet.
pub(super) async fn dial(endpoint: &Endpoint, patience: Duration) -> Result<TcpStream, Fault> {
    let place = format!("{}:{}", endpoint.host, endpoint.port);
    let addresses = addresses(endpoint, patience).await?;
    match timeout(patience, TcpStream::connect(addresses.as_slice())).await {
        Ok(Ok(stream)) => {
            // Commands are small; waiting to fill a packet would only delay them.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        }
        Ok(Err(error)) => Err(Fault::unavailable(format!("connect to {place}: {error}"))),
        Err(_) => Err(Fault::unavailable(format!("connect to {place}: no answer"))),
    }
}

/// Protects a connection.
pub(super) async fn protect(
    stream: TcpStream,
    server: &MailServer,
    endpoint: &Endpoint,
    patience: Duration,
) -> Result<Box<dyn Line>, Fault> {
    let doing = format!("protect the connection to {}", endpoint.host);
    let name = ServerName::try_from(endpoint.host.clone())
        .map_err(|error| Fault::broken(NOT_PROTECTED, format!("{doing}: {error}")))?;
    let connector = TlsConnector::from(client_config(server.extra_roots.as_deref(), &doing)?);
    match timeout(patience, connector.connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(Fault::of_connection(&doing, &error)),
        Err(_) => Err(Fault::unavailable(format!("{doing}: no answer"))),
    }
}

fn client_config(extra_roots: Option<&[u8]>, doing: &str) -> Result<Arc<ClientConfig>, Fault> {
    let broken = |why: String| Fault::broken(NOT_PROTECTED, format!("{doing}: {why}"));
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for certificate in CertificateDer::pem_slice_iter(extra_roots.unwrap_or_default()) {
        let certificate = certificate.map_err(|error| broken(error.to_string()))?;
        roots.add(certificate).map_err(|error| broken(error.to_string()))?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
