//! What leaves a connection: bounded by what its client reads.
//!
//! hyper answers pipelined requests as fast as they come and keeps what the client does not read. So a request is answered
//! only when the answers before it are with the system ([`Outflow::drained`]), and a client that takes nothing for longer
//! than the write deadline is cut off ([`Bounded`]). A connection then holds one answer and one read buffer at most.

use futures::task::AtomicWaker;
use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// Whether the client of a connection is behind with reading. Shared between the stream and the service of the connection.
#[derive(Default)]
pub(super) struct Outflow {
    blocked: AtomicBool,
    waiting: AtomicWaker,
}

impl Outflow {
    /// Returns once everything answered so far has been taken by the system.
    pub(super) async fn drained(&self) {
        poll_fn(|cx| {
            if !self.blocked.load(Ordering::Acquire) {
                return Poll::Ready(());
            }
            self.waiting.register(cx.waker());
            // Read again: it may have drained between the look and the registration.
            if self.blocked.load(Ordering::Acquire) { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }

    fn block(&self) {
        self.blocked.store(true, Ordering::Release);
    }

    fn unblock(&self) {
        self.blocked.store(false, Ordering::Release);
        self.waiting.wake();
    }
}

/// A stream whose writes fail when the other side takes nothing for `limit`.
pub(super) struct Bounded<S> {
    stream: S,
    limit: Duration,
    /// Set while a write waits.
    late: Option<Pin<Box<Sleep>>>,
    outflow: Arc<Outflow>,
}

impl<S> Bounded<S> {
    pub(super) fn new(stream: S, limit: Duration, outflow: Arc<Outflow>) -> Self {
        Self { stream, limit, late: None, outflow }
    }

    fn watch<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            if self.late.take().is_some() {
                self.outflow.unblock();
            }
            return written;
        }
        self.outflow.block();
        let limit = self.limit;
        let late = self.late.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        late.as_mut().poll(cx).map(|()| {
            metrics::counter!("tradewind_http_write_timeouts_total").increment(1);
            Err(io::Error::new(io::ErrorKind::TimedOut, "the client reads nothing"))
        })
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.watch(cx, written)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
