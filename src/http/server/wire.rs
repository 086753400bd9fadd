//! A connection that is closed so that the client sees why.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::activity::Activity;

/// How long, and how many bytes, a client may go on sending after the last word was said.
const LINGER: Duration = Duration::from_secs(1);
const MOST: usize = 4 * 1024 * 1024;

/// A stream that tells whether its client takes what is written, and, when it is shut down, says so and then reads until
/// the client closes, within bounds.
///
/// A connection that is closed with unread data in it is reset, and the answer lost: whoever sends headers of a
/// megabyte would never see the 431 (RFC 9112, section 9.6).
pub(super) struct Wire {
    stream: TcpStream,
    activity: Activity,
    farewell: Option<Farewell>,
}

struct Farewell {
    until: Pin<Box<Sleep>>,
    left: usize,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, activity: Activity) -> Self {
        Self { stream, activity, farewell: None }
    }

    fn wrote(&self, wrote: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.activity.blocks(wrote.is_pending());
        wrote
    }

    /// Reads and throws away until the client closes or the bounds are reached.
    fn poll_farewell(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(farewell) = &mut self.farewell else { return Poll::Ready(()) };
        let mut bytes = [0; 4096];
        while farewell.until.as_mut().poll(context).is_pending() {
            let mut unread = ReadBuf::new(&mut bytes);
            let read = ready!(Pin::new(&mut self.stream).poll_read(context, &mut unread));
            let came = unread.filled().len();
            if read.is_err() || came == 0 || came > farewell.left {
                break;
            }
            farewell.left -= came;
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(wrote)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.wrote(wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.farewell.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            self.farewell = Some(Farewell { until: Box::pin(sleep(LINGER)), left: MOST });
        }
        self.poll_farewell(context).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_seen_and_one_that_reads_a_little_is_not_held_for_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let mut client = TcpStream::connect(address).await.expect("connected");
        let activity = Activity::new();
        let mut wire = Wire::new(listener.accept().await.expect("accepted").0, activity.clone());
        let bytes = vec![0; 1024 * 1024];
        let full = Duration::from_millis(200);
        while tokio::time::timeout(full, wire.write_all(&bytes)).await.is_ok() {}
        let since = activity.waits_since().expect("the client reads nothing");
        let mut read = vec![0; 8 * 1024 * 1024];
        let reads = tokio::spawn(async move {
            let _ = client.read_exact(&mut read).await;
            client
        });
        tokio::time::timeout(Duration::from_secs(10), wire.write(&bytes))
            .await
            .expect("in time")
            .expect("taken");
        assert!(activity.waits_since().is_none_or(|later| later > since), "it took some");
        reads.abort();
    }
}
