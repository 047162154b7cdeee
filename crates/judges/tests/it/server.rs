//! An HTTP server in a few lines that answers what a test tells it to and keeps what it was asked.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request.
#[derive(Clone)]
pub enum Answer {
    /// A whole response: status line without the version, further headers, body.
    Whole(&'static str, &'static str, String),
    /// The beginning of a response that promises more than comes.
    CutOff,
    /// So many bytes in chunks, until the other side has had enough.
    Endless(usize),
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub head: String,
    pub body: String,
}

/// The server; it ends with the test's runtime.
pub struct Server {
    pub base_url: String,
    pub requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers each request with this.
    pub async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = requests.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, answer) = (kept.clone(), answer.clone());
                tokio::spawn(async move { serve(stream, answer, &kept).await });
            }
        });
        Self { base_url, requests }
    }

    pub fn last(&self) -> Request {
        self.requests.lock().unwrap().last().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, answer: Answer, kept: &Mutex<Vec<Request>>) {
    let Some(request) = read(&mut stream).await else { return };
    kept.lock().unwrap().push(request);
    // The client may go away at any time; that is what some tests are about.
    let _ = match answer {
        Answer::Whole(status, headers, body) => {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\nconnection: close\r\n\
                 content-length: {length}\r\n{headers}\r\n"
            );
            stream.write_all(format!("{head}{body}").as_bytes()).await
        }
        Answer::CutOff => {
            let text = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"choices\":[{\"mess";
            stream.write_all(text.as_bytes()).await
        }
        Answer::Endless(bytes) => endless(&mut stream, bytes).await,
    };
    let _ = stream.shutdown().await;
}

async fn endless(stream: &mut TcpStream, bytes: usize) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..bytes.div_ceil(0x10000) {
        stream.write_all(chunk.as_bytes()).await?;
    }
    stream.write_all(b"0\r\n\r\n").await
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0u8; 4_096];
        let count = stream.read(&mut part).await.ok()?;
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length?.trim().parse().ok()? {
                return Some(Request { head, body: body.to_owned() });
            }
        }
        if count == 0 {
            return None;
        }
    }
}
