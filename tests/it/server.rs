//! A small HTTP server that fails in every way a real one does.

#![expect(clippy::disallowed_methods, reason = "a test starts its own server")]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A whole answer: status, headers, body.
    Whole(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Nothing more, and the connection stays open.
    Hang,
    /// The beginning of an answer, then nothing more.
    HangInBody,
    /// The beginning of an answer, then the end of the connection.
    Cut,
    /// An answer that comes byte by byte and never ends.
    Drip,
    /// An answer of this many bytes.
    Large(usize),
    /// Something that is not HTTP.
    NoHttp,
}

impl Reply {
    /// A good answer.
    pub fn json(body: Value) -> Reply {
        Reply::Whole(200, Vec::new(), body.to_string().into_bytes())
    }

    /// An answer with a status and a body that quotes the request, as some servers do.
    pub fn status(status: u16) -> Reply {
        Reply::Whole(status, Vec::new(), b"you sent pa55word and login".to_vec())
    }
}

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// The path.
    pub path: String,
    /// The headers, with names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Value,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A running server. It ends when it is dropped.
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
}

/// What the server answers to the request of each number.
type Script = Box<dyn Fn(usize, &Request) -> Reply + Send + Sync>;

/// What the server does with a connection.
enum Manner {
    /// It answers each request.
    Answers(Script),
    /// It resets the connection.
    Resets,
    /// It takes what comes and sends nothing.
    Silent,
}

struct State {
    manner: Manner,
    requests: Mutex<Vec<Request>>,
    connections: AtomicUsize,
    open: AtomicUsize,
    is_stopped: AtomicBool,
}

impl Server {
    /// A server that answers the request of each number, counted from 0, as `script` tells.
    pub fn start(script: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Server {
        Server::with_manner(Manner::Answers(Box::new(script)))
    }

    /// A server that resets every connection.
    pub fn resetting() -> Server {
        Server::with_manner(Manner::Resets)
    }

    /// A server that takes connections and sends nothing.
    pub fn silent() -> Server {
        Server::with_manner(Manner::Silent)
    }

    fn with_manner(manner: Manner) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("this machine has ports");
        let address = listener.local_addr().expect("a listener has an address");
        let state = Arc::new(State {
            manner,
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            is_stopped: AtomicBool::new(false),
        });
        let shared = state.clone();
        std::thread::spawn(move || accept(&listener, &shared));
        Server { address, state }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().expect("no script panicked").clone()
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Waits until there are `count` requests.
    #[track_caller]
    pub fn wait_for_requests(&self, count: usize) {
        eventually("the requests come", || self.requests().len() >= count);
    }

    /// Waits until the other sides have closed every connection.
    #[track_caller]
    pub fn wait_until_left(&self) {
        eventually("the connections are closed", || self.state.open.load(Ordering::SeqCst) == 0);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.is_stopped.store(true, Ordering::SeqCst);
        // Wakes the listener.
        drop(TcpStream::connect(self.address));
    }
}

/// Waits, with much patience, until something holds.
#[track_caller]
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{what}: not within ten seconds");
}

/// Waits until no thread of the engine is left, where that can be told.
#[track_caller]
pub fn no_thread_is_left() {
    let Ok(_) = std::path::Path::new("/proc/self/task").read_dir() else { return };
    eventually("the threads end", || {
        !thread_names().iter().any(|name| ["pampax-http", "pampax-seam"].iter().any(|ours| name.starts_with(ours)))
    });
}

fn thread_names() -> Vec<String> {
    let Ok(tasks) = std::path::Path::new("/proc/self/task").read_dir() else { return Vec::new() };
    let names = tasks.flatten().map(|task| std::fs::read_to_string(task.path().join("comm")).unwrap_or_default());
    names.collect()
}

/// Counts the letters of each input: vectors of 26 components, in the manner of OpenAI and, at other paths, of Ollama.
pub fn letters(request: &Request) -> Reply {
    let inputs = request.body["input"].as_array().cloned().unwrap_or_default();
    let vectors: Vec<Vec<usize>> = inputs.iter().map(|input| counts(input.as_str().unwrap_or(""))).collect();
    if request.path.ends_with("/embed") {
        return Reply::json(json!({ "model": "letters", "embeddings": vectors }));
    }
    let items = vectors.iter().enumerate();
    let items: Vec<Value> = items.map(|(index, vector)| json!({ "index": index, "embedding": vector })).collect();
    Reply::json(json!({ "object": "list", "data": items, "usage": { "total_tokens": 1 } }))
}

fn counts(text: &str) -> Vec<usize> {
    (b'a'..=b'z').map(|letter| text.bytes().filter(|byte| *byte == letter).count()).collect()
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else { return };
        if state.is_stopped.load(Ordering::SeqCst) {
            return;
        }
        state.connections.fetch_add(1, Ordering::SeqCst);
        state.open.fetch_add(1, Ordering::SeqCst);
        let state = state.clone();
        std::thread::spawn(move || {
            // A client that goes away is not this server's trouble.
            drop(serve(stream, &state));
            state.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// Answers the requests of one connection.
fn serve(stream: TcpStream, state: &State) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    let script = match &state.manner {
        Manner::Answers(script) => script,
        // A connection that is closed with something unread in it is reset.
        Manner::Resets => return writer.peek(&mut [0]).map(|_| ()),
        Manner::Silent => return hang(&mut writer, state),
    };
    while let Some(request) = read(&mut reader)? {
        let number = {
            let mut requests = state.requests.lock().expect("no script panicked");
            requests.push(request.clone());
            requests.len() - 1
        };
        let reply = script(number, &request);
        let is_over = !matches!(reply, Reply::Whole(..));
        send(&mut writer, reply, state)?;
        if is_over {
            return Ok(());
        }
    }
    Ok(())
}

fn send(writer: &mut TcpStream, reply: Reply, state: &State) -> std::io::Result<()> {
    let ok = |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    match reply {
        Reply::Whole(status, headers, body) => {
            let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let head = format!("HTTP/1.1 {status} Some Reason\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
            writer.write_all(&[head.as_bytes(), &body].concat())
        }
        Reply::Hang => hang(writer, state),
        Reply::HangInBody => {
            writer.write_all(format!("{}{{\"data\": [", ok(1_000)).as_bytes())?;
            hang(writer, state)
        }
        Reply::Cut => writer.write_all(format!("{}{{\"data\": [", ok(1_000)).as_bytes()),
        Reply::Drip => {
            writer.write_all(ok(1_000_000).as_bytes())?;
            while !state.is_stopped.load(Ordering::SeqCst) {
                writer.write_all(b" ")?;
                std::thread::sleep(Duration::from_millis(5));
            }
            Ok(())
        }
        Reply::Large(bytes) => {
            writer.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            (0..bytes / 4_096).try_for_each(|_| writer.write_all(&[b' '; 4_096]))
        }
        Reply::NoHttp => writer.write_all(b"220 pa55word.example.com ESMTP login ready\r\n"),
    }
}

/// Waits until the other side leaves.
fn hang(stream: &mut TcpStream, state: &State) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_millis(20)))?;
    while !state.is_stopped.load(Ordering::SeqCst) {
        match stream.read(&mut [0; 64]) {
            Ok(0) => return Ok(()),
            Err(error) if !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                return Err(error);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The next request; `None` at the end of the connection.
fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let request = Request { path, headers, body: Value::Null };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request { body: serde_json::from_slice(&body).unwrap_or_default(), ..request }))
}
