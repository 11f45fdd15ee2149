//! A WebSocket as a page has one (RFC 6455), as much of it as tests need.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// How long anything may take: the machine may be busy with other tests.
const LONG: Duration = Duration::from_secs(300);

/// A connection.
pub struct Socket(BufReader<TcpStream>);

/// What came.
pub enum Said {
    /// A message of text.
    Text(String),
    /// A message of bytes.
    Bytes(Vec<u8>),
}

impl Socket {
    /// Asks for a socket at `http://127.0.0.1:PORT/…`; the error is the line that refused it.
    pub fn open(address: &str, origin: Option<&str>) -> Result<Self, String> {
        let (host, path) = address.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("an address");
        let mut stream = TcpStream::connect(host).expect("connected");
        stream.set_read_timeout(Some(LONG)).expect("a limit");
        let origin = origin.map(|origin| format!("Origin: {origin}\r\n")).unwrap_or_default();
        let head = format!(
            "GET /{path} HTTP/1.1\r\nHost: {host}\r\n{origin}Upgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("sent");
        let mut stream = BufReader::new(stream);
        let mut status = String::new();
        stream.read_line(&mut status).expect("an answer");
        if !status.contains(" 101 ") {
            return Err(status);
        }
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).expect("a head");
        }
        Ok(Self(stream))
    }

    /// Sends a short text.
    pub fn send(&mut self, text: &str) {
        let length = u16::try_from(text.len()).expect("a short text");
        // One whole text, masked with zeros, which change nothing.
        let mut frame = vec![0x81];
        if length < 126 {
            frame.push(0x80 | length as u8);
        } else {
            frame.push(0x80 | 126);
            frame.extend(length.to_be_bytes());
        }
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.0.get_mut().write_all(&frame).expect("sent");
    }

    /// Waits for the next message.
    pub fn read(&mut self) -> Said {
        let [kind, length] = self.take();
        let length = match length {
            126 => u64::from(u16::from_be_bytes(self.take())),
            127 => u64::from_be_bytes(self.take()),
            short => u64::from(short),
        };
        let mut message = vec![0; usize::try_from(length).expect("a length")];
        self.0.read_exact(&mut message).expect("a message");
        match kind {
            0x81 => Said::Text(String::from_utf8(message).expect("text")),
            0x82 => Said::Bytes(message),
            other => panic!("a frame of kind {other:#x}"),
        }
    }

    fn take<const COUNT: usize>(&mut self) -> [u8; COUNT] {
        let mut bytes = [0; COUNT];
        self.0.read_exact(&mut bytes).expect("a message");
        bytes
    }
}
