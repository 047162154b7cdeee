//! Hands one mail to an SMTP server (RFC 5321), step by step, so that it is known at each moment
//! whether the server can have taken it. It keeps no copy and tries nothing twice.

use super::compose::Composed;
use super::config::{Endpoint, MailServer, Tls};
use super::connect::addresses;
use super::fault::{Fault, NOT_PROTECTED, SMTP_LOGIN_REFUSED};
use engine::seams::ToolError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, response::Response};
use std::future::{Future, poll_fn};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;

/// Hands the mail over; on success the server has it and is answerable for it. `reach` is called by
/// name where a crash test stops the program.
pub(super) async fn hand_over(
    server: &MailServer,
    mail: &Composed,
    patience: Duration,
    reach: &(dyn Fn(&str) + Sync),
) -> Result<(), ToolError> {
    let host = &server.smtp.host;
    let mut connection = connect(server, patience).await.map_err(Fault::for_tool)?;
    let from = Mail::new(mail.envelope.from().cloned(), Vec::new());
    step(patience, host, connection.command(from)).await?;
    for to in mail.envelope.to() {
        step(patience, host, connection.command(Rcpt::new(to.clone(), Vec::new()))).await?;
    }
    reach("mail:data");
    step(patience, host, connection.command(Data)).await?;
    // From here on only an answer says whether the server has it.
    let length = patience + Duration::from_secs(mail.bytes.len() as u64 / 65_536);
    let in_doubt = |why: String| ToolError::InDoubt {
        known: format!("the mail was given to {host}, which did not say whether it took it: {why}"),
    };
    match timeout(length, give(&mut connection, &mail.bytes, reach)).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => {
            return Err(answer(host, &error).unwrap_or_else(|| in_doubt(error.to_string())));
        }
        Err(_) => return Err(in_doubt("no answer".to_owned())),
    }
    // The mail is theirs now, whatever becomes of the goodbye.
    let _ = timeout(patience, connection.quit()).await;
    Ok(())
}

/// Writes the mail and hears what the server says to it.
async fn give(
    connection: &mut AsyncSmtpConnection,
    bytes: &[u8],
    reach: &(dyn Fn(&str) + Sync),
) -> Result<Response, Error> {
    let mut giving = pin!(connection.message(bytes));
    let mut begun = false;
    let giving = poll_fn(|context| {
        let polled = giving.as_mut().poll(context);
        // The first poll writes and leaves the answer to be waited for.
        if !std::mem::replace(&mut begun, true) {
            reach("mail:given");
        }
        polled
    });
    giving.await
}

async fn connect(server: &MailServer, patience: Duration) -> Result<AsyncSmtpConnection, Fault> {
    let endpoint = &server.smtp;
    let doing = format!("connect to {}:{}", endpoint.host, endpoint.port);
    let addresses = addresses(endpoint, patience).await?;
    let hello = ClientId::Ipv4(Ipv4Addr::LOCALHOST);
    let (at_once, later) = match endpoint.tls {
        Tls::Implicit => (Some(parameters(server)?), None),
        Tls::StartTls => (None, Some(parameters(server)?)),
        Tls::Plain => (None, None),
    };
    let no_local_address: Option<IpAddr> = None;
    let connecting = AsyncSmtpConnection::connect_tokio1(
        addresses.as_slice(),
        Some(patience),
        &hello,
        at_once,
        no_local_address,
    );
    let mut connection = within(patience, &doing, connecting).await?;
    if let Some(parameters) = later {
        let doing = format!("protect the connection to {}", endpoint.host);
        if !connection.can_starttls() {
            let why = format!("{doing}: the server does not offer it");
            return Err(Fault::broken(NOT_PROTECTED, why));
        }
        within(patience, &doing, connection.starttls(parameters, &hello)).await?;
    }
    sign_in(&mut connection, endpoint, patience).await?;
    Ok(connection)
}

async fn sign_in(
    connection: &mut AsyncSmtpConnection,
    endpoint: &Endpoint,
    patience: Duration,
) -> Result<(), Fault> {
    let Some(login) = &endpoint.login else { return Ok(()) };
    let doing = format!("sign in to {} as {}", endpoint.host, login.user);
    let credentials = Credentials::new(login.user.clone(), login.password.expose().to_owned());
    let mechanisms = [Mechanism::Plain, Mechanism::Login];
    match timeout(patience, connection.auth(&mechanisms, &credentials)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) if error.is_permanent() || error.is_client() => {
            Err(Fault::broken(SMTP_LOGIN_REFUSED, format!("{doing}: {error}")))
        }
        Ok(Err(error)) => Err(Fault::of_connection(&doing, &error)),
        Err(_) => Err(Fault::unavailable(format!("{doing}: no answer"))),
    }
}

fn parameters(server: &MailServer) -> Result<TlsParameters, Fault> {
    let host = server.smtp.host.clone();
    let broken = |error: Error| {
        Fault::broken(
            NOT_PROTECTED,
            format!("protect the connection to {}: {error}", server.smtp.host),
        )
    };
    let mut builder = TlsParameters::builder(host).certificate_store(CertificateStore::WebpkiRoots);
    if let Some(roots) = &server.extra_roots {
        builder = builder.add_root_certificate(Certificate::from_pem(roots).map_err(broken)?);
    }
    builder.build().map_err(broken)
}

async fn within<T>(
    patience: Duration,
    doing: &str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Fault> {
    match timeout(patience, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(Fault::of_connection(doing, &error)),
        Err(_) => Err(Fault::unavailable(format!("{doing}: no answer"))),
    }
}

/// One command before the mail itself: whatever goes wrong here, the server does not have it.
async fn step(
    patience: Duration,
    host: &str,
    command: impl Future<Output = Result<Response, Error>>,
) -> Result<(), ToolError> {
    let unavailable = |why: String| ToolError::Unavailable {
        why: format!("give the mail to {host}: {why}"),
        retry_after_ms: None,
    };
    match timeout(patience, command).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => {
            Err(answer(host, &error).unwrap_or_else(|| unavailable(error.to_string())))
        }
        Err(_) => Err(unavailable("no answer".to_owned())),
    }
}

/// What the server's own no means; nothing when it was not the server that said no.
fn answer(host: &str, error: &Error) -> Option<ToolError> {
    let why = format!("{host} refused the mail: {error}");
    if error.is_permanent() {
        return Some(ToolError::Rejected { message: why });
    }
    error.is_transient().then_some(ToolError::Unavailable { why, retry_after_ms: None })
}
