//! A short queue from a thread, which waits while it is full, to a future, which is woken when something comes.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// So many batches wait at the most; with the two in hand, all that a scan holds.
const WAITING: usize = 4;

#[derive(Debug)]
struct Queue<T> {
    state: Mutex<State<T>>,
    room: Condvar,
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<T>,
    waker: Option<Waker>,
    /// One of the ends is gone.
    over: bool,
}

/// The thread's end. Dropping it ends the stream.
#[derive(Debug)]
pub(crate) struct Sender<T>(Arc<Queue<T>>);

/// The future's end. Dropping it stops the thread.
#[derive(Debug)]
pub(crate) struct Receiver<T>(Arc<Queue<T>>);

pub(crate) fn queue<T>() -> (Sender<T>, Receiver<T>) {
    let state = State { waiting: VecDeque::new(), waker: None, over: false };
    let queue = Arc::new(Queue { state: Mutex::new(state), room: Condvar::new() });
    (Sender(Arc::clone(&queue)), Receiver(queue))
}

impl<T> Queue<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        let waker = {
            let mut state = self.lock();
            state.over = true;
            state.waker.take()
        };
        self.room.notify_one();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Sender<T> {
    /// Waits for room; false when nobody receives any more.
    pub(crate) fn send(&self, batch: T) -> bool {
        let full = |state: &mut State<T>| !state.over && state.waiting.len() >= WAITING;
        let mut state = self.0.room.wait_while(self.0.lock(), full).unwrap_or_else(PoisonError::into_inner);
        if state.over {
            return false;
        }
        state.waiting.push_back(batch);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl<T> Receiver<T> {
    /// The next batch; `None` after the last.
    pub(crate) async fn next(&self) -> Option<T> {
        poll_fn(|context| {
            let mut state = self.0.lock();
            if let Some(batch) = state.waiting.pop_front() {
                self.0.room.notify_one();
                return Poll::Ready(Some(batch));
            }
            if state.over {
                return Poll::Ready(None);
            }
            state.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Lets other futures of the executor run.
pub(crate) async fn pause() {
    let mut paused = false;
    poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
