//! A real server on this machine that does what bad lines and bad servers do, and remembers who asked for what.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub path: String,
    pub range: Option<(u64, u64)>,
    pub token: Option<String>,
    pub if_range: Option<String>,
}

impl Request {
    pub fn bytes(&self) -> u64 {
        self.range.map_or(0, |(first, last)| last - first + 1)
    }

    /// The one byte by which a file is asked about.
    pub fn is_question(&self) -> bool {
        self.range == Some((0, 0))
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub content: Arc<Vec<u8>>,
    pub etag: Option<String>,
    pub extra: String,
    /// Ranges are not understood: all of it comes.
    pub ignores_ranges: bool,
    /// The connection ends after so many bytes of content.
    pub cut_after: Option<usize>,
    /// Nothing more comes after so many bytes of content, and the connection stays.
    pub stall_after: Option<usize>,
    /// A part has at most so many bytes, whatever was asked for.
    pub at_most: Option<usize>,
    /// Every byte of this answer is wrong.
    pub corrupts: bool,
    /// Another status than the right one, and no content.
    pub status: Option<u16>,
    /// What it says that the file's length is.
    pub claims: Option<u64>,
}

impl Answer {
    pub fn of(content: &Arc<Vec<u8>>) -> Self {
        Self {
            content: Arc::clone(content),
            etag: Some("\"one\"".into()),
            extra: String::new(),
            ignores_ranges: false,
            cut_after: None,
            stall_after: None,
            at_most: None,
            corrupts: false,
            status: None,
            claims: None,
        }
    }

    pub fn status(code: u16, extra: &str) -> Self {
        Self { status: Some(code), extra: extra.into(), ..Self::of(&Arc::default()) }
    }
}

/// The server; `answer` gets each request and how many came before it, questions not counted.
pub struct Server {
    pub url: String,
    pub log: Arc<Mutex<Vec<Request>>>,
    /// Bytes of content that went out.
    #[allow(dead_code, reason = "who kills processes looks at it")]
    pub sent: Arc<AtomicU64>,
}

impl Server {
    pub fn start(answer: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (log, sent) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicU64::new(0)));
        let (answer, seen, count) = (Arc::new(answer), Arc::clone(&log), Arc::clone(&sent));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, seen, count) = (Arc::clone(&answer), Arc::clone(&seen), Arc::clone(&count));
                std::thread::spawn(move || serve(&stream, &seen, &count, &*answer));
            }
        });
        Self { url, log, sent }
    }

    /// What was asked for, questions left out.
    pub fn asked(&self) -> Vec<Request> {
        self.log.lock().expect("the log").iter().filter(|request| !request.is_question()).cloned().collect()
    }

    pub fn all(&self) -> Vec<Request> {
        self.log.lock().expect("the log").clone()
    }
}

type Log = Mutex<Vec<Request>>;

fn serve(stream: &TcpStream, log: &Log, sent: &AtomicU64, answer: &dyn Fn(&Request, usize) -> Answer) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let before = {
            let mut log = log.lock().expect("the log");
            let before = log.iter().filter(|request| !request.is_question()).count();
            log.push(request.clone());
            before
        };
        let is_kept = send(stream, &request, &answer(&request, before), sent).unwrap_or(false);
        if !is_kept {
            stream.shutdown(Shutdown::Both).ok();
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut request = Request::default();
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let text = line.trim_end();
        if text.is_empty() {
            return Some(request);
        }
        if let Some(rest) = text.strip_prefix("GET ") {
            request.path = rest.split(' ').next()?.to_owned();
        } else if let Some((name, value)) = text.split_once(": ") {
            match name.to_ascii_lowercase().as_str() {
                "range" => {
                    let (first, last) = value.strip_prefix("bytes=")?.split_once('-')?;
                    request.range = Some((first.parse().ok()?, last.parse().ok()?));
                }
                "authorization" => request.token = Some(value.to_owned()),
                "if-range" => request.if_range = Some(value.to_owned()),
                _ => {}
            }
        }
    }
}

/// Whether the connection may go on.
fn send(mut stream: &TcpStream, request: &Request, answer: &Answer, sent: &AtomicU64) -> std::io::Result<bool> {
    let content = &answer.content;
    let etag = answer.etag.as_ref().map(|etag| format!("etag: {etag}\r\n")).unwrap_or_default();
    let extra = &answer.extra;
    if let Some(status) = answer.status {
        write!(stream, "HTTP/1.1 {status} No\r\ncontent-length: 0\r\n{extra}\r\n")?;
        return Ok(true);
    }
    let is_same = request.if_range.is_none() || request.if_range == answer.etag;
    let total = answer.claims.unwrap_or(content.len() as u64);
    let body = match request.range {
        Some((first, _)) if !answer.ignores_ranges && is_same && first >= total => {
            write!(stream, "HTTP/1.1 416 No\r\ncontent-range: bytes */{total}\r\ncontent-length: 0\r\n\r\n")?;
            return Ok(true);
        }
        Some((first, last)) if !answer.ignores_ranges && is_same => {
            let body = &content[first as usize..=(last as usize).min(content.len() - 1)];
            let body = &body[..answer.at_most.map_or(body.len(), |most| most.clamp(1, body.len()))];
            let last = first + body.len() as u64 - 1;
            write!(stream, "HTTP/1.1 206 Part\r\ncontent-range: bytes {first}-{last}/{total}\r\n")?;
            body
        }
        _ => {
            write!(stream, "HTTP/1.1 200 OK\r\n")?;
            content
        }
    };
    write!(stream, "content-length: {}\r\n{etag}{extra}\r\n", body.len())?;
    let until = answer.cut_after.into_iter().chain(answer.stall_after).min().unwrap_or(body.len()).min(body.len());
    for part in body[..until].chunks(64 << 10) {
        if answer.corrupts {
            stream.write_all(&part.iter().map(|byte| !byte).collect::<Vec<_>>())?;
        } else {
            stream.write_all(part)?;
        }
        sent.fetch_add(part.len() as u64, Ordering::SeqCst);
    }
    stream.flush()?;
    if answer.stall_after.is_some_and(|bytes| bytes < body.len()) {
        std::thread::sleep(Duration::from_secs(5));
    }
    Ok(until == body.len())
}
