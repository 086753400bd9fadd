//! A small HTTP/1.1 client that keeps its connection and asks again as soon as it is answered.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Result;

/// A connection to a server.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(1 << 18) })
    }

    /// Sends a request and answers the body of the response, which must be 200.
    pub async fn ask(&mut self, request: &[u8]) -> Result<&[u8]> {
        let head = self.exchange(request).await?;
        if !self.buffer.starts_with(b"HTTP/1.1 200 ") {
            return Err(format!("not 200: {}", String::from_utf8_lossy(&self.buffer)).into());
        }
        Ok(&self.buffer[head..])
    }

    /// Sends a request and answers the status of the response.
    pub async fn status(&mut self, request: &[u8]) -> Result<u16> {
        self.exchange(request).await?;
        let code = self.buffer.get(9..12).and_then(|code| std::str::from_utf8(code).ok());
        Ok(code.ok_or("an answer without a status")?.parse()?)
    }

    /// Sends a request and reads the whole response; answers where its body begins.
    async fn exchange(&mut self, request: &[u8]) -> Result<usize> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (head, length) = loop {
            self.read().await?;
            if let Some(head) = self.buffer.windows(4).position(|end| end == b"\r\n\r\n") {
                break (head + 4, content_length(&self.buffer[..head])?);
            }
        };
        while self.buffer.len() < head + length {
            self.read().await?;
        }
        Ok(head)
    }

    /// The same for a GraphQL answer, which must have no errors.
    pub async fn ask_for_data(&mut self, request: &[u8]) -> Result<usize> {
        let body = self.ask(request).await?;
        if body.starts_with(b"{\"data\":{") {
            return Ok(body.len());
        }
        Err(format!("an answer with errors: {}", String::from_utf8_lossy(body)).into())
    }

    /// The `data` of a GraphQL answer.
    pub async fn data(&mut self, request: &[u8]) -> Result<Value> {
        self.ask_for_data(request).await?;
        let head = self.buffer.windows(4).position(|end| end == b"\r\n\r\n").unwrap_or_default();
        let mut answer: Value = serde_json::from_slice(&self.buffer[head + 4..])?;
        Ok(answer["data"].take())
    }

    async fn read(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(())
    }
}

fn content_length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?;
    let line = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim())
    });
    Ok(line.ok_or("an answer without a length")?.parse()?)
}

/// A GraphQL request.
pub fn graphql(query: &str, variables: &Value) -> Vec<u8> {
    post(&serde_json::json!({ "query": query, "variables": variables }), "")
}

/// A GraphQL request of any kind; `headers` are lines, each with its end.
pub fn post(body: &Value, headers: &str) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\n{headers}accept: application/json\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A plain request.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\r\n").into_bytes()
}
