//! Fetching: which addresses are refused, that the checked address is the one connected to, that
//! redirects are checked again, and the limits of what is read.

use crate::support::permitted;
use connectors::web::address::{may_connect, port};
use connectors::web::{Resolve, WebConfig, web_tool};
use engine::seams::{ToolError, ToolResult};
use serde_json::json;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers each request by the answer of its path; counts connections.
struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

async fn serve(answers: Vec<(&'static str, String)>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let mut asked = vec![0; 4_096];
            let length = stream.read(&mut asked).await.unwrap_or(0);
            let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
            let path = asked.split(' ').nth(1).unwrap_or_default();
            let found = answers.iter().find(|(known, _)| *known == path);
            let answer = found.map_or("HTTP/1.1 404 Not Found\r\n\r\n", |(_, answer)| answer);
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Server { address, connections }
}

fn page(media_type: &str, text: &str) -> String {
    let length = text.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{text}"
    )
}

fn moved(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
}

/// Gives these addresses in turn, the last one again and again.
fn scripted(addresses: Vec<Vec<SocketAddr>>) -> Resolve {
    let left = Arc::new(Mutex::new(addresses));
    Arc::new(move |_, _| {
        let mut left = left.lock().unwrap();
        let next = if left.len() > 1 { left.remove(0) } else { left[0].clone() };
        Box::pin(async move { Ok(next) })
    })
}

async fn fetch(config: WebConfig, url: &str) -> Result<ToolResult, ToolError> {
    let tool = web_tool(config);
    let call = permitted(tool.spec(), &json!({ "url": url }));
    tool.call(&call).await
}

fn rejected(ended: Result<ToolResult, ToolError>) -> String {
    match ended {
        Err(ToolError::Rejected { message }) => message,
        other => panic!("it should be refused, not {other:?}"),
    }
}

#[test]
fn addresses_that_are_not_public_are_refused_in_every_form() {
    let inside = [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.9.9",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "192.88.99.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "2002:7f00:1::",
        "100::1",
        "3fff::1",
        "4000::1",
    ];
    for address in inside {
        let address: IpAddr = address.parse().unwrap();
        assert!(may_connect(address, false).is_err(), "{address}");
    }
    for address in ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111"] {
        let address: IpAddr = address.parse().unwrap();
        assert!(may_connect(address, false).is_ok(), "{address}");
    }
}

#[tokio::test]
async fn urls_that_mean_an_inside_address_are_refused_however_they_are_written() {
    let urls = [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://１２７.0.0.1/",
        "http://127.0.0.1./",
    ];
    for url in urls {
        let why = rejected(fetch(WebConfig::default(), url).await);
        assert!(why.contains("not a public address"), "{url}: {why}");
    }
    for url in ["file:///etc/passwd", "ftp://a.example/", "gopher://a.example/", "javascript:1"] {
        let why = rejected(fetch(WebConfig::default(), url).await);
        assert!(why.contains("only http and https"), "{url}: {why}");
    }
    let with = |url: &str| port(&reqwest::Url::parse(url).unwrap(), false);
    assert!(with("https://a.example:6379/").is_err());
    assert!(with("https://jo:secret@a.example/").is_err());
    assert_eq!(with("https://a.example/"), Ok(443));
}

#[tokio::test]
async fn a_name_with_one_inside_address_is_refused_whatever_the_others_are() {
    let inside: SocketAddr = "10.0.0.1:80".parse().unwrap();
    let public: SocketAddr = "8.8.8.8:80".parse().unwrap();
    for found in [vec![inside], vec![public, inside], vec![inside, public]] {
        let config = WebConfig { resolve: scripted(vec![found]), ..WebConfig::default() };
        let why = rejected(fetch(config, "http://shop.example/").await);
        assert!(why.contains("10.0.0.1 is not a public address"), "{why}");
    }
    let nothing = WebConfig { resolve: scripted(vec![Vec::new()]), ..WebConfig::default() };
    assert!(rejected(fetch(nothing, "http://shop.example/").await).contains("no address"));
}

