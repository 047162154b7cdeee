//! The socket that browsers come in by, in the clear on this machine or over TLS. Who is let in is
//! not decided here.

use axum::serve::Listener;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// How long a browser may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// So many may be agreeing on keys at once; more wait in the system's queue.
const HANDSHAKES_MAX: usize = 256;
/// How long to wait when the system has no more sockets.
const NO_SOCKETS: Duration = Duration::from_millis(200);

/// Why there can be no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificates cannot be read.
    #[error("cannot read certificates from {path}: {why}")]
    Certificate {
        /// Where.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// The private key cannot be read.
    #[error("cannot read a private key from {path}: {why}")]
    Key {
        /// Where.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// They do not fit each other.
    #[error("the certificate and the key do not fit each other: {why}")]
    Pair {
        /// What is wrong.
        why: String,
    },
}

/// A listening socket.
pub struct Door {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    agreeing: JoinSet<Option<(Line, SocketAddr)>>,
}

/// One connection.
pub enum Line {
    /// In the clear.
    Plain(TcpStream),
    /// Over TLS.
    Tls(Box<TlsStream<TcpStream>>),
}

/// A server's certificates and key, from PEM files.
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

impl Tls {
    /// Reads them.
    ///
    /// # Errors
    /// When one of the files cannot be read, or they do not fit each other.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let wrong = |why: String| TlsError::Certificate { path: shown(certificate), why };
        let chain = CertificateDer::pem_file_iter(certificate).map_err(|e| wrong(e.to_string()))?;
        let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(|e| wrong(e.to_string()))?;
        if chain.is_empty() {
            return Err(wrong("there is none in it".into()));
        }
        let secret = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| TlsError::Key { path: shown(key), why: error.to_string() })?;
        let pair = |error: tokio_rustls::rustls::Error| TlsError::Pair { why: error.to_string() };
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(pair)?
            .with_no_client_auth()
            .with_single_cert(chain, secret)
            .map_err(pair)?;
        Ok(Self(Arc::new(config)))
    }
}

impl Door {
    /// Over a socket that listens already.
    pub fn new(listener: TcpListener, tls: Option<Tls>) -> Self {
        let tls = tls.map(|Tls(config)| TlsAcceptor::from(config));
        Self { listener, tls, agreeing: JoinSet::new() }
    }

    fn agree(&mut self, stream: TcpStream, peer: SocketAddr, tls: &TlsAcceptor) {
        let agreement = tls.accept(stream);
        self.agreeing.spawn(async move {
            // Who does not speak TLS, or is slow, holds up nobody.
            let agreed = tokio::time::timeout(HANDSHAKE, agreement).await.ok()?.ok()?;
            Some((Line::Tls(Box::new(agreed)), peer))
        });
    }
}

impl Listener for Door {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        loop {
            let room = self.agreeing.len() < HANDSHAKES_MAX;
            tokio::select! {
                Some(agreed) = self.agreeing.join_next() => {
                    if let Ok(Some(agreed)) = agreed {
                        return agreed;
                    }
                }
                accepted = self.listener.accept(), if room => match accepted {
                    Ok((stream, peer)) => match self.tls.clone() {
                        Some(tls) => self.agree(stream, peer, &tls),
                        None => return (Line::Plain(stream), peer),
                    },
                    Err(error) => {
                        tracing::warn!(%error, "the console cannot take a connection");
                        tokio::time::sleep(NO_SOCKETS).await;
                    }
                },
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
