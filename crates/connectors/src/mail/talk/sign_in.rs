//! The beginning of a conversation with an IMAP server: greeting, TLS, user and password.

use crate::mail::config::{MailServer, Tls};
use crate::mail::connect::{Line, dial, protect};
use crate::mail::fault::{Fault, LOGIN_REFUSED, NOT_PROTECTED};
use async_imap::error::Error;
use async_imap::{Client, Session};
use std::fmt::Debug;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

/// Connects and signs in.
pub(super) async fn sign_in(
    server: &MailServer,
    patience: Duration,
) -> Result<Session<Box<dyn Line>>, Fault> {
    let host = &server.imap.host;
    let Some(login) = &server.imap.login else {
        let why = format!("sign in to {host}: no user is configured");
        return Err(Fault::broken(LOGIN_REFUSED, why));
    };
    let client = greeted(server, patience).await?;
    let signing_in = client.login(&login.user, login.password.expose());
    match timeout(patience, signing_in).await {
        Ok(Ok(session)) => Ok(session),
        Ok(Err((error, _))) => Err(refused(host, &login.user, &error)),
        Err(_) => Err(Fault::unavailable(format!("sign in to {host}: no answer"))),
    }
}

async fn greeted(server: &MailServer, patience: Duration) -> Result<Client<Box<dyn Line>>, Fault> {
    let endpoint = &server.imap;
    let stream = dial(endpoint, patience).await?;
    match endpoint.tls {
        Tls::Implicit => {
            let mut client = Client::new(protect(stream, server, endpoint, patience).await?);
            greet(&mut client, patience).await?;
            Ok(client)
        }
        Tls::StartTls => {
            let mut client = Client::new(stream);
            greet(&mut client, patience).await?;
            let asked = timeout(patience, client.run_command_and_check_ok("STARTTLS", None)).await;
            let doing = format!("protect the connection to {}", endpoint.host);
            match asked {
                Ok(Ok(())) => {}
                Ok(Err(Error::No(why) | Error::Bad(why))) => {
                    return Err(Fault::broken(NOT_PROTECTED, format!("{doing}: {why}")));
                }
                Ok(Err(error)) => return Err(Fault::of_connection(&doing, &error)),
                Err(_) => return Err(Fault::unavailable(format!("{doing}: no answer"))),
            }
            // What the server sent in the clear behind its answer is dropped with the client, so
            // nobody in between can put words into the protected conversation (CVE-2011-0411).
            let stream = client.into_inner();
            Ok(Client::new(protect(stream, server, endpoint, patience).await?))
        }
        Tls::Plain => {
            let stream: Box<dyn Line> = Box::new(stream);
            let mut client = Client::new(stream);
            greet(&mut client, patience).await?;
            Ok(client)
        }
    }
}

async fn greet<T>(client: &mut Client<T>, patience: Duration) -> Result<(), Fault>
where
    T: AsyncRead + AsyncWrite + Unpin + Debug + Send,
{
    let doing = "hear the server's greeting";
    match timeout(patience, client.read_response()).await {
        Ok(Ok(Some(_))) => Ok(()),
        Ok(Ok(None)) => Err(Fault::unavailable(format!("{doing}: it closed the connection"))),
        Ok(Err(error)) => Err(Fault::of_connection(doing, &error)),
        Err(_) => Err(Fault::unavailable(format!("{doing}: no answer"))),
    }
}

/// Codes with which a server refuses a login that is right (RFC 5530).
const PASSING: [&str; 5] = ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "THROTTLED"];

fn refused(host: &str, user: &str, error: &Error) -> Fault {
    let why = format!("sign in to {host} as {user}: {error}");
    match error {
        Error::No(said) if !PASSING.iter().any(|code| said.contains(&format!("[{code}"))) => {
            Fault::broken(LOGIN_REFUSED, why)
        }
        Error::Validate(_) => Fault::broken(LOGIN_REFUSED, why),
        error => Fault::of_connection(&format!("sign in to {host} as {user}"), error),
    }
}