#[tokio::test]
async fn the_address_that_was_checked_is_connected_to_and_the_name_is_not_looked_up_again() {
    let server = serve(vec![("/", page("text/html", "<p>Hello <b>there</b></p>"))]).await;
    let lookups = Arc::new(AtomicUsize::new(0));
    let (count, address) = (Arc::clone(&lookups), server.address);
    let resolve: Resolve = Arc::new(move |_, _| {
        count.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(vec![address]) })
    });
    let config = WebConfig { resolve, allow_loopback: true, ..WebConfig::default() };
    let url = format!("http://shop.example:{}/", address.port());
    let result = fetch(config, &url).await.unwrap();
    assert_eq!(result.data["text"].as_str().unwrap().trim(), "Hello there");
    assert_eq!(result.data["status"], 200);
    assert_eq!(lookups.load(Ordering::SeqCst), 1);
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_name_that_moves_inside_between_redirects_is_refused() {
    let server = serve(vec![("/", moved("/next")), ("/next", page("text/plain", "inside"))]).await;
    let inside: SocketAddr = "192.168.0.1:80".parse().unwrap();
    let resolve = scripted(vec![vec![server.address], vec![inside]]);
    let config = WebConfig { resolve, allow_loopback: true, ..WebConfig::default() };
    let url = format!("http://shop.example:{}/", server.address.port());
    let why = rejected(fetch(config, &url).await);
    assert!(why.contains("192.168.0.1 is not a public address"), "{why}");
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn redirects_stay_on_their_host_and_end() {
    let server = serve(vec![
        ("/away", moved("http://other.example/")),
        ("/inside", moved("http://169.254.169.254/")),
        ("/file", moved("file:///etc/passwd")),
        ("/round", moved("/round")),
        ("/on", moved("/end")),
        ("/end", page("application/json", "{\"a\": 1}")),
    ])
    .await;
    let config = || WebConfig {
        resolve: scripted(vec![vec![server.address]]),
        allow_loopback: true,
        ..WebConfig::default()
    };
    let at = |path: &str| format!("http://shop.example:{}{path}", server.address.port());
    for (path, expected) in [
        ("/away", "another host"),
        ("/inside", "another host"),
        ("/file", "another host"),
        ("/round", "too many redirects"),
    ] {
        let why = rejected(fetch(config(), &at(path)).await);
        assert!(why.contains(expected), "{path}: {why}");
    }
    let result = fetch(config(), &at("/on")).await.unwrap();
    assert_eq!(result.data["url"], at("/end"));
}

#[tokio::test]
async fn what_is_too_long_too_slow_or_no_text_is_refused() {
    let long = page("text/plain", &"x".repeat(5_000));
    let silent = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nab";
    let server = serve(vec![
        ("/long", long),
        ("/zip", page("application/zip", "PK")),
        ("/none", page("", "?")),
        ("/cut", silent.to_owned()),
    ])
    .await;
    let config = || WebConfig {
        resolve: scripted(vec![vec![server.address]]),
        allow_loopback: true,
        bytes_max: 4_096,
        ..WebConfig::default()
    };
    let at = |path: &str| format!("http://shop.example:{}{path}", server.address.port());
    assert!(rejected(fetch(config(), &at("/long")).await).contains("longer than 4096"));
    assert!(rejected(fetch(config(), &at("/zip")).await).contains("`application/zip`"));
    assert!(rejected(fetch(config(), &at("/none")).await).contains("not read as text"));
    let cut = fetch(config(), &at("/cut")).await;
    assert!(matches!(cut, Err(ToolError::Unavailable { .. })), "{cut:?}");
    let slow: Resolve = Arc::new(|_, _| Box::pin(std::future::pending()));
    let slow = WebConfig { resolve: slow, time_ms_max: 20, ..WebConfig::default() };
    let slow = fetch(slow, "http://shop.example/").await;
    assert!(matches!(slow, Err(ToolError::Unavailable { .. })), "{slow:?}");
}
